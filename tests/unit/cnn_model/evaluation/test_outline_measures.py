"""What counts as a hit, and how outlines are compared."""

import numpy as np
import pytest

from cnn_model.data.outlines import OutlineData
from cnn_model.data.overview import bounding_box
from cnn_model.data.synthetic import skin_photo
from cnn_model.evaluation.outline_measures import dice, iou, is_hit, overviews
from cnn_model.serving.outline import Outline
from cnn_model.serving.region import Region
from tests.outlines import disc_mask

TRUTH = (20, 20, 60, 60)


def outline(x: float, y: float, size: float) -> Outline:
    return Outline(np.zeros((64, 64), np.bool_), Region(x, y, size), 1.0)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param(outline(0.4, 0.4, 0.4), True, id="the lesion itself"),
        pytest.param(outline(0.4, 0.4, 0.7), True, id="wide: 0.33 of the union"),
        pytest.param(outline(0.4, 0.4, 0.75), False, id="too wide: 0.28 of the union"),
        pytest.param(outline(0.4, 0.4, 0.2), False, id="too narrow"),
        pytest.param(outline(0.61, 0.4, 0.4), False, id="centre beside the lesion"),
        pytest.param(None, False, id="nothing"),
    ],
)
def test_a_hit_is_on_the_lesion_and_of_its_size(found: Outline | None, expected: bool) -> None:
    assert is_hit(found, TRUTH, 100) is expected


def test_dice_and_iou() -> None:
    first, second = np.zeros((4, 4), np.bool_), np.zeros((4, 4), np.bool_)
    assert dice(first, second) == 1
    first[:2], second[1:3] = True, True
    assert dice(first, second) == 0.5
    assert iou((0, 0, 2, 2), (1, 0, 3, 2)) == pytest.approx(1 / 3)
    assert iou((0, 0, 1, 1), (2, 2, 3, 3)) == 0


def test_overview_photos_have_lesions_of_the_wanted_size() -> None:
    photos = np.stack([np.asarray(skin_photo((160, 160), seed=seed)) for seed in range(4)])
    skin = np.stack([np.asarray(skin_photo((160, 160), lesion=False))])
    empty = np.zeros((0, 160, 160, 3), np.uint8)
    data = OutlineData(
        clinical=photos,
        clinical_masks=np.stack([disc_mask(160)] * 4),
        dermoscopic=empty,
        dermoscopic_masks=empty[..., 0],
        skin=skin,
        others=empty,
        names=("a", "b", "c", "d"),
        groups=("a", "b", "c", "d"),
    )
    scenes = list(overviews(data, (0.15, 0.3), seed=1, side=128))
    assert len(scenes) == 4
    for scene in scenes:
        left, top, right, bottom = bounding_box(scene.mask)
        assert 0.13 <= max(right - left, bottom - top) / 128 <= 0.32
    # A lesion of half the side is not enlarged.
    assert not list(overviews(data, (0.6, 0.9), seed=1, side=128))
