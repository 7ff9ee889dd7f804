"""Augmentation: random changes in training, a plain resize otherwise."""

import dataclasses
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import label

from cnn_model.data.synthetic import skin_photo
from cnn_model.serving.skin_tone import darkened
from cnn_model.training.recipes import RECIPES

pytestmark = [
    pytest.mark.training,
    # Keras and TensorFlow warn about each other.
    pytest.mark.filterwarnings("ignore"),
]
SIZE, SOURCE = 64, 96
PHOTOS = np.stack([np.asarray(skin_photo((SOURCE, SOURCE), seed=s)) for s in range(6)]).astype("f4")


def augmented(photos: np.ndarray, training: bool, seed: int = 0, **recipe: Any) -> np.ndarray:
    from cnn_model.training.augment import Augment

    chosen = dataclasses.replace(RECIPES["strong"], **recipe)
    return np.asarray(Augment(SIZE, chosen, seed=seed)(photos, training=training))


@pytest.mark.parametrize("training", [True, False])
def test_returns_photos_of_the_input_size_of_the_network(training: bool) -> None:
    photos = augmented(PHOTOS, training)
    assert photos.shape == (len(PHOTOS), SIZE, SIZE, 3)
    assert np.isfinite(photos).all()
    assert photos.min() >= -0.01
    assert photos.max() <= 255.01


def test_outside_training_photos_are_only_resized() -> None:
    photos = augmented(PHOTOS, training=False, seed=0)
    assert np.array_equal(photos, augmented(PHOTOS, training=False, seed=1))
    assert photos.mean(axis=(1, 2)) == pytest.approx(PHOTOS.mean(axis=(1, 2)), abs=1)


def test_in_training_every_photo_is_changed_differently() -> None:
    copies = augmented(np.repeat(PHOTOS[:1], 6, axis=0), training=True)
    plain = augmented(PHOTOS[:1], training=False)[0]
    assert all(np.abs(copy - plain).mean() > 1 for copy in copies)
    assert all(np.abs(copies[0] - copy).mean() > 1 for copy in copies[1:])


def test_the_lesion_stays_in_view() -> None:
    """The lesion is the dark part; a crop that lost it would teach the wrong label."""
    copies = augmented(np.repeat(PHOTOS[:1], 32, axis=0), training=True).mean(axis=3)
    centre = copies[:, SIZE // 3 : -SIZE // 3, SIZE // 3 : -SIZE // 3]
    assert (centre.min(axis=(1, 2)) < np.quantile(copies, 0.9, axis=(1, 2)) - 25).all()


PLAIN: dict[str, Any] = {"colour": 0.0, "balance": 0.0, "flash": 0.0, "covered": 0.0}


def test_dark_skin_is_no_darker_than_in_the_evaluation() -> None:
    """Many copies of one photo: melanin takes most of the blue and least of the red."""
    many = np.repeat(PHOTOS[:1], 64, axis=0)
    light, dark = (
        augmented(many, True, dark_skin=probability, **PLAIN).mean(axis=(1, 2))
        for probability in (0.0, 1.0)
    )
    darkest = np.asarray(darkened(Image.fromarray(PHOTOS[0].astype("u1")), 3)).mean(axis=(0, 1))
    red, green, blue = dark.mean(axis=0) / light.mean(axis=0)
    assert 0.4 < blue < green < red < 0.85
    assert (dark.min(axis=0) > 0.7 * darkest).all()


def test_distant_views_show_smaller_lesions() -> None:
    """Mirror images come into view, so the largest dark spot is measured."""
    many = np.repeat(PHOTOS[:1], 32, axis=0)

    def lesion_size(distant: float) -> float:
        copies = augmented(many, True, distant=distant, **PLAIN).mean(axis=3)
        dark = copies < (copies.min() + copies.max()) / 2
        return float(np.mean([np.bincount(label(spots)[0].ravel())[1:].max() for spots in dark]))

    assert lesion_size(1.0) < 0.7 * lesion_size(0.0)


def test_the_centre_stays_in_view_of_the_smallest_crops() -> None:
    """The lesion is near the centre: without it the label would be wrong."""
    photos = np.zeros((64, SOURCE, SOURCE, 3), np.float32)
    middle = slice(SOURCE // 2 - 4, SOURCE // 2 + 4)
    photos[:, middle, middle] = 255
    copies = augmented(photos, True, nearest=0.4, stretch=0.3, **PLAIN)
    assert (copies.max(axis=(1, 2, 3)) > 200).mean() > 0.95


def test_a_rim_is_dark_outside_and_absent_inside() -> None:
    copies = augmented(np.full((32, SOURCE, SOURCE, 3), 200, np.float32), True, rim=1.0, **PLAIN)
    assert np.median(copies[:, 0, 0]) < 40
    assert copies[:, SIZE // 2, SIZE // 2] == pytest.approx(200, abs=1)


def test_a_tone_curve_keeps_black_and_white() -> None:
    photos = np.repeat(np.array([0.0, 100.0, 255.0]), 16)[:, None, None, None]
    photos = np.broadcast_to(photos, (48, SOURCE, SOURCE, 3)).astype("f4")
    middles = augmented(photos, True, tone=0.4, **PLAIN)[:, SIZE // 2, SIZE // 2, 0]
    assert middles[:16].max() < 1
    assert middles[16:32].min() < 85 < 115 < middles[16:32].max()
    assert middles[32:].min() > 254
