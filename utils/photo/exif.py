"""The EXIF tags about orientation and colour space. No other tags are read."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

ORIENTATION, COLOUR_SPACE, INTEROPERABILITY_INDEX = 0x0112, 0xA001, 1
EXIF_IFD, INTEROPERABILITY_IFD = 0x8769, 0xA005
UPRIGHT = 1
UNCALIBRATED = 0xFFFF
# DCF 2.0: Adobe RGB is "uncalibrated" with this index. Some cameras write 2 instead.
ADOBE_RGB, ADOBE_RGB_INDEX = 2, "R03"


@dataclass(frozen=True)
class Exif:
    """The orientation, 1 to 8, and the colour space; both flags are False if it is not given."""

    orientation: int = UPRIGHT
    is_adobe_rgb: bool = False
    is_uncalibrated: bool = False


def read_exif(block: bytes) -> Exif:
    """Return the tags of an EXIF block, with or without its `Exif` header; skip broken tags."""
    tags = Image.Exif()
    _tolerantly(lambda: tags.load(block))
    orientation = _tolerantly(lambda: tags.get(ORIENTATION))
    space = _tolerantly(lambda: tags.get_ifd(EXIF_IFD).get(COLOUR_SPACE))
    index = _tolerantly(lambda: tags.get_ifd(INTEROPERABILITY_IFD).get(INTEROPERABILITY_INDEX))
    is_adobe_rgb = space == ADOBE_RGB or (
        space == UNCALIBRATED and str(index).startswith(ADOBE_RGB_INDEX)
    )
    return Exif(
        orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else UPRIGHT,
        is_adobe_rgb,
        space == UNCALIBRATED and not is_adobe_rgb,
    )


def _tolerantly(read: Callable[[], object]) -> object:
    """Return the result of `read`, None if it fails."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return read()
    # Pillow raises almost any exception on broken tags. They must not make a photo unreadable.
    except Exception:  # noqa: BLE001
        return None
