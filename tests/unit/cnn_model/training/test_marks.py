"""Hair, rulers and ink drawn on photos."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from cnn_model.training.marks import MARKS, marked


@pytest.mark.parametrize("draw", MARKS, ids=lambda draw: draw.__name__)
def test_every_mark_can_be_seen_and_covers_little(draw: object) -> None:
    random = np.random.default_rng(0)
    changed = []
    for _ in range(20):
        picture = Image.new("RGB", (96, 96), (200, 160, 140))
        draw(ImageDraw.Draw(picture), 96, random)  # type: ignore[operator]
        changed.append((np.asarray(picture) != (200, 160, 140)).any(axis=2).mean())
    assert np.median(changed) > 0.002
    assert max(changed) < 0.6


def test_only_some_photos_are_marked_and_the_originals_stay() -> None:
    photos = np.full((40, 48, 48, 3), 150, np.uint8)
    result = marked(photos, 0.5, np.random.default_rng(0))
    is_marked = (result != photos).any(axis=(1, 2, 3))
    assert 5 < is_marked.sum() < 35
    assert (photos == 150).all()
