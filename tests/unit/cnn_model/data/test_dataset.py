"""Reading labelled photos and splitting them into folds."""

import hashlib
import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from cnn_model.data.dataset import (
    FOLDS,
    SPLITS,
    Example,
    assign_folds,
    known_folds,
    load_photos,
    read_examples,
    split,
)
from cnn_model.training.batches import class_weights
from constants import Modality
from tests.photos import make_photos

REAL = Path(os.environ.get("REAL_PHOTOS", "/nowhere"))


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> list[Example]:
    return read_examples(make_photos(tmp_path_factory.mktemp("photos")))


@pytest.fixture(
    params=["synthetic", pytest.param("real", marks=pytest.mark.real_photos)], scope="module"
)
def any_examples(request: pytest.FixtureRequest, examples: list[Example]) -> list[Example]:
    if request.param == "synthetic":
        return examples
    if not REAL.is_dir():
        pytest.skip("REAL_PHOTOS names no folder")
    return read_examples(REAL)


def test_no_patient_and_no_lesion_is_in_two_splits(any_examples: list[Example]) -> None:
    parts = [{e.group for e in part} for part in split(any_examples).values()]
    for first in range(len(SPLITS)):
        for second in range(first):
            assert not parts[first] & parts[second]


def test_no_picture_is_in_two_splits(any_examples: list[Example]) -> None:
    def digests(part: list[Example]) -> set[str]:
        return {hashlib.sha256(e.path.read_bytes()).hexdigest() for e in part}

    parts = [digests(part) for part in split(any_examples).values()]
    for first in range(len(SPLITS)):
        for second in range(first):
            assert not parts[first] & parts[second]


def test_every_fold_has_similar_proportions_of_diagnoses(any_examples: list[Example]) -> None:
    folds = assign_folds(any_examples)
    strata = np.array([f"{e.stratum}/{e.diagnosis}" for e in any_examples])
    for stratum, count in Counter(strata.tolist()).items():
        if count >= 200:
            proportions = np.bincount(folds[strata == stratum], minlength=FOLDS) / count
            assert proportions.max() < 0.2
            assert proportions.min() > 0.03


def test_the_split_is_reproducible(examples: list[Example]) -> None:
    assert (assign_folds(examples) == assign_folds(examples)).all()


def test_loads_photos_at_the_requested_size(examples: list[Example]) -> None:
    photos = load_photos(examples[:5], 32)
    assert photos.shape == (5, 32, 32, 3)
    assert photos.dtype == np.uint8


def test_the_mean_weight_of_a_diagnosis_is_1_in_each_stratum(examples: list[Example]) -> None:
    weights = class_weights(examples)
    for stratum in {e.stratum for e in examples if e.diagnosis >= 0}:
        assert weights[[e.stratum == stratum for e in examples]].mean() == pytest.approx(1)
    assert weights[[e.diagnosis < 0 for e in examples]].sum() == 0


def test_a_missing_folder_raises_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_examples(tmp_path)


def test_a_known_group_keeps_its_fold_when_the_collections_grow() -> None:
    """Otherwise training photos of a released network could move to the test fold."""
    known = known_folds()
    group = next(name for name, fold in known.items() if fold == 0)
    old = Example(Path("old.jpg"), Modality.CLINICAL, Modality.CLINICAL, group, 0)
    new = [
        Example(Path(f"{n}.jpg"), Modality.CLINICAL, Modality.CLINICAL, f"new/{n}", 0)
        for n in range(20)
    ]
    for examples in ([old], [*new, old], [*new[:15], old]):
        assert assign_folds(examples)[-1] == 0
    assert set(known.values()) == set(range(FOLDS))
