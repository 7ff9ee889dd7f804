"""Augmentation: random changes of a photo that do not change its diagnosis."""

from typing import Any

import keras
from keras import ops

from cnn_model.serving.skin_tone import MELANIN
from cnn_model.training.recipes import RECIPES, Recipe

GAMMA = 2.2


class Augment(keras.layers.Layer):
    """A layer that augments photos in training, and only resizes them otherwise.

    It maps photos (n, s, s, 3), 0 to 255, to (n, size, size, 3). Every photo is rotated, mirrored,
    cropped and recoloured. The recipe sets how many are overexposed, partly covered, drawn on
    darker skin or seen from further away.
    """

    # Every random number is drawn in a fixed order from `seeds`: another order would give other
    # photos for the same seed.

    def __init__(
        self, size: int, recipe: Recipe = RECIPES["strong"], seed: int = 0, **options: Any
    ) -> None:
        super().__init__(**options)
        self.size, self.recipe = size, recipe
        self.seeds = keras.random.SeedGenerator(seed)

    def call(self, photos: Any, training: bool | None = None) -> Any:
        if not training:
            return ops.image.resize(photos, (self.size, self.size), antialias=True)
        recoloured = self._rim(self._tone(self._recolour(self._reframe(photos))))
        return self._erase(self._blur(recoloured))

    def _uniform(self, count: Any, low: float, high: float, width: int = 1) -> Any:
        """Return random numbers, shape (n, width)."""
        return keras.random.uniform((count, width), low, high, seed=self.seeds)

    def _uniform_for_pixels(self, count: Any, low: float, high: float) -> Any:
        """Return a random number for each photo, shape (n, 1, 1, 1)."""
        return self._uniform(count, low, high)[:, :, None, None]

    def _around_one(self, count: Any, change: float, width: int = 1) -> Any:
        """Return random factors, shape (n, width)."""
        return self._uniform(count, 1 - change, 1 + change, width)

    def _is_chosen(self, count: Any, probability: float) -> Any:
        """Return True for a photo with this probability, shape (n, 1)."""
        return self._uniform(count, 0, 1) < probability

    def _reframe(self, photos: Any) -> Any:
        """Return the photos rotated, mirrored and cropped, (n, size, size, 3).

        A rotation is any quarter turn and up to 0.25 radians. A crop keeps the centre in view.
        Distant views are filled up with mirror images.
        """
        count, source = ops.shape(photos)[0], photos.shape[1]
        quarter = ops.floor(self._uniform(count, 0, 4)) * (3.141592653589793 / 2)
        angle = quarter + self._uniform(count, -0.25, 0.25)
        is_distant = self._is_chosen(count, self.recipe.distant)
        near = self._uniform(count, self.recipe.nearest, 1.0)
        side = ops.where(is_distant, self._uniform(count, 1.0, self.recipe.farthest), near)
        crop = side * source / self.size
        stretch = self._around_one(count, self.recipe.stretch)
        mirror = ops.where(self._uniform(count, 0, 1) < 0.5, -1.0, 1.0)
        # x' = a x + b y + c and y' = d x + e y + f, from output to input pixels.
        a, b = crop * stretch * mirror * ops.cos(angle), -crop * ops.sin(angle)
        d, e = crop * stretch * mirror * ops.sin(angle), crop * ops.cos(angle)
        # A larger shift would move the lesion, which is near the centre, out of a small crop.
        reach = ops.minimum(1.0, 0.9 * side / ops.maximum(1 - side, 1e-3))
        reach = ops.where(is_distant, 1.0, reach)
        shift = (source - crop * self.size) / 2 * reach * self._uniform(count, -1, 1, 2)
        input_centre, output_centre = (source - 1) / 2, (self.size - 1) / 2
        c = input_centre + shift[:, :1] - (a + b) * output_centre
        f = input_centre + shift[:, 1:] - (d + e) * output_centre
        transform = ops.concatenate([a, b, c, d, e, f, ops.zeros((count, 2))], axis=1)
        moved = ops.image.affine_transform(photos, transform, fill_mode="reflect")
        return moved[:, : self.size, : self.size]

    def _recolour(self, photos: Any) -> Any:
        """Return the photos as another camera would take them, (n, size, size, 3), 0 to 255.

        Changes exposure, white balance, contrast and saturation; draws some photos on darker skin
        and some with a bright spot.
        """
        count, change, balance = ops.shape(photos)[0], self.recipe.colour, self.recipe.balance
        gain = self._around_one(count, change) * self._around_one(count, balance, 3)
        gain = gain * self._melanin_gain(count)
        contrast = self._around_one(count, change)
        mean = ops.mean(photos, axis=(1, 2)) * gain
        saturation = self._around_one(count, 1.2 * change)[:, :, None]
        # One product per photo for all four changes.
        mix = saturation * ops.eye(3) + (1 - saturation) / 3
        matrix = (gain * contrast)[:, :, None] * mix
        offset = ops.matmul((mean * (1 - contrast))[:, None, :], mix)
        rows = ops.reshape(photos, (count, -1, 3))
        x = ops.reshape(ops.matmul(rows, matrix) + offset, ops.shape(photos))
        return ops.clip(x + self._flash(count), 0.0, 255.0)

    def _tone(self, photos: Any) -> Any:
        """Return the photos with another tone curve, a power of the values."""
        exponent = self._uniform_for_pixels(ops.shape(photos)[0], -1, 1) * self.recipe.tone
        return 255 * ops.power(photos / 255, ops.exp(exponent))

    def _rim(self, photos: Any) -> Any:
        """Return the photos, some with a dark round rim, as some dermatoscopes have."""
        count = ops.shape(photos)[0]
        centre = (ops.arange(self.size, dtype="float32") + 0.5) / self.size - 0.5
        distance = ops.sqrt(centre[:, None] ** 2 + centre[None, :] ** 2)[None, :, :, None]
        radius = self._uniform_for_pixels(count, 0.4, 0.7)
        rim = ops.sigmoid((distance - radius) * 100)
        is_chosen = self._uniform_for_pixels(count, 0, 1) < self.recipe.rim
        return ops.where(is_chosen, photos * (1 - 0.95 * rim), photos)

    def _melanin_gain(self, count: Any) -> Any:
        """Return the gain of each channel (n, 3): 1, or less to draw darker skin."""
        melanin = self._uniform(count, 0.0, 3.0)
        # As in `skin_tone.darkened`: a factor of linear light is, to the power of 1/2.2, a factor
        # of the gamma-encoded values.
        gain = ops.exp(-melanin * ops.convert_to_tensor(MELANIN / GAMMA, "float32"))
        return ops.where(self._is_chosen(count, self.recipe.dark_skin), gain, 1.0)

    def _random_regions(self, count: Any, low: float, high: float) -> tuple[Any, Any, Any]:
        """Return the distances of all pixels from a random centre, and a random extent.

        All are fractions of the side: vertical distances (n, size, 1, 1), horizontal distances
        (n, 1, size, 1), and the extent (n, 1, 1, 1) from `low` to `high`.
        """
        positions = ops.arange(self.size, dtype="float32") / self.size
        vertical = ops.abs(positions[None, :] - self._uniform(count, 0, 1))
        horizontal = ops.abs(positions[None, :] - self._uniform(count, 0, 1))
        extent = self._uniform_for_pixels(count, low, high)
        return vertical[:, :, None, None], horizontal[:, None, :, None], extent

    def _flash(self, count: Any) -> Any:
        """Return what a flash adds to each pixel, (n, size, size, 1): a bright spot, or 0."""
        vertical, horizontal, width = self._random_regions(count, 0.1, 0.4)
        spot = ops.exp(-(vertical**2 + horizontal**2) / (2 * width**2))
        spot = spot * self._uniform_for_pixels(count, 40, 160)
        is_chosen = self._uniform_for_pixels(count, 0, 1) < self.recipe.flash
        return ops.where(is_chosen, spot, 0.0)

    def _erase(self, photos: Any) -> Any:
        """Return the photos, some with a grey rectangle (random erasing)."""
        # Then no single spot of a photo decides the answer.
        count = ops.shape(photos)[0]
        vertical, horizontal, height = self._random_regions(count, 0.05, 0.15)
        width = self._uniform_for_pixels(count, 0.05, 0.15)
        is_covered = (vertical < height) & (horizontal < width)
        is_chosen = self._uniform_for_pixels(count, 0, 1) < self.recipe.covered
        return ops.where(is_covered & is_chosen, 128.0, photos)

    def _blur(self, photos: Any) -> Any:
        """Return the photos, half of them blurred to as little as `sharpness` of the resolution."""
        # The sources of the training photos differ in sharpness, which must not reveal the class.
        count = ops.shape(photos)[0]
        small = ops.image.resize(photos, (int(self.size * self.recipe.sharpness),) * 2)
        blurred = ops.image.resize(small, (self.size, self.size))
        strength = ops.maximum(self._uniform_for_pixels(count, -1, 1), 0.0)
        return photos + strength * (blurred - photos)
