"""Random changes that a photo may undergo without changing its diagnosis."""

from typing import Any

import keras
from keras import ops


class Augment(keras.layers.Layer):
    """Turned, mirrored, cropped, recoloured and blurred copies in training; a plain resize else.

    Takes (n, s, s, 3), 0 to 255, and gives (n, size, size, 3). Half of the photos are brought
    down to a lower resolution and back, so that sharpness, which differs between the sources of
    the training photos, does not tell the class.
    """

    def __init__(self, size: int, seed: int = 0, **options: Any) -> None:
        super().__init__(**options)
        self.size = size
        self.seeds = keras.random.SeedGenerator(seed)

    def call(self, photos: Any, training: bool | None = None) -> Any:
        if not training:
            return ops.image.resize(photos, (self.size, self.size), antialias=True)
        return self._blur(self._recolour(self._reframe(photos)))

    def _uniform(self, count: Any, low: float, high: float, width: int = 1) -> Any:
        return keras.random.uniform((count, width), low, high, seed=self.seeds)

    def _reframe(self, photos: Any) -> Any:
        """Any quarter turn with a tilt, mirrored or not, a crop of 65 to 100 % of the side."""
        count, source = ops.shape(photos)[0], photos.shape[1]
        quarter = ops.floor(self._uniform(count, 0, 4)) * (3.141592653589793 / 2)
        angle = quarter + self._uniform(count, -0.25, 0.25)
        crop = self._uniform(count, 0.65, 1.0) * source / self.size
        stretch = self._uniform(count, 0.9, 1.1)
        mirror = ops.where(self._uniform(count, 0, 1) < 0.5, -1.0, 1.0)
        a, b = crop * stretch * mirror * ops.cos(angle), -crop * ops.sin(angle)
        d, e = crop * stretch * mirror * ops.sin(angle), crop * ops.cos(angle)
        shift = (source - crop * self.size) / 2 * self._uniform(count, -1, 1, 2)
        centre, middle = (source - 1) / 2, (self.size - 1) / 2
        c = centre + shift[:, :1] - (a + b) * middle
        f = centre + shift[:, 1:] - (d + e) * middle
        transform = ops.concatenate([a, b, c, d, e, f, ops.zeros((count, 2))], axis=1)
        moved = ops.image.affine_transform(photos, transform, fill_mode="reflect")
        return moved[:, : self.size, : self.size]

    def _recolour(self, photos: Any) -> Any:
        """Exposure, white balance, contrast and saturation of another camera."""
        count = ops.shape(photos)[0]
        gain = self._uniform(count, 0.8, 1.2) * self._uniform(count, 0.92, 1.08, 3)
        x = photos * gain[:, None, None, :]
        mean = ops.mean(x, axis=(1, 2), keepdims=True)
        x = mean + (x - mean) * self._uniform(count, 0.8, 1.2)[:, None, None, :]
        grey = ops.mean(x, axis=3, keepdims=True)
        x = grey + (x - grey) * self._uniform(count, 0.8, 1.2)[:, None, None, :]
        return ops.clip(x, 0.0, 255.0)

    def _blur(self, photos: Any) -> Any:
        count = ops.shape(photos)[0]
        draw = self._uniform(count, 0, 1)[:, :, None, None]
        for share, low in ((0.15, 0.5), (0.35, 0.65), (0.5, 0.8)):
            small = ops.image.resize(photos, (int(self.size * low),) * 2)
            back = ops.image.resize(small, (self.size, self.size))
            photos = ops.where((draw < share) & (draw >= share - 0.15), back, photos)
        return photos
