"""Encoders of one photo as phones, cameras and programs write it.

They serve to measure whether all encodings are decoded to the same photo.
"""

import io
import struct
import zlib
from collections.abc import Callable
from functools import partial

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float64]
Encoder = Callable[[Image.Image], bytes]

D65, D50 = (0.3127, 0.3290), (0.3457, 0.3585)
# Red, green and blue in CIE 1931 xy; the white is D65.
BT709 = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
BT2020 = ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046))
DISPLAY_P3 = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
ADOBE_RGB = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
# The keys are the code points of ITU-T H.273, table 2.
PRIMARIES = {1: BT709, 9: BT2020, 12: DISPLAY_P3}
QUALITY = 95
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
RGB_WITHOUT_PALETTE = 2
# In cd/m²: diffuse white (ITU-R BT.2408), the peak of PQ, and of an HLG display.
WHITE, PQ_PEAK, HLG_PEAK = 203, 10_000, 1000


def linear(photo: Image.Image) -> Floats:
    """Return the linear light, 0 to 1, shape (h, w, 3), of a photo in sRGB."""
    codes = np.asarray(photo.convert("RGB"), np.float64) / 255
    return np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4)


def srgb(light: Floats) -> Floats:
    """Return the code values, 0 to 1, of linear light in sRGB (IEC 61966-2-1)."""
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def bt709(light: Floats) -> Floats:
    """Return the code values, 0 to 1, of linear light by ITU-R BT.709."""
    return np.where(light < 0.018, 4.5 * light, 1.099 * light**0.45 - 0.099)


def pq(light: Floats) -> Floats:
    """Return the code values, 0 to 1, of linear light by SMPTE ST 2084."""
    power = (light * WHITE / PQ_PEAK) ** 0.1593017578125
    return np.asarray(((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375)


def hlg(light: Floats) -> Floats:
    """Return the code values, 0 to 1, of linear light by the HLG of ITU-R BT.2100."""
    # The inverse of the display's curve, applied to each channel alone.
    scene = (light * WHITE / HLG_PEAK) ** (1 / 1.2)
    high = 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073
    return np.where(scene <= 1 / 12, np.sqrt(3 * scene), high)


def power(gamma: float, light: Floats) -> Floats:
    """Return the code values, 0 to 1, of linear light by a power function."""
    return np.asarray(light ** (1 / gamma))


CURVES: dict[int, Callable[[Floats], Floats]] = {
    1: bt709,
    4: partial(power, 2.2),
    5: partial(power, 2.8),
    8: partial(power, 1.0),
    13: srgb,
    14: bt709,
    16: pq,
    18: hlg,
}
"""Transfer functions by the code points of ITU-T H.273, table 3."""


def codes(photo: Image.Image, primaries: int, transfer: int) -> Floats:
    """Return the code values, 0 to 1, of an sRGB photo in the space of these H.273 code points."""
    return CURVES[transfer](_in(PRIMARIES[primaries], photo))


def _in(primaries: tuple[tuple[float, float], ...], photo: Image.Image) -> Floats:
    matrix = np.linalg.inv(_to_xyz(primaries)) @ _to_xyz(BT709)
    return np.clip(linear(photo) @ matrix.T, 0, 1)


def _to_xyz(primaries: tuple[tuple[float, float], ...]) -> Floats:
    columns = np.array([_xyz(*point) for point in primaries]).T
    return np.asarray(columns * np.linalg.solve(columns, _xyz(*D65)))


def _xyz(x: float, y: float) -> Floats:
    return np.array([x / y, 1, (1 - x - y) / y])


def eight_bits(values: Floats) -> Image.Image:
    """Return code values, 0 to 1, shape (h, w, 3), as a photo of 8 bits."""
    return Image.fromarray(np.rint(values * 255).astype(np.uint8))


def jpeg(
    photo: Image.Image, *, icc: bytes = b"", exif: bytes = b"", is_progressive: bool = False
) -> bytes:
    """Return a JPEG without chroma subsampling."""
    buffer = io.BytesIO()
    photo.save(
        buffer, "JPEG", quality=QUALITY, subsampling=0, icc_profile=icc or None, exif=exif,
        progressive=is_progressive,
    )  # fmt: skip
    return buffer.getvalue()


def webp(photo: Image.Image, *, icc: bytes = b"", is_lossless: bool = False) -> bytes:
    """Return a WebP."""
    buffer = io.BytesIO()
    photo.save(buffer, "WEBP", quality=QUALITY, lossless=is_lossless, icc_profile=icc or None)
    return buffer.getvalue()


def png(values: Floats, bits: int = 8, *chunks: tuple[bytes, bytes]) -> bytes:
    """Return a PNG of code values, 0 to 1, shape (h, w, 3), with these chunks before the pixels."""
    height, width, _ = values.shape
    samples = np.rint(values * (2**bits - 1)).astype(">u2" if bits == 16 else np.uint8)
    rows = b"".join(b"\0" + row.tobytes() for row in samples)
    header = struct.pack(">IIBBBBB", width, height, bits, RGB_WITHOUT_PALETTE, 0, 0, 0)
    body = [(b"IHDR", header), *chunks, (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return PNG_SIGNATURE + b"".join(png_chunk(kind, data) for kind, data in body)


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """Return a chunk of a PNG, with length and checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def cicp(primaries: int, transfer: int, *, is_full_range: bool = True) -> tuple[bytes, bytes]:
    """Return the PNG chunk of H.273 code points: its type and data."""
    return b"cICP", bytes((primaries, transfer, 0, is_full_range))


def gama(gamma: float) -> tuple[bytes, bytes]:
    """Return the PNG chunk of a power function: its type and data."""
    return b"gAMA", struct.pack(">I", round(100_000 / gamma))


def chrm(primaries: tuple[tuple[float, float], ...]) -> tuple[bytes, bytes]:
    """Return the PNG chunk of primaries in CIE xy: its type and data."""
    numbers = (round(value * 100_000) for point in (D65, *primaries) for value in point)
    return b"cHRM", struct.pack(">8I", *numbers)


def heic(
    values: Floats, bits: int = 8, primaries: int = 1, transfer: int = 13, matrix: int = 1
) -> bytes:
    """Return a HEIC of code values, 0 to 1, shape (h, w, 3), of 8, 10 or 12 bits."""
    height, width, _ = values.shape
    if bits == 8:
        picture = pillow_heif.from_pillow(eight_bits(values))
    else:
        data = np.rint(values * 65535).astype("<u2").tobytes()
        picture = pillow_heif.from_bytes(mode="RGB;16", size=(width, height), data=data)
    buffer, is_deep = io.BytesIO(), pillow_heif.options.SAVE_HDR_TO_12_BIT
    pillow_heif.options.SAVE_HDR_TO_12_BIT = bits == 12
    try:
        picture.save(
            buffer, quality=QUALITY, chroma=444, color_primaries=primaries, full_range_flag=1,
            transfer_characteristics=transfer, matrix_coefficients=matrix, save_nclx_profile=True,
        )  # fmt: skip
    finally:
        pillow_heif.options.SAVE_HDR_TO_12_BIT = is_deep
    return buffer.getvalue()


def icc(primaries: tuple[tuple[float, float], ...], gamma: float) -> bytes:
    """Return a display profile of three primaries and a power (ICC.1:2022, version 4)."""
    adapted = _adapted_to_d50(_to_xyz(primaries))
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)
    tags = {
        b"desc": _text("Test"),
        b"cprt": _text("None"),
        b"wtpt": _xyz_tag(_xyz(*D50)),
        **{kind: _xyz_tag(adapted[:, i]) for i, kind in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))},
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    table, body, offset = b"", b"", 128 + 4 + 12 * len(tags)
    for kind, data in tags.items():
        table += kind + struct.pack(">II", offset + len(body), len(data))
        body += data
    size = offset + len(body)
    header = struct.pack(">I4sI4s4s4s", size, bytes(4), 0x04400000, b"mntr", b"RGB ", b"XYZ ")
    header += struct.pack(">6H4s", 2026, 1, 1, 0, 0, 0, b"acsp") + bytes(28)
    header += _s15_fixed_16(_xyz(*D50))
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def _adapted_to_d50(matrix: Floats) -> Floats:
    cones = np.array(
        [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
    )
    scale = np.diag((cones @ _xyz(*D50)) / (cones @ _xyz(*D65)))
    return np.asarray(np.linalg.inv(cones) @ scale @ cones @ matrix)


def _xyz_tag(values: Floats) -> bytes:
    return b"XYZ " + bytes(4) + _s15_fixed_16(values)


def _s15_fixed_16(values: Floats) -> bytes:
    return struct.pack(">3i", *(round(value * 65536) for value in values))


def _text(text: str) -> bytes:
    encoded = text.encode("utf-16-be")
    header = b"mluc" + struct.pack(">III2s2sII", 0, 1, 12, b"en", b"US", len(encoded), 28)
    return (header + encoded).ljust(-(-(28 + len(encoded)) // 4) * 4, b"\0")


def adobe_rgb_by_exif() -> bytes:
    """Return the EXIF of a camera that is set to Adobe RGB (DCF 2.0)."""
    tags = Image.Exif()
    tags.get_ifd(0x8769).update({0xA001: 0xFFFF, 0xA005: {1: "R03"}})
    return tags.tobytes()


def palette_png(photo: Image.Image, profile: bytes) -> bytes:
    """Return a PNG of 256 colours with an ICC profile."""
    buffer = io.BytesIO()
    photo.quantize(256).save(buffer, "PNG", icc_profile=profile)
    return buffer.getvalue()


def _power_in(
    primaries: tuple[tuple[float, float], ...], gamma: float, photo: Image.Image
) -> Image.Image:
    return eight_bits(power(gamma, _in(primaries, photo)))


P3_ICC, ADOBE_ICC, ADOBE_GAMMA = icc(DISPLAY_P3, 2.2), icc(ADOBE_RGB, 563 / 256), 563 / 256
ENCODINGS: dict[str, Encoder] = {
    "JPEG": jpeg,
    "JPEG, progressive": partial(jpeg, is_progressive=True),
    "JPEG, Adobe RGB by EXIF": lambda photo: jpeg(
        _power_in(ADOBE_RGB, ADOBE_GAMMA, photo), exif=adobe_rgb_by_exif()
    ),
    "JPEG, Display P3 by ICC": lambda photo: jpeg(_power_in(DISPLAY_P3, 2.2, photo), icc=P3_ICC),
    "JPEG, linear by ICC": lambda photo: jpeg(eight_bits(linear(photo)), icc=icc(BT709, 1.0)),
    "PNG": lambda photo: png(codes(photo, 1, 13)),
    "PNG, 16 bits": lambda photo: png(codes(photo, 1, 13), 16),
    "PNG, 16 bits, linear by gAMA": lambda photo: png(linear(photo), 16, gama(1.0)),
    "PNG, gAMA 1.8": lambda photo: png(power(1.8, linear(photo)), 8, gama(1.8)),
    "PNG, Adobe RGB by gAMA and cHRM": lambda photo: png(
        power(2.2, _in(ADOBE_RGB, photo)), 8, gama(2.2), chrm(ADOBE_RGB)
    ),
    "PNG, palette, Adobe RGB by ICC": lambda photo: palette_png(
        _power_in(ADOBE_RGB, ADOBE_GAMMA, photo), ADOBE_ICC
    ),
    "PNG, Display P3 by cICP": lambda photo: png(codes(photo, 12, 13), 8, cicp(12, 13)),
    "PNG, BT.709 by cICP": lambda photo: png(codes(photo, 1, 1), 8, cicp(1, 1)),
    "PNG, 16 bits, PQ by cICP": lambda photo: png(codes(photo, 9, 16), 16, cicp(9, 16)),
    "PNG, 16 bits, HLG by cICP": lambda photo: png(codes(photo, 9, 18), 16, cicp(9, 18)),
    "PNG, narrow range by cICP": lambda photo: png(
        (16 + 219 * codes(photo, 1, 13)) / 255, 8, cicp(1, 13, is_full_range=False)
    ),
    "WebP": webp,
    "WebP, Display P3 by ICC": lambda photo: webp(_power_in(DISPLAY_P3, 2.2, photo), icc=P3_ICC),
    "WebP, lossless, Adobe RGB by ICC": lambda photo: webp(
        _power_in(ADOBE_RGB, ADOBE_GAMMA, photo), icc=ADOBE_ICC, is_lossless=True
    ),
    "HEIC": lambda photo: heic(codes(photo, 1, 13)),
    "HEIC, Display P3": lambda photo: heic(codes(photo, 12, 13), 8, 12, 13, 6),
    "HEIC, power 2.8": lambda photo: heic(codes(photo, 1, 5), 8, 1, 5),
    "HEIC, 10 bits, BT.2020": lambda photo: heic(codes(photo, 9, 14), 10, 9, 14, 9),
    "HEIC, 10 bits, linear": lambda photo: heic(codes(photo, 1, 8), 10, 1, 8),
    "HEIC, 10 bits, HLG": lambda photo: heic(codes(photo, 9, 18), 10, 9, 18, 9),
    "HEIC, 10 bits, PQ": lambda photo: heic(codes(photo, 9, 16), 10, 9, 16, 9),
    "HEIC, 12 bits, PQ": lambda photo: heic(codes(photo, 9, 16), 12, 9, 16, 9),
}
"""Encoders of an sRGB photo by name."""
