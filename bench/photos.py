"""The photos of the benchmarks: drawn, but as heavy as those of a phone."""

import numpy as np
from PIL import Image, ImageCms

from cnn_model.data.synthetic import jpeg, skin_photo

LARGE, SMALL = "12 megapixels", "1 megapixel"
SIZES = {LARGE: (4032, 3024), SMALL: (1152, 864)}
ORIENTATION, ON_ITS_SIDE = 0x0112, 6
# Grey levels of noise of a sensor. Without it, the file has half the bytes of a real photo.
GRAIN = 4.0


def phone_photos() -> dict[str, bytes]:
    """Return a JPEG file of each size, on its side by EXIF and with a colour profile (sRGB)."""
    return {name: _phone_photo(*size) for name, size in SIZES.items()}


def _phone_photo(width: int, height: int) -> bytes:
    smooth = skin_photo((width // 2, height // 2)).resize((width, height))
    noise = np.random.default_rng(0).normal(scale=GRAIN, size=(height, width, 3))
    pixels = np.clip(np.asarray(smooth) + noise, 0, 255).astype(np.uint8)
    exif = Image.Exif()
    exif[ORIENTATION] = ON_ITS_SIDE
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return jpeg(Image.fromarray(pixels), exif=exif, icc_profile=profile)
