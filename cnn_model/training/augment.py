"""Random changes that a photo may undergo without changing its diagnosis."""

from typing import Any

import keras
from keras import ops

from cnn_model.serving.skin_tone import MELANIN
from cnn_model.training.recipes import RECIPES, Recipe

GAMMA = 2.2


class Augment(keras.layers.Layer):
    """Turned, mirrored, cropped, recoloured, overexposed, blurred and partly covered copies in
    training, some on darker skin or from further away; a plain resize else.

    Takes (n, s, s, 3), 0 to 255, and gives (n, size, size, 3). Half of the photos are brought
    down to a lower resolution and back, so that sharpness, which differs between the sources of
    the training photos, does not tell the class.
    """

    def __init__(
        self, size: int, recipe: Recipe = RECIPES["strong"], seed: int = 0, **options: Any
    ) -> None:
        super().__init__(**options)
        self.size, self.recipe = size, recipe
        self.seeds = keras.random.SeedGenerator(seed)

    def call(self, photos: Any, training: bool | None = None) -> Any:
        if not training:
            return ops.image.resize(photos, (self.size, self.size), antialias=True)
        return self._erase(self._blur(self._recolour(self._reframe(photos))))

    def _uniform(self, count: Any, low: float, high: float, width: int = 1) -> Any:
        return keras.random.uniform((count, width), low, high, seed=self.seeds)

    def _around_one(self, count: Any, change: float, width: int = 1) -> Any:
        return self._uniform(count, 1 - change, 1 + change, width)

    def _reframe(self, photos: Any) -> Any:
        """Any quarter turn with a tilt, mirrored or not, a crop of 70 to 100 % of the side; some
        photos from up to 1.8 times as far, with their mirror images around them.
        """
        count, source = ops.shape(photos)[0], photos.shape[1]
        quarter = ops.floor(self._uniform(count, 0, 4)) * (3.141592653589793 / 2)
        angle = quarter + self._uniform(count, -0.25, 0.25)
        far = self._chosen(count, self.recipe.distant)
        side = ops.where(far, self._uniform(count, 1.0, 1.8), self._uniform(count, 0.7, 1.0))
        crop = side * source / self.size
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
        """Exposure, white balance, contrast and saturation of another camera, in one product."""
        count, change, balance = ops.shape(photos)[0], self.recipe.colour, self.recipe.balance
        gain = self._around_one(count, change) * self._around_one(count, balance, 3)
        gain = gain * self._melanin(count)
        contrast = self._around_one(count, change)
        mean = ops.mean(photos, axis=(1, 2)) * gain
        saturation = self._around_one(count, 1.2 * change)[:, :, None]
        mix = saturation * ops.eye(3) + (1 - saturation) / 3
        matrix = (gain * contrast)[:, :, None] * mix
        offset = ops.matmul((mean * (1 - contrast))[:, None, :], mix)
        rows = ops.reshape(photos, (count, -1, 3))
        x = ops.reshape(ops.matmul(rows, matrix) + offset, ops.shape(photos))
        return ops.clip(x + self._flash(count), 0.0, 255.0)

    def _melanin(self, count: Any) -> Any:
        """The gain of each channel on skin drawn darker, as `skin_tone.darkened` does: a factor of
        linear light is one of the gamma-encoded values, too, to the power of 1/2.2.
        """
        melanin = self._uniform(count, 0.0, 3.0)
        gain = ops.exp(-melanin * ops.convert_to_tensor(MELANIN / GAMMA, "float32"))
        return ops.where(self._chosen(count, self.recipe.dark_skin), gain, 1.0)

    def _chosen(self, count: Any, share: float) -> Any:
        """True for this share of the photos, shape (n, 1)."""
        return self._uniform(count, 0, 1) < share

    def _squares(self, count: Any, low: float, high: float) -> tuple[Any, Any, Any]:
        """Distance of every row and column from a random centre, and a random size, all as shares
        of the side.
        """
        places = ops.arange(self.size, dtype="float32") / self.size
        down = ops.abs(places[None, :] - self._uniform(count, 0, 1))
        across = ops.abs(places[None, :] - self._uniform(count, 0, 1))
        return down[:, :, None, None], across[:, None, :, None], self._part(count, low, high)

    def _part(self, count: Any, low: float, high: float) -> Any:
        return self._uniform(count, low, high)[:, :, None, None]

    def _flash(self, count: Any) -> Any:
        """A bright spot on some photos."""
        down, across, width = self._squares(count, 0.1, 0.4)
        spot = ops.exp(-(down**2 + across**2) / (2 * width**2)) * self._part(count, 40, 160)
        return ops.where(self._part(count, 0, 1) < self.recipe.flash, spot, 0.0)

    def _erase(self, photos: Any) -> Any:
        """A grey rectangle on some photos, so that no single spot decides."""
        count = ops.shape(photos)[0]
        down, across, height = self._squares(count, 0.05, 0.15)
        covered = (down < height) & (across < self._part(count, 0.05, 0.15))
        return ops.where(covered & (self._part(count, 0, 1) < self.recipe.covered), 128.0, photos)

    def _blur(self, photos: Any) -> Any:
        """Half of the photos lose some or all of what 60 % of the resolution cannot hold."""
        count = ops.shape(photos)[0]
        small = ops.image.resize(photos, (int(self.size * 0.6),) * 2)
        back = ops.image.resize(small, (self.size, self.size))
        strength = ops.maximum(self._part(count, -1, 1), 0.0)
        return photos + strength * (back - photos)
