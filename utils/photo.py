"""Photos as they come in, made safe: decoded by content, upright, and free of metadata."""

import io
import warnings

import numpy as np
import pillow_heif
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from constants import KEPT_PHOTO_SIDE, MAX_PHOTO_BYTES, MAX_PHOTO_PIXELS, MIN_PHOTO_SIDE

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
ANIMATED_FORMATS = ("PNG", "WEBP")
JPEG_QUALITY = 90
WHITE = (255, 255, 255)

pillow_heif.register_heif_opener(thumbnails=False)
# The own limit below is checked before anything is decoded.
Image.MAX_IMAGE_PIXELS = None


class PhotoError(Exception):
    """A photo that cannot be used; the message says why and what to do."""


class PhotoUnreadableError(PhotoError):
    """Not a picture in an accepted format, or a broken one."""


class PhotoAnimatedError(PhotoError):
    """More than one frame."""


class PhotoTooLargeError(PhotoError):
    """More bytes or pixels than are decoded."""


class PhotoTooSmallError(PhotoError):
    """Fewer pixels than can be assessed."""


def normalise(content: bytes) -> Image.Image:
    """The photo as upright RGB without metadata, its longest side at most KEPT_PHOTO_SIDE.

    A JPEG is decoded at a reduced scale where that is enough, which is several times as fast.
    Raises PhotoError.
    """
    if len(content) > MAX_PHOTO_BYTES:
        raise PhotoTooLargeError(
            f"The photo is larger than {MAX_PHOTO_BYTES // 1024**2} MB. Send a smaller copy."
        )
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(content), formats=FORMATS) as photo:
            warnings.simplefilter("ignore")
            _check(photo)
            _draft(photo)
            photo.load()
            return _bare(_shrunk(_rgb(ImageOps.exif_transpose(photo))))
    except PhotoError:
        raise
    except UnidentifiedImageError as error:
        raise PhotoUnreadableError(
            "This is no JPEG, PNG, WebP or HEIC picture. Send the photo as the camera made it."
        ) from error
    # Decoders raise almost anything on hostile files; none of it is the service's fault.
    except Exception as error:
        raise PhotoUnreadableError(
            "The picture is damaged or incomplete. Send it again, or take a new one."
        ) from error


def encode(photo: Image.Image) -> bytes:
    """The photo as JPEG, without metadata."""
    buffer = io.BytesIO()
    photo.save(buffer, "JPEG", quality=JPEG_QUALITY)
    return buffer.getvalue()


def decode(content: bytes) -> Image.Image:
    """A photo that `encode` wrote."""
    with Image.open(io.BytesIO(content), formats=("JPEG",)) as photo:
        photo.load()
        return photo


def _check(photo: Image.Image) -> None:
    if photo.width * photo.height > MAX_PHOTO_PIXELS:
        raise PhotoTooLargeError(
            f"The picture has more than {MAX_PHOTO_PIXELS // 1_000_000} megapixels. "
            "Send a smaller copy."
        )
    if min(photo.size) < MIN_PHOTO_SIDE:
        raise PhotoTooSmallError(
            f"The picture is {photo.width} by {photo.height} pixels; both sides must have at "
            f"least {MIN_PHOTO_SIDE}. Send the photo in its original size."
        )
    # Phones keep a depth map or a burst as further pictures in a JPEG (MPO) or HEIC: still photos.
    if photo.format in ANIMATED_FORMATS and getattr(photo, "n_frames", 1) > 1:
        raise PhotoAnimatedError("The picture is animated. Send a single still photo.")


def _draft(photo: Image.Image) -> None:
    scale = 1
    while max(photo.size) / scale > KEPT_PHOTO_SIDE and scale < 8:
        scale *= 2
    if scale > 1:
        photo.draft("RGB", (photo.width // scale, photo.height // scale))


def _rgb(photo: Image.Image) -> Image.Image:
    """RGB, on white where it was transparent, in sRGB where it says it is something else."""
    profile = photo.info.get("icc_profile")
    if photo.mode.startswith("I"):
        photo = Image.fromarray((np.asarray(photo) >> 8).astype(np.uint8))
    if photo.has_transparency_data:
        photo = photo.convert("RGBA")
        ground = Image.new("RGBA", photo.size, WHITE)
        photo = Image.alpha_composite(ground, photo).convert("RGB")
    return _to_srgb(photo, profile) if profile else photo.convert("RGB")


def _to_srgb(photo: Image.Image, profile: bytes) -> Image.Image:
    """Phones often photograph in Display P3; read as sRGB, its reds look paler than they are."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(photo, source, target, outputMode="RGB")
    except ImageCms.PyCMSError:
        return photo.convert("RGB")
    return converted if converted is not None else photo.convert("RGB")


def _shrunk(photo: Image.Image) -> Image.Image:
    if max(photo.size) > KEPT_PHOTO_SIDE:
        photo.thumbnail((KEPT_PHOTO_SIDE, KEPT_PHOTO_SIDE), Image.Resampling.LANCZOS)
    return photo


def _bare(photo: Image.Image) -> Image.Image:
    """The pixels alone: EXIF, GPS, XMP, comments, profiles and thumbnails live in `info`."""
    photo.info = {}
    return photo
