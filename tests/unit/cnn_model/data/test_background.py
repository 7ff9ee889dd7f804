"""Skin without a lesion, cut out of photos with one."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from cnn_model.data.background import lesion_free_skin
from cnn_model.data.synthetic import skin_photo
from cnn_model.serving.measures import SIDE, border_contrast, measure
from cnn_model.serving.preprocess import central_square

SKIN = (214, 168, 146)


def photo_with_lesion(radius: int, side: int = 192) -> Image.Image:
    """Return a photo of a dark disc at the centre of skin with some grain."""
    random = np.random.default_rng(0)
    grain = random.normal(0, 3, (side, side, 1)) + np.array(SKIN)
    photo = Image.fromarray(np.clip(grain, 0, 255).astype(np.uint8))
    centre = side // 2
    box = (centre - radius, centre - radius, centre + radius, centre + radius)
    ImageDraw.Draw(photo).ellipse(box, fill=(90, 50, 40))
    return photo


@pytest.mark.parametrize("seed", range(8))
def test_the_result_contains_nothing_of_the_lesion(seed: int) -> None:
    photo = photo_with_lesion(40)
    skin = lesion_free_skin(photo, np.random.default_rng(seed))
    assert skin is not None
    assert (skin.size, skin.mode) == (photo.size, "RGB")
    assert np.abs(np.asarray(skin).mean(axis=(0, 1)) - SKIN).max() < 5
    assert border_contrast(np.asarray(skin))[0] < border_contrast(np.asarray(photo))[0] / 5


def test_the_same_seed_gives_the_same_skin() -> None:
    first, second = (
        lesion_free_skin(skin_photo((96, 96)), np.random.default_rng(3)) for _ in range(2)
    )
    assert first is not None
    assert second is not None
    assert first.tobytes() == second.tobytes()


@pytest.mark.parametrize(
    "photo",
    [
        pytest.param(photo_with_lesion(90), id="a lesion that fills the photo"),
        pytest.param(Image.new("RGB", (192, 192), SKIN), id="no recognisable lesion"),
    ],
)
def test_returns_none_if_the_lesion_may_be_anywhere(photo: Image.Image) -> None:
    assert lesion_free_skin(photo, np.random.default_rng(0)) is None


def test_the_result_has_the_border_contrast_of_plain_skin() -> None:
    skin = lesion_free_skin(photo_with_lesion(40), np.random.default_rng(0))
    assert skin is not None
    assert measure(skin, central_square(skin, SIDE))["border_contrast"] < 9
