"""Outlines: those drawn by hand, those of thresholds, and skin beside them."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnn_model.data.dataset import read_examples
from cnn_model.data.outlines import otsu, read_outline_data, skin_beside, threshold_outline
from cnn_model.data.synthetic import skin_photo
from tests.outlines import add_outlines, disc_mask
from tests.photos import make_photos

SIDE = 160


def test_the_threshold_outline_is_that_of_the_lesion() -> None:
    outline = threshold_outline(np.asarray(skin_photo((SIDE, SIDE))))
    assert outline is not None
    truth = disc_mask(SIDE) > 0
    shared = ((outline > 0) & truth).sum()
    assert 2 * shared / ((outline > 0).sum() + truth.sum()) > 0.85


@pytest.mark.parametrize(
    "photo",
    [
        pytest.param(skin_photo((SIDE, SIDE), lesion=False), id="no lesion"),
        pytest.param(skin_photo((320, 320)).crop((80, 80, 240, 240)), id="cut off"),
    ],
)
def test_there_is_no_threshold_outline_in_doubt(photo: Image.Image) -> None:
    assert threshold_outline(np.asarray(photo)) is None


def test_otsu_separates_two_levels() -> None:
    values = np.array([[10, 12, 11, 200], [201, 199, 10, 12]], np.uint8)
    assert 12 < otsu(values) <= 199


def test_skin_beside_a_lesion_shows_none_of_it() -> None:
    photo = np.asarray(skin_photo((SIDE, SIDE))).copy()
    mask = disc_mask(SIDE)
    photo[mask > 0] = 0
    skin = skin_beside(photo, mask)
    assert skin is not None
    assert skin.shape == photo.shape
    assert skin.min() > 60
    assert skin_beside(photo, np.full_like(mask, 255)) is None


def test_photos_of_a_patient_are_in_one_part_with_their_masks(tmp_path: Path) -> None:
    data = make_photos(tmp_path)
    add_outlines(data)
    parts = read_outline_data(data, read_examples(data))
    counts = {name: part.counts() for name, part in parts.items()}
    assert all(count["clinical"] and count["others"] for count in counts.values())
    groups = [set(part.groups) for part in parts.values()]
    assert not groups[0] & groups[1] | groups[0] & groups[2] | groups[1] & groups[2]
    training = parts["training"]
    assert training.clinical_masks.shape == training.clinical.shape[:3]
    assert set(np.unique(training.clinical_masks)) == {0, 255}
    with (data / "healthy_skin" / "labels.csv").open(newline="") as labels:
        healthy = len(list(csv.DictReader(labels)))
    assert sum(count["skin"] for count in counts.values()) >= healthy
