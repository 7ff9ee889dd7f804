"""What the decoder of H.265 notices and keeps to itself.

Where the data are wrong, libde265 notes a warning and conceals the place, and libheif, which calls
it, drops the warnings. So the library that comes with pillow-heif is asked directly.
"""

import ctypes
from collections.abc import Iterator, Sequence
from functools import cache

import _pillow_heif

# libde265/de265.h
BOOL_PARAMETERS = {"disable_deblocking": 7, "disable_sao": 8}
# That threads cannot be used, and that there are more warnings than are kept.
HARMLESS = (1000,)
OK = 0


def is_damaged(units: Sequence[bytes]) -> bool | None:
    """Return whether the decoder finds anything wrong with the units of one coded picture, the
    parameter sets first; None where it cannot be asked.
    """
    library = _library()
    if library is None:
        return None
    decoder = ctypes.c_void_p(library.de265_new_decoder())
    try:
        # Filters follow the parsing, which is all that counts here.
        for parameter in BOOL_PARAMETERS.values():
            library.de265_set_parameter_bool(decoder, parameter, 1)
        return any(code not in (OK, *HARMLESS) for code in _codes(library, decoder, units))
    finally:
        library.de265_free_decoder(decoder)


def _codes(library: ctypes.CDLL, decoder: ctypes.c_void_p, units: Sequence[bytes]) -> Iterator[int]:
    """Yield the results of all calls, then the warnings, the last of which is 0."""
    for unit in units:
        yield library.de265_push_NAL(
            decoder, unit, ctypes.c_int(len(unit)), ctypes.c_int64(0), None
        )
    yield library.de265_flush_data(decoder)
    result, more = OK, ctypes.c_int(1)
    # There is more to do until the picture is fetched, and for ever after an error.
    while more.value and result == OK:
        result = library.de265_decode(decoder, ctypes.byref(more))
        yield result
        library.de265_get_next_picture(decoder)
    while code := library.de265_get_warning(decoder):
        yield code


@cache
def _library() -> ctypes.CDLL | None:
    """Return the library with its functions, which the extension module is linked with."""
    library = ctypes.CDLL(_pillow_heif.__file__)
    try:
        library.de265_new_decoder.restype = ctypes.c_void_p
        library.de265_get_next_picture.restype = ctypes.c_void_p
    except AttributeError:
        return None
    return library
