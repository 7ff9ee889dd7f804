"""Detection of the format of a file, and advice for formats that are not accepted."""

from collections.abc import Callable

from utils.photo import heif, jpeg, png, webp
from utils.photo.errors import PhotoUnreadableError
from utils.photo.picture import Picture

Reader = Callable[[bytes], Picture]

HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
ACCEPTED = "JPEG, PNG, WebP and HEIC are accepted"
IN_JPEG = {
    "AVIF": "In the phone's camera settings choose JPEG or HEIC, or share the photo as JPEG.",
    "JPEG XL": (
        "On an iPhone: Settings > Camera > Formats > ProRAW & Resolution Control off, or HEIF or "
        "JPEG there. On other devices, save the photo as JPEG."
    ),
    "TIFF": "Open it on the phone or computer and save it as JPEG in the highest quality.",
    "camera raw": (
        "On an iPhone: turn RAW off in the camera, or share the photo as JPEG. On Android: Camera "
        "settings > Advanced > RAW off. With a camera: send the JPEG that it stores beside the raw "
        "file."
    ),
    "GIF": "Send the photo as the camera made it.",
    "BMP": "Send the photo as the camera made it, or save it as JPEG.",
    "PDF": "Send the photo itself, not a document that contains it.",
    "video": "Send a single still photo: of a Live or Motion Photo, the picture without its video.",
}
SIGNATURES = (
    (0, b"\xff\x0a", "JPEG XL"),
    (0, b"\0\0\0\x0cJXL ", "JPEG XL"),
    (0, b"II*\0\x10\0\0\0CR", "camera raw"),
    (0, b"FUJIFILMCCD-RAW", "camera raw"),
    (0, b"IIRO", "camera raw"),
    (0, b"IIRS", "camera raw"),
    (0, b"MMOR", "camera raw"),
    (0, b"IIU\0", "camera raw"),
    (4, b"ftypcrx ", "camera raw"),
    (4, b"ftypavif", "AVIF"),
    (4, b"ftypavis", "AVIF"),
    (4, b"ftyp", "video"),
    (0, b"\x1aE\xdf\xa3", "video"),
    (0, b"GIF8", "GIF"),
    (0, b"BM", "BMP"),
    (0, b"%PDF", "PDF"),
)
TIFF_SIGNATURES = (b"II*\0", b"MM\0*")
# Entries of the first directory that only raw files have: the version of DNG, and further pictures
# below this one, in which cameras store their sensor data.
RAW_TAGS = (0xC612, 0x014A)


def reader_of(content: bytes) -> Reader:
    """Return the decoder for the file. Raise PhotoUnreadableError with advice for the client."""
    if content.startswith(jpeg.SIGNATURE):
        return jpeg.read_jpeg
    if content.startswith(png.SIGNATURE):
        return png.read_png
    if content[:4] == webp.RIFF and content[8:12] == webp.WEBP:
        return webp.read_webp
    if content[4:8] == b"ftyp" and _is_heic(content):
        return heif.read_heif
    raise PhotoUnreadableError(_refusal(_name(content)))


def _is_heic(content: bytes) -> bool:
    """Return whether a HEIF file is HEIC."""
    # Any HEIF file can have one of the two general brands. AVIF files have the brand `avif` too.
    brands = content[8 : min(int.from_bytes(content[:4]), 256)]
    return content[8:12] in HEIC_BRANDS and b"avif" not in brands


def _name(content: bytes) -> str | None:
    if content[:4] in TIFF_SIGNATURES and not content.startswith(b"II*\0\x10\0\0\0CR"):
        return "camera raw" if _has_raw_tag(content) else "TIFF"
    if content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS:
        return "AVIF"
    return next((name for at, mark, name in SIGNATURES if content.startswith(mark, at)), None)


def _has_raw_tag(content: bytes) -> bool:
    order = "little" if content[:2] == b"II" else "big"
    start = int.from_bytes(content[4:8], order)  # type: ignore[arg-type]
    count = int.from_bytes(content[start : start + 2], order)  # type: ignore[arg-type]
    entries = range(start + 2, start + 2 + 12 * min(count, 200), 12)
    tags = (int.from_bytes(content[at : at + 2], order) for at in entries)  # type: ignore[arg-type]
    return any(tag in RAW_TAGS for tag in tags)


def _refusal(name: str | None) -> str:
    if name is None:
        return f"This is not a picture: {ACCEPTED}. Send the photo as the camera made it."
    article = "an" if name == "AVIF" else "a"
    return f"This is {article} {name} file; {ACCEPTED}. {IN_JPEG[name]}"
