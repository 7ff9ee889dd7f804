"""The origin of an error, as text that is safe to log."""

import traceback
from itertools import groupby

MAX_PLACES, MAX_PER_PACKAGE = 6, 2


def origin_of(error: BaseException) -> str:
    """Return the type of an error and the lines that it passed, the innermost last.

    For example `KeyError in managers.photo:152 > services.photo_storage.s3:61`. Of consecutive
    lines in one package only the innermost are named.
    """
    # The message is never logged: it could contain personal data.
    places = [
        (str(frame.f_globals.get("__name__")), line)
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    # A library can pass an error through a dozen of its own functions. Without this limit, they
    # would displace the line that called the library.
    innermost = [
        f"{module}:{line}"
        for _, group in groupby(places, key=lambda place: place[0].partition(".")[0])
        for module, line in list(group)[-MAX_PER_PACKAGE:]
    ]
    return " in ".join(filter(None, (type(error).__name__, " > ".join(innermost[-MAX_PLACES:]))))
