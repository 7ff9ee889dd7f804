"""Skin tone: the individual typology angle, and a simulation of darker skin."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnn_model.serving.preprocess import central_square

# Individual typology angle, degrees (Chardon et al. 1991).
BANDS = {"very light": 55.0, "light": 41.0, "intermediate": 28.0, "tan": 10.0, "brown": -30.0}
DARKEST = "dark"
SIDE = 64
# Melanin absorbs with the wavelength to the power of -3.33 (Jacques 2013): at 610, 545 and 460 nm,
# the middles of red, green and blue, relative to blue.
MELANIN = np.array([0.39, 0.57, 1.0])
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE_POINT = np.array([0.9505, 1.0, 1.089])

Floats = NDArray[np.float64]

_CODES = np.arange(256) / 255.0
LINEAR: Floats = np.where(_CODES <= 0.04045, _CODES / 12.92, ((_CODES + 0.055) / 1.055) ** 2.4)
"""The linear light of each code value of sRGB."""


def to_linear(pixels: NDArray[np.uint8]) -> Floats:
    """Return sRGB, 0 to 255, as linear light, 0 to 1, same shape."""
    return LINEAR[pixels]


def from_linear(light: Floats) -> NDArray[np.uint8]:
    """Return linear light as sRGB, clipped at 0 and 255, same shape."""
    x = np.clip(light, 0, 1)
    values = np.where(x <= 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(values * 255), dtype=np.uint8)


def lab(pixels: NDArray[np.uint8]) -> Floats:
    """Return sRGB (..., 3), 0 to 255, as CIELAB (D65) of the same shape."""
    xyz = to_linear(pixels) @ TO_XYZ.T / WHITE_POINT
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def typology_angle(photo: Image.Image) -> float:
    """Return the individual typology angle (ITA) of an RGB photo, in degrees.

    atan((L* - 50) / b*) of the median of the brighter half of the central square, most of which is
    skin and not lesion. Only an estimate: camera and light are not calibrated.
    """
    return angle_of(central_square(photo, SIDE))


def angle_of(square: NDArray[np.uint8]) -> float:
    """Return the same for the central square of a photo, of any size."""
    small = Image.fromarray(square).resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    colours = lab(np.asarray(small)).reshape(-1, 3)
    skin = colours[colours[:, 0] >= np.median(colours[:, 0])]
    lightness, _, yellow = np.median(skin, axis=0)
    return float(np.degrees(np.arctan2(lightness - 50, yellow)))


def band(angle: float) -> str:
    """Return the name of the band of an ITA in degrees."""
    return next((name for name, above in BANDS.items() if angle > above), DARKEST)


def darkened(photo: Image.Image, melanin: float) -> Image.Image:
    """Return the photo as if the skin had more melanin, at the same exposure.

    Each channel of the linear light falls by exp(-melanin * absorption) (Beer-Lambert law).
    """
    light = to_linear(np.asarray(photo)) * np.exp(-melanin * MELANIN)
    return Image.fromarray(from_linear(light))
