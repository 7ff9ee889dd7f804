"""Detection of damage in H.265, by the warnings of the decoder."""

# If the data are wrong, libde265 records a warning and conceals the damage. libheif, which calls
# libde265, drops the warnings. This module therefore calls the library of pillow-heif directly.

import ctypes
from collections.abc import Iterator, Sequence
from functools import cache

import _pillow_heif

# libde265/de265.h
BOOL_PARAMETERS = {"disable_deblocking": 7, "disable_sao": 8}
# Threads cannot be used, or there are more warnings than the library keeps.
HARMLESS = (1000,)
OK = 0


def is_damaged(units: Sequence[bytes]) -> bool | None:
    """Return whether the decoder reports damage in the units of one coded picture.

    The parameter sets come first. Return None if the library cannot be called.
    """
    library = _library()
    if library is None:
        return None
    decoder = ctypes.c_void_p(library.de265_new_decoder())
    try:
        # The filters run after the parsing, and only the parsing matters here.
        for parameter in BOOL_PARAMETERS.values():
            library.de265_set_parameter_bool(decoder, parameter, 1)
        return any(code not in (OK, *HARMLESS) for code in _codes(library, decoder, units))
    finally:
        library.de265_free_decoder(decoder)


def _codes(library: ctypes.CDLL, decoder: ctypes.c_void_p, units: Sequence[bytes]) -> Iterator[int]:
    """Yield the results of all calls, then the codes of all warnings."""
    for unit in units:
        yield library.de265_push_NAL(
            decoder, unit, ctypes.c_int(len(unit)), ctypes.c_int64(0), None
        )
    yield library.de265_flush_data(decoder)
    result, more = OK, ctypes.c_int(1)
    # `more` stays 1 until the picture is fetched, and for ever after an error.
    while more.value and result == OK:
        result = library.de265_decode(decoder, ctypes.byref(more))
        yield result
        library.de265_get_next_picture(decoder)
    while code := library.de265_get_warning(decoder):
        yield code


@cache
def _library() -> ctypes.CDLL | None:
    """Return the extension module, which is linked with the library, None if it is not."""
    library = ctypes.CDLL(_pillow_heif.__file__)
    try:
        library.de265_new_decoder.restype = ctypes.c_void_p
        library.de265_get_next_picture.restype = ctypes.c_void_p
    except AttributeError:
        return None
    return library
