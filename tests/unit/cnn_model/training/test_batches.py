"""Training batches."""

import numpy as np
import pytest

from cnn_model.data.synthetic import skin_photo

pytestmark = pytest.mark.filterwarnings("ignore")  # Keras and TensorFlow warn about each other


def test_lesion_free_skin_is_labelled_as_no_lesion_without_diagnosis() -> None:
    from cnn_model.training.batches import Batch

    photos = np.stack([np.asarray(skin_photo((96, 96), seed=s)) for s in range(8)]).astype("f4")
    lesion = np.ones((8, 1), np.float32)
    lesion[7] = 0  # not a lesion, so it is never replaced
    weights = {"diagnosis": lesion[:, 0] * 2, "lesion": np.ones(8, np.float32)}
    batch = Batch(photos, {"lesion": lesion}, weights)
    changed = batch.with_lesion_free_skin(0.5, np.random.default_rng(0))
    replaced = (changed.photos != photos).any(axis=(1, 2, 3))
    assert 0 < replaced.sum() < 7
    assert not replaced[7]
    np.testing.assert_array_equal(changed.targets["lesion"][:, 0], lesion[:, 0] * ~replaced)
    np.testing.assert_array_equal(changed.weights["diagnosis"], weights["diagnosis"] * ~replaced)
    assert changed.weights["lesion"].min() == 1
    assert lesion.sum() == 7  # the original batch keeps its labels
