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
from constants import DIAGNOSES, Modality
from tests.photos import add_labels, make_photos

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


def test_a_whole_source_of_other_clinics_is_in_one_fold(tmp_path: Path) -> None:
    """Then the network that is validated on the fold has seen no photo of the source."""
    data = make_photos(tmp_path)
    add_labels(
        data / "dermoscopy_more",
        "image,patient_id,lesion_id,diagnosis,group,framing,source",
        "a.jpg,,,MEL,malignant,full,isic2017",
        "b.jpg,,7,NV,benign,squashed,isic2017",
        "c.jpg,P1,,MEL,malignant,squashed,isic2020_a",
        "d.jpg,P2,,,benign,squashed,isic2020_b",
    )
    examples = read_examples(data)
    folds = {e.path.name: int(f) for e, f in zip(examples, assign_folds(examples), strict=True)}
    assert [folds[f"{name}.jpg"] for name in "abcd"] == [1, 1, 2, 2]
    more = {e.path.stem: e for e in examples if e.path.parts[-3] == "dermoscopy_more"}
    assert more["c"].stratum == more["d"].stratum == "isic2020/squashed"
    assert more["d"].diagnosis == list(DIAGNOSES).index("NV")
    assert {e.group for e in more.values()} == {
        "dermoscopy_more/a.jpg",
        "dermoscopy_more/7",
        "dermoscopy_more/P1",
        "dermoscopy_more/P2",
    }


def test_healthy_skin_stays_in_the_fold_of_the_patient(tmp_path: Path) -> None:
    data = make_photos(tmp_path)
    patients = [f"MEL{number}" for number in range(12)]
    rows = [f"skin_{name}.jpg,{name}" for name in patients]
    add_labels(data / "healthy_skin", "image,patient_id", *rows)
    examples = read_examples(data)
    folds: dict[str, set[int]] = {}
    for example, fold in zip(examples, assign_folds(examples), strict=True):
        folds.setdefault(example.group, set()).add(int(fold))
    assert all(len(folds[f"smartphone/{name}"]) == 1 for name in patients)
    skin = [e for e in examples if e.stratum == "healthy_skin"]
    assert len(skin) == len(patients)
    assert all(e.diagnosis < 0 for e in skin)


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
