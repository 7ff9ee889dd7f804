"""Photos: reading them, and smaller copies of large ones."""

import os
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from skin_cancer_client.errors import PhotoFileError

PhotoSource = str | os.PathLike[str] | bytes | BinaryIO

MAX_BYTES = 20 * 1024**2
"""The service takes no larger photos."""
MAX_UNSHRUNK_BYTES = 200 * 1024**2
KEPT_SIDE = 2048
"""The service keeps and assesses no more pixels than these on the longer side."""


def read_photo(source: PhotoSource, shrink: bool = False) -> bytes:
    """Return the content of a photo: a path, bytes, or a file that is open for reading bytes.

    With `shrink`, return a smaller copy if the photo has more pixels than the service keeps. Raise
    PhotoFileError.
    """
    content = _content(source, MAX_UNSHRUNK_BYTES if shrink else MAX_BYTES)
    if shrink:
        content = _shrunk(content)
    if len(content) > MAX_BYTES:
        raise PhotoFileError("The photo has more than 20 MB. Send a smaller copy.")
    return content


def _content(source: PhotoSource, limit: int) -> bytes:
    """Return at most a byte more than `limit`, so that a huge file does not fill the memory."""
    if isinstance(source, bytes):
        return source
    try:
        if isinstance(source, str | os.PathLike):
            with Path(source).open("rb") as file:
                return file.read(limit + 1)
        return source.read(limit + 1)
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise PhotoFileError(f"The photo cannot be read: {reason}.") from error


def _shrunk(content: bytes) -> bytes:
    """Return a JPEG of at most KEPT_SIDE pixels, the photo itself if that gains nothing.

    The copy is upright and has the colour profile, and no other metadata: the place where the photo
    was taken does not leave this machine.
    """
    try:
        from PIL import Image, ImageOps
    except ImportError as error:
        raise PhotoFileError(
            "Smaller copies need Pillow: pip install 'skin-cancer-client[shrink]'."
        ) from error
    try:
        with Image.open(BytesIO(content)) as photo:
            frames = getattr(photo, "n_frames", 1)
            if max(photo.size) <= KEPT_SIDE or frames > 1 or photo.mode not in ("RGB", "L"):
                return content
            profile = photo.info.get("icc_profile")
            upright = ImageOps.exif_transpose(photo)
            upright.thumbnail((KEPT_SIDE, KEPT_SIDE), Image.Resampling.LANCZOS)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        # The service says what is wrong with the file.
        return content
    copy = BytesIO()
    upright.save(copy, "JPEG", quality=92, subsampling=0, icc_profile=profile)
    return copy.getvalue()
