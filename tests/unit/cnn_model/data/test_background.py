"""Skin without a lesion, made of photos with one."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from cnn_model.data.background import lesion_free_skin
from cnn_model.data.synthetic import skin_photo
from cnn_model.serving.measures import border_contrast, measure

SKIN = (214, 168, 146)


def photo_with_lesion(radius: int, side: int = 192) -> Image.Image:
    """A dark disc in the middle of skin with some grain."""
    random = np.random.default_rng(0)
    grain = random.normal(0, 3, (side, side, 1)) + np.array(SKIN)
    photo = Image.fromarray(np.clip(grain, 0, 255).astype(np.uint8))
    middle = side // 2
    box = (middle - radius, middle - radius, middle + radius, middle + radius)
    ImageDraw.Draw(photo).ellipse(box, fill=(90, 50, 40))
    return photo


@pytest.mark.parametrize("seed", range(8))
def test_nothing_of_the_lesion_is_left(seed: int) -> None:
    photo = photo_with_lesion(40)
    skin = lesion_free_skin(photo, np.random.default_rng(seed))
    assert skin is not None
    assert (skin.size, skin.mode) == (photo.size, "RGB")
    assert np.abs(np.asarray(skin).mean(axis=(0, 1)) - SKIN).max() < 5
    assert border_contrast(np.asarray(skin))[0] < border_contrast(np.asarray(photo))[0] / 5


def test_the_same_seed_gives_the_same_skin() -> None:
    first, again = (
        lesion_free_skin(skin_photo((96, 96)), np.random.default_rng(3)) for _ in range(2)
    )
    assert first is not None
    assert again is not None
    assert first.tobytes() == again.tobytes()


@pytest.mark.parametrize(
    "photo",
    [
        pytest.param(photo_with_lesion(90), id="a lesion that fills the photo"),
        pytest.param(Image.new("RGB", (192, 192), SKIN), id="no lesion that could be told"),
    ],
)
def test_there_is_none_where_the_lesion_may_be_anywhere(photo: Image.Image) -> None:
    assert lesion_free_skin(photo, np.random.default_rng(0)) is None


def test_is_measured_as_skin_on_which_nothing_stands_out() -> None:
    skin = lesion_free_skin(photo_with_lesion(40), np.random.default_rng(0))
    assert skin is not None
    assert measure(skin)["border_contrast"] < 9
