"""Synthetic overview photos: lesions on larger skin."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from cnn_model.data.overview import Scene, bounding_box, on_skin, spread, turned, with_surroundings

SIDE = 96


def disc(radius: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """Return a photo of a dark disc on light skin, and its mask."""
    photo, mask = Image.new("RGB", (SIDE, SIDE), (220, 180, 160)), Image.new("L", (SIDE, SIDE))
    box = (48 - radius, 48 - radius, 48 + radius, 48 + radius)
    ImageDraw.Draw(photo).ellipse(box, fill=(60, 30, 20))
    ImageDraw.Draw(mask).ellipse(box, fill=255)
    return np.asarray(photo), np.asarray(mask)


@pytest.mark.parametrize("is_cut_out", [False, True])
@pytest.mark.parametrize("fraction", [0.12, 0.4, 1.0])
def test_the_lesion_lies_wholly_on_the_skin_at_its_scale(fraction: float, is_cut_out: bool) -> None:
    photo, mask = disc()
    skin = np.full((128, 128, 3), (120, 90, 70), np.float32)
    for seed in range(4):
        scene = on_skin(photo, mask, skin, fraction, np.random.default_rng(seed), is_cut_out)
        left, top, right, bottom = bounding_box(scene.mask)
        wanted = 41 / SIDE * max(round(128 * fraction), 8)
        assert (right - left, bottom - top) == pytest.approx((wanted, wanted), abs=2.5)
        inside = scene.photo[scene.mask > 0.9].mean()
        # The skin has taken the colour of that around the lesion.
        outside = scene.photo[scene.mask == 0]
        assert np.median(outside, axis=0) == pytest.approx((220, 180, 160), abs=12)
        assert inside < outside.mean() - 60


def test_the_same_seed_gives_the_same_scene() -> None:
    photo, mask = disc()
    skin = spread(photo, 128, 2.0)
    first, second = (
        on_skin(photo, mask, skin.copy(), 0.3, np.random.default_rng(5)) for _ in range(2)
    )
    np.testing.assert_array_equal(first.photo, second.photo)


@pytest.mark.parametrize("copies", [1.0, 1.5, 2.0, 3.0])
def test_skin_is_spread_without_seams(copies: float) -> None:
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    ramp = np.dstack([x, y, x + y]).astype(np.uint8)
    skin = spread(ramp, 128, copies)
    assert skin.shape == (128, 128, 3)
    assert np.abs(np.diff(skin, axis=0)).max() < 8 * copies


def test_a_square_has_eight_turns() -> None:
    photo, _ = disc()
    photo = photo.copy()
    photo[:5, :20] = 0
    assert len({turned(photo, turns).tobytes() for turns in range(8)}) == 8


def test_surroundings_never_cover_the_lesion() -> None:
    photo, mask = disc(8)
    scene = Scene(photo.astype(np.float32), (mask / 255).astype(np.float32))
    other = np.zeros((SIDE, SIDE, 3), np.uint8)
    is_changed = []
    for seed in range(20):
        found = with_surroundings(scene, other, np.random.default_rng(seed))
        np.testing.assert_array_equal(found.mask, scene.mask)
        np.testing.assert_allclose(found.photo[mask > 0], scene.photo[mask > 0], atol=26)
        is_changed.append(bool((found.photo != scene.photo).any()))
    assert any(is_changed)


def test_an_empty_mask_has_no_box() -> None:
    with pytest.raises(ValueError, match="no lesion"):
        bounding_box(np.zeros((8, 8), np.float32))
