"""A threshold that holds for strangers."""

from dataclasses import replace
from pathlib import Path

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
    choose,
    operating_point,
    released,
    scores_of,
    threshold_for_external,
)
from cnn_model.serving.description import BUNDLED, Description
from constants import Modality


@pytest.mark.parametrize("melanomas", [59, 93, 160, 223, 1000])
def test_so_many_may_be_missed_and_no_more(melanomas: int) -> None:
    misses = allowed_misses(melanomas)
    assert misses is not None

    def upper(count: int) -> float:
        """The upper bound of Clopper and Pearson, one-sided."""
        return float(beta.ppf(0.95, count + 1, melanomas - count))

    assert upper(misses) <= 0.05 < upper(misses + 1)


def test_few_melanomas_give_no_confidence_and_none_may_be_missed() -> None:
    assert allowed_misses(58) is None
    scores = np.linspace(0.02, 0.5, 20)
    assert threshold_for_external(scores) == pytest.approx(0.02)


def test_the_threshold_is_the_highest_that_misses_no_more_than_allowed() -> None:
    scores = np.random.default_rng(0).beta(2, 5, 223)
    threshold, misses = threshold_for_external(scores), allowed_misses(223)
    assert (scores < threshold).sum() == misses
    assert (scores < threshold + 1e-4).sum() > (misses or 0) or threshold >= scores.max()


def stranger(number: int, is_melanoma: bool, source: str = "ISIC 2017") -> ExternalPhoto:
    return ExternalPhoto(Path(f"{number}.jpg"), source, f"IP_{number}", is_melanoma)


def said(probability: float, **changes: object) -> ExternalAnswer:
    return replace(ExternalAnswer(probability, Modality.DERMOSCOPIC, False, True), **changes)  # type: ignore[arg-type]


def test_only_the_threshold_can_make_some_melanomas_unclear() -> None:
    answers = [
        said(0.03),
        said(0.03, is_benign=False),
        said(0.9, is_refused=True, is_benign=False),
        said(0.03, modality=Modality.CLINICAL),
    ]
    assert scores_of(answers).tolist() == [0.03, 1.0, 1.0, 0.0]


def test_the_source_that_needs_it_most_decides() -> None:
    many = [stranger(n, True, s) for s in ("ISIC 2017", "ISIC 2020") for n in range(400)]
    low = [said(0.02 + 0.0001 * n) for n in range(400)]
    high = [said(0.05 + 0.0001 * n) for n in range(400)]
    threshold, needed = choose(many, [*high, *low], today=0.06)
    assert threshold == needed["ISIC 2020"]["threshold"] < needed["ISIC 2017"]["threshold"]
    assert choose(many, [*high, *high], today=0.01)[0] == 0.01


def test_what_is_reported_did_not_choose() -> None:
    many = [stranger(n, n % 2 == 0) for n in range(400)]
    answers = [said(0.01 if s.half == REPORTING else 0.5) for s in many]
    threshold, _ = choose(many, answers, today=1.0)
    assert threshold == pytest.approx(0.5)
    reporting = [s for s in many if s.half == REPORTING]
    figures = estimate_external(many, answers)["ISIC 2017"]
    assert figures["melanomas_called_benign"].count == sum(s.is_melanoma for s in reporting)
    assert figures["melanomas_called_benign"].value == 1.0
    assert 100 < len(reporting) < 300


def test_the_operating_point_is_that_of_the_new_threshold() -> None:
    many = [stranger(n, n % 2 == 0) for n in range(400)]
    point = operating_point(many, [said(0.5 if s.is_melanoma else 0.02) for s in many], 0.03)
    assert 0.98 < point["sensitivity"] < 1
    assert 0.98 < point["specificity"] < 1
    assert operating_point(many, [said(0.5) for _ in many], 0.03)["specificity"] < 0.02


def test_a_release_changes_the_threshold_and_nothing_else() -> None:
    before = Description.read(BUNDLED / "skin_cancer_model.json")
    point = {"sensitivity": 0.97, "specificity": 0.3}
    after = released(before, "9.9.9", 0.001, point, {"ISIC 2017": {"melanomas": 5}})
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


def test_reads_the_collection_and_keeps_patients_together(tmp_path: Path) -> None:
    folder = tmp_path / "dermoscopy_more"
    folder.mkdir()
    rows = [
        "a.jpg,IP_1,,MEL,malignant,full,isic2020_a",
        "b.jpg,IP_1,,,benign,full,isic2020_b",
        "c.jpg,,,NV,benign,full,isic2017",
    ]
    header = "image,patient_id,lesion_id,diagnosis,group,framing,source"
    (folder / "labels.csv").write_text("\n".join([header, *rows]))
    found = read_external_photos(tmp_path)
    assert [(s.source, s.group, s.is_melanoma) for s in found] == [
        ("ISIC 2020", "IP_1", True),
        ("ISIC 2020", "IP_1", False),
        ("ISIC 2017", "c.jpg", False),
    ]
    assert found[0].half == found[1].half
    assert read_external_photos(tmp_path / "elsewhere") == []
    assert {s.half for s in (stranger(n, True) for n in range(20))} == {CHOOSING, REPORTING}
