"""Random changes belong in training, and nowhere else."""

import numpy as np
import pytest

from tests.drawing import skin_photo

pytestmark = pytest.mark.filterwarnings("ignore")  # Keras and TensorFlow warn about each other
SIZE, SOURCE = 64, 96
PHOTOS = np.stack([np.asarray(skin_photo((SOURCE, SOURCE), seed=s)) for s in range(6)]).astype("f4")


def augmented(photos: np.ndarray, training: bool, seed: int = 0) -> np.ndarray:
    from cnn_model.augment import Augment

    return np.asarray(Augment(SIZE, seed=seed)(photos, training=training))


@pytest.mark.parametrize("training", [True, False])
def test_gives_photos_of_the_size_of_the_network(training: bool) -> None:
    photos = augmented(PHOTOS, training)
    assert photos.shape == (len(PHOTOS), SIZE, SIZE, 3)
    assert np.isfinite(photos).all()
    assert photos.min() >= -0.01
    assert photos.max() <= 255.01


def test_only_scales_outside_training() -> None:
    photos = augmented(PHOTOS, training=False, seed=0)
    assert np.array_equal(photos, augmented(PHOTOS, training=False, seed=1))
    assert photos.mean(axis=(1, 2)) == pytest.approx(PHOTOS.mean(axis=(1, 2)), abs=1)


def test_changes_every_photo_in_its_own_way_in_training() -> None:
    copies = augmented(np.repeat(PHOTOS[:1], 6, axis=0), training=True)
    plain = augmented(PHOTOS[:1], training=False)[0]
    assert all(np.abs(copy - plain).mean() > 1 for copy in copies)
    assert all(np.abs(copies[0] - copy).mean() > 1 for copy in copies[1:])


def test_keeps_the_lesion_in_view() -> None:
    """The lesion is the dark part; a crop that lost it would teach the wrong label."""
    copies = augmented(np.repeat(PHOTOS[:1], 32, axis=0), training=True).mean(axis=3)
    centre = copies[:, SIZE // 3 : -SIZE // 3, SIZE // 3 : -SIZE // 3]
    assert (centre.min(axis=(1, 2)) < np.quantile(copies, 0.9, axis=(1, 2)) - 25).all()
