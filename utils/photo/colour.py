"""Conversion of colours to sRGB, by the colour descriptions of files."""

# If a photo in a wide-gamut or high dynamic range space is read as sRGB, a melanoma looks paler and
# flatter than it is. One was called benign for this reason.

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

Floats = NDArray[np.float64]
Deep = NDArray[np.uint16]
"""RGB code values, 0 to 65535, shape (h, w, 3)."""
Pixels = NDArray[np.uint8] | Deep
Curve = Callable[[Floats], Floats]
"""From code values, 0 to 1, to linear light, where 1 is diffuse white."""
Chromaticities = tuple[tuple[float, float], ...]
"""CIE 1931 xy of red, green, blue and white."""

D65, C, DCI, E = (0.3127, 0.3290), (0.310, 0.316), (0.314, 0.351), (1 / 3, 1 / 3)
BT709 = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06), D65)
BT601 = ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), D65)
BT2020 = ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), D65)
DISPLAY_P3 = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), D65)
ADOBE = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06), D65)
PRIMARIES: dict[int, Chromaticities] = {
    1: BT709,
    4: ((0.67, 0.33), (0.21, 0.71), (0.14, 0.08), C),
    5: ((0.64, 0.33), (0.29, 0.60), (0.15, 0.06), D65),
    6: BT601,
    7: BT601,
    8: ((0.681, 0.319), (0.243, 0.692), (0.145, 0.049), C),
    9: BT2020,
    10: ((1.0, 0.0), (0.0, 1.0), (0.0, 0.0), E),
    11: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), DCI),
    12: DISPLAY_P3,
    22: ((0.630, 0.340), (0.295, 0.605), (0.155, 0.077), D65),
}
"""ITU-T H.273, table 2."""
UNSPECIFIED = 2
# Bradford's cone responses, for adaptation from one white to another (ICC.1:2022, annex E).
BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
# cd/m²: diffuse white in high dynamic range (ITU-R BT.2408), and the peaks of the two curves.
WHITE, PQ_PEAK, HLG_PEAK = 203.0, 10_000.0, 1000.0
HLG_SYSTEM_GAMMA = 1.2
BAND_ROWS = 256
# A gamma outside these limits is a broken tag.
SANE_GAMMAS = (0.8, 4.0)


class ColourError(Exception):
    """The colours cannot be interpreted."""


class ColourSpace(Protocol):
    """The meaning of the code values of a picture."""

    def to_srgb(self, picture: Image.Image | Deep) -> Image.Image:
        """Return an L, RGB, CMYK or deep picture as RGB in sRGB. Raise ColourError."""


@dataclass(frozen=True)
class IccProfile:
    """A profile of the International Color Consortium, as bytes."""

    content: bytes

    def to_srgb(self, picture: Image.Image | Deep) -> Image.Image:
        picture = eight_bits(picture)
        try:
            # Grey photos often have the profile of the RGB photo that they were made from.
            if picture.mode == "L" and _is_for_rgb(self.content):
                picture = picture.convert("RGB")
            transform = _transform(self.content, picture.mode)
            if transform is None:
                return picture
            converted = ImageCms.applyTransform(picture, transform)
        except (ImageCms.PyCMSError, OSError, TypeError, ValueError) as error:
            raise ColourError("The profile is broken or does not fit the picture.") from error
        if converted is None:
            raise ColourError("The profile gave no picture.")
        return converted


def _is_for_rgb(profile: bytes) -> bool:
    return _opened(profile).profile.xcolor_space.strip() == "RGB"


def _opened(profile: bytes) -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(io.BytesIO(profile))


# Most photos of one phone have the same profile, and preparing it takes milliseconds.
@lru_cache(maxsize=2)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Return the conversion from a profile to sRGB, None if it would change no pixel visibly."""
    target = ImageCms.createProfile("sRGB")
    transform = ImageCms.buildTransform(_opened(profile), target, mode, "RGB")
    if mode != "RGB":
        return transform
    colours = _probe_colours()
    changed = ImageCms.applyTransform(colours, transform)
    return None if changed and _largest_difference(colours, changed) <= 1 else transform


def _probe_colours() -> Image.Image:
    """Return a picture with colours from the whole cube, and all greys and pure colours."""
    steps = np.arange(0, 256, 15)
    lattice = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 3)
    ramps = [np.outer(np.arange(256), channels) for channels in (*np.eye(3), np.ones(3))]
    return Image.fromarray(np.concatenate([lattice, *ramps])[None].astype(np.uint8))


def _largest_difference(one: Image.Image, other: Image.Image) -> int:
    return int(np.abs(np.asarray(one, np.int16) - np.asarray(other, np.int16)).max())


@dataclass(frozen=True)
class RgbSpace:
    """Three primaries, a white point and a curve. Narrow-range code values go from 16 to 235."""

    chromaticities: Chromaticities
    curve: Curve
    is_full_range: bool = True

    def to_srgb(self, picture: Image.Image | Deep) -> Image.Image:
        if isinstance(picture, Image.Image):
            if picture.mode == "CMYK":
                raise ColourError("The colour description is for RGB, but the picture is CMYK.")
            picture = np.asarray(picture.convert("RGB"))
        codes = np.linspace(0, 1, np.iinfo(picture.dtype).max + 1)
        if not self.is_full_range:
            codes = np.clip((codes * 255 - 16) / 219, 0, 1)
        light = self.curve(codes).astype(np.float32)
        matrix = _to_bt709(self.chromaticities).T.astype(np.float32)
        # In bands, because linear light takes several times the memory of code values.
        return _in_bands(picture, lambda band: _encoded(light[band] @ matrix))


@dataclass(frozen=True)
class CodePoints:
    """Colours by the numbers of ITU-T H.273, as in `nclx` of HEIC and `cICP` of PNG."""

    primaries: int
    transfer: int
    is_full_range: bool = True

    def to_srgb(self, picture: Image.Image | Deep) -> Image.Image:
        # If a file does not specify a number, viewers use that of sRGB.
        primaries = PRIMARIES.get(1 if self.primaries == UNSPECIFIED else self.primaries)
        curve = CURVES.get(13 if self.transfer == UNSPECIFIED else self.transfer)
        if primaries is None or curve is None:
            raise ColourError("These code points are not defined.")
        if primaries == BT709 and curve is srgb_curve and self.is_full_range:
            return eight_bits(picture).convert("RGB")
        return RgbSpace(primaries, curve, self.is_full_range).to_srgb(picture)


@dataclass(frozen=True)
class Unknown:
    """Colours that are known only not to be sRGB."""

    def to_srgb(self, picture: Image.Image | Deep) -> Image.Image:
        raise ColourError("These colours are unknown.")


def eight_bits(picture: Image.Image | Deep) -> Image.Image:
    """Return a picture with eight bits; round a deep one."""
    if isinstance(picture, Image.Image):
        return picture
    return _in_bands(picture, lambda band: (band.astype(np.uint32) + 128) // 257)


def _in_bands(picture: Pixels, convert: Callable[[Pixels], NDArray[Any]]) -> Image.Image:
    """Return the picture with its code values converted, a band of rows at a time."""
    converted = np.empty(picture.shape, np.uint8)
    for row in range(0, len(picture), BAND_ROWS):
        converted[row : row + BAND_ROWS] = convert(picture[row : row + BAND_ROWS])
    return Image.fromarray(converted)


def gamma_space(gamma: float, chromaticities: Chromaticities = BT709) -> ColourSpace:
    """Return the space with this exponent (from code value to light) and these primaries."""
    if not SANE_GAMMAS[0] <= gamma <= SANE_GAMMAS[1]:
        return Unknown()
    return RgbSpace(chromaticities, lambda x: np.power(x, gamma))


def srgb_curve(x: Floats) -> Floats:
    """Return linear light by IEC 61966-2-1."""
    return np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)


def bt709_curve(x: Floats) -> Floats:
    """Return linear light by ITU-R BT.709, whose curve BT.601 and BT.2020 share."""
    return np.where(x < 0.081, x / 4.5, ((x + 0.099) / 1.099) ** (1 / 0.45))


def smpte240m_curve(x: Floats) -> Floats:
    """Return linear light by SMPTE 240M."""
    return np.where(x < 0.0912, x / 4.0, ((x + 0.1115) / 1.1115) ** (1 / 0.45))


def pq_curve(x: Floats) -> Floats:
    """Return linear light by SMPTE ST 2084."""
    m1, m2 = 2610 / 16384, 2523 / 32
    c1, c2, c3 = 3424 / 4096, 2413 / 128, 2392 / 128
    root = np.power(x, 1 / m2)
    return np.power(np.maximum(root - c1, 0) / (c2 - c3 * root), 1 / m1) * PQ_PEAK / WHITE


def hlg_curve(x: Floats) -> Floats:
    """Return linear light by ITU-R BT.2100."""
    # The inverse of the camera's curve, then the curve of the display, for each channel.
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(x <= 0.5, x * x / 3, (np.exp((x - c) / a) + b) / 12)
    return np.power(scene, HLG_SYSTEM_GAMMA) * HLG_PEAK / WHITE


CURVES: dict[int, Curve] = {
    1: bt709_curve,
    4: lambda x: np.power(x, 2.2),
    5: lambda x: np.power(x, 2.8),
    6: bt709_curve,
    7: smpte240m_curve,
    8: lambda x: x,
    9: lambda x: np.where(x > 0, np.power(10, 2 * (x - 1)), 0),
    10: lambda x: np.where(x > 0, np.power(10, 2.5 * (x - 1)), 0),
    11: bt709_curve,
    12: bt709_curve,
    13: srgb_curve,
    14: bt709_curve,
    15: bt709_curve,
    16: pq_curve,
    17: lambda x: np.power(x, 2.6) * 52.37 / 48,
    18: hlg_curve,
}
"""ITU-T H.273, table 3."""
ADOBE_RGB = RgbSpace(ADOBE, lambda x: np.power(x, 563 / 256))


def _to_bt709(chromaticities: Chromaticities) -> Floats:
    """Return the matrix (3, 3) from linear light in these primaries to those of BT.709."""
    source, target = _to_xyz(chromaticities), _to_xyz(BT709)
    whites = [BRADFORD @ _xyz(*space[3]) for space in (BT709, chromaticities)]
    adapt = np.linalg.inv(BRADFORD) @ np.diag(whites[0] / whites[1]) @ BRADFORD
    return np.asarray(np.linalg.inv(target) @ adapt @ source)


def _to_xyz(chromaticities: Chromaticities) -> Floats:
    red, green, blue, white = chromaticities
    # The columns are not divided by y, which is 0 for two of the primaries of XYZ itself.
    columns = np.array([(x, y, 1 - x - y) for x, y in (red, green, blue)]).T
    try:
        return np.asarray(columns * np.linalg.solve(columns, _xyz(*white)))
    except (np.linalg.LinAlgError, ZeroDivisionError) as error:
        raise ColourError("These primaries do not span a colour space.") from error


def _xyz(x: float, y: float) -> Floats:
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _encoded(light: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return linear light, clipped at 0 and 1, as sRGB code values, same shape."""
    steps = np.linspace(0, 1, 2**16)
    codes = np.where(steps <= 0.0031308, 12.92 * steps, 1.055 * np.power(steps, 1 / 2.4) - 0.055)
    table = np.rint(codes * 255).astype(np.uint8)
    return np.asarray(table[np.rint(np.clip(light, 0, 1) * (len(table) - 1)).astype(np.uint16)])
