"""Choosing a threshold on external photos."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import beta

from cnn_model.data.external import (
    CHOOSING,
    REPORTING,
    ExternalAnswer,
    ExternalPhoto,
    read_external_photos,
)
from cnn_model.evaluation.external import estimate_external
from cnn_model.release.thresholds import (
    allowed_misses,
    choose_threshold,
    operating_point,
    scores_of,
    threshold_for_external,
    with_threshold,
    with_wider_intervals,
)
from cnn_model.serving.description import BUNDLED, Description
from constants import Modality


@pytest.mark.parametrize("melanomas", [59, 93, 160, 223, 1000])
def test_one_more_miss_would_exceed_the_confidence_limit(melanomas: int) -> None:
    misses = allowed_misses(melanomas)
    assert misses is not None

    def upper(count: int) -> float:
        """Return the one-sided upper limit of Clopper and Pearson."""
        return float(beta.ppf(0.95, count + 1, melanomas - count))

    assert upper(misses) <= 0.05 < upper(misses + 1)


def test_with_too_few_melanomas_none_may_be_missed() -> None:
    assert allowed_misses(58) is None
    scores = np.linspace(0.02, 0.5, 20)
    assert threshold_for_external(scores) == pytest.approx(0.02)


def test_the_threshold_is_the_highest_one_with_the_allowed_misses() -> None:
    scores = np.random.default_rng(0).beta(2, 5, 223)
    threshold, misses = threshold_for_external(scores), allowed_misses(223)
    assert (scores < threshold).sum() == misses
    assert (scores < threshold + 1e-4).sum() > (misses or 0) or threshold >= scores.max()


def external_photo(number: int, is_melanoma: bool, source: str = "ISIC 2017") -> ExternalPhoto:
    return ExternalPhoto(Path(f"{number}.jpg"), source, f"IP_{number}", is_melanoma, 1)


def external_answer(probability: float, **changes: Any) -> ExternalAnswer:
    answer = ExternalAnswer(probability, Modality.DERMOSCOPIC, False, True, False, (0.0, 1.0))
    return replace(answer, **changes)


def test_the_score_is_the_threshold_that_would_make_a_photo_benign() -> None:
    answers = [
        external_answer(0.03),
        external_answer(0.03, is_benign=False),
        external_answer(0.9, is_refused=True, is_benign=False),
        external_answer(0.03, modality=Modality.CLINICAL),
    ]
    assert scores_of(answers).tolist() == [0.03, 1.0, 1.0, 0.0]


def test_the_source_with_the_lowest_threshold_decides() -> None:
    photos = [external_photo(n, True, s) for s in ("ISIC 2017", "ISIC 2020") for n in range(400)]
    low = [external_answer(0.02 + 0.0001 * n) for n in range(400)]
    high = [external_answer(0.05 + 0.0001 * n) for n in range(400)]
    threshold, needed = choose_threshold(photos, [*high, *low], current=0.06)
    assert threshold == needed["ISIC 2020"]["threshold"] < needed["ISIC 2017"]["threshold"]
    assert choose_threshold(photos, [*high, *high], current=0.01)[0] == 0.01


def test_the_reported_half_does_not_choose_the_threshold() -> None:
    photos = [external_photo(n, n % 2 == 0) for n in range(400)]
    answers = [external_answer(0.01 if photo.half == REPORTING else 0.5) for photo in photos]
    threshold, _ = choose_threshold(photos, answers, current=1.0)
    assert threshold == pytest.approx(0.5)
    reporting = [photo for photo in photos if photo.half == REPORTING]
    estimates = estimate_external(photos, answers)["ISIC 2017"]
    assert estimates["melanomas_called_benign"].count == sum(
        photo.is_melanoma for photo in reporting
    )
    assert estimates["melanomas_called_benign"].value == 1.0
    assert 100 < len(reporting) < 300


def test_the_operating_point_belongs_to_the_new_threshold() -> None:
    photos = [external_photo(n, n % 2 == 0) for n in range(400)]
    separated = [external_answer(0.5 if photo.is_melanoma else 0.02) for photo in photos]
    point = operating_point(photos, separated, 0.03)
    assert 0.98 < point["sensitivity"] < 1
    assert 0.98 < point["specificity"] < 1
    all_high = [external_answer(0.5) for _ in photos]
    assert operating_point(photos, all_high, 0.03)["specificity"] < 0.02


def test_only_the_threshold_and_its_record_change() -> None:
    before = Description.read(BUNDLED / "skin_cancer_model.json")
    point = {"sensitivity": 0.97, "specificity": 0.3}
    after = with_threshold(before, "9.9.9", 0.001, point, {"ISIC 2017": {"melanomas": 5}})
    assert (
        Description.from_dict(after.to_dict()).calibrations[Modality.DERMOSCOPIC].unclear_threshold
        == 0.001
    )
    assert after.calibrations[Modality.CLINICAL] == before.calibrations[Modality.CLINICAL]
    assert after.sha256 == before.sha256
    assert after.validation["strangers"]["sources"] == {"ISIC 2017": {"melanomas": 5}}
    assert (
        replace(
            after,
            version=before.version,
            created=before.created,
            calibrations=before.calibrations,
            validation=before.validation,
        )
        == before
    )


def test_the_intervals_widen_by_the_differences_between_clinics() -> None:
    """The probabilities say nothing about the melanomas there, which are all unfamiliar."""
    calibration = Description.read(BUNDLED / "skin_cancer_model.json").calibrations[
        Modality.DERMOSCOPIC
    ]
    calibration = replace(calibration, source_lines=(), unfamiliar_lines=())
    photos = [external_photo(n, n % 2 == 0 or n % 3 == 0) for n in range(400)]
    answers = [
        external_answer(0.02 + (n * 37 % 101) / 200, is_unfamiliar=n % 3 == 0) for n in range(400)
    ]
    wider = with_wider_intervals(calibration, photos, answers)
    own, familiar = calibration.interval(0.05), wider.interval(0.05)
    unfamiliar = wider.interval(0.05, True)
    assert familiar[1] - familiar[0] > own[1] - own[0]
    assert unfamiliar[1] - unfamiliar[0] > familiar[1] - familiar[0]


def test_photos_of_one_patient_are_in_the_same_half(tmp_path: Path) -> None:
    folder = tmp_path / "dermoscopy_more"
    folder.mkdir()
    rows = [
        "a.jpg,IP_1,,MEL,malignant,full,isic2020_a",
        "b.jpg,IP_1,,,benign,full,isic2020_b",
        "c.jpg,,,NV,benign,full,isic2017",
    ]
    header = "image,patient_id,lesion_id,diagnosis,group,framing,source"
    (folder / "labels.csv").write_text("\n".join([header, *rows]))
    photos = read_external_photos(tmp_path)
    assert [(photo.source, photo.group, photo.is_melanoma) for photo in photos] == [
        ("ISIC 2020", "IP_1", True),
        ("ISIC 2020", "IP_1", False),
        ("ISIC 2017", "c.jpg", False),
    ]
    assert photos[0].half == photos[1].half
    assert read_external_photos(tmp_path / "elsewhere") == []
    assert {external_photo(n, True).half for n in range(20)} == {CHOOSING, REPORTING}
