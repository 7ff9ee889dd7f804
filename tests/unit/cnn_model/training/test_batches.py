"""What the network is shown in training."""

import numpy as np
import pytest

from cnn_model.data.synthetic import skin_photo

pytestmark = pytest.mark.filterwarnings("ignore")  # Keras and TensorFlow warn about each other


def test_bare_skin_is_no_lesion_and_has_no_diagnosis() -> None:
    from cnn_model.training.batches import Batch

    photos = np.stack([np.asarray(skin_photo((96, 96), seed=s)) for s in range(8)]).astype("f4")
    lesion = np.ones((8, 1), np.float32)
    lesion[7] = 0  # a picture of something else, which stays as it is
    weights = {"diagnosis": lesion[:, 0] * 2, "lesion": np.ones(8, np.float32)}
    batch = Batch(photos, {"lesion": lesion}, weights)
    shown = batch.with_bare_skin(0.5, np.random.default_rng(0))
    bare = (shown.photos != photos).any(axis=(1, 2, 3))
    assert 0 < bare.sum() < 7
    assert not bare[7]
    np.testing.assert_array_equal(shown.targets["lesion"][:, 0], lesion[:, 0] * ~bare)
    np.testing.assert_array_equal(shown.weights["diagnosis"], weights["diagnosis"] * ~bare)
    assert shown.weights["lesion"].min() == 1
    assert lesion.sum() == 7  # the photos themselves keep their labels
