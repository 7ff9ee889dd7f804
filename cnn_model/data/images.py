"""Reading and recompressing the photos of a collection."""

import io

from PIL import Image

from cnn_model.data.dataset import Example


def read_photo(example: Example) -> Image.Image:
    """Return the photo of the example as RGB. Raises OSError if it cannot be read."""
    with Image.open(example.path) as photo:
        return photo.convert("RGB")


def recompressed(photo: Image.Image, quality: int) -> Image.Image:
    """Return the photo after a round trip through JPEG, `quality` from 1 to 95."""
    file = io.BytesIO()
    photo.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("RGB")
