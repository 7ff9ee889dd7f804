"""The texts for users."""

import itertools

import pytest

from cnn_model.data.synthetic import skin_photo
from cnn_model.serving.quality import check_quality, refusal_checks
from constants import QualityIssue, Status
from schemas.response.wording import ISSUES, REMEDIES, advise, describe, how_to_retake
from tests.answers import ANSWER

SOOTHING = ("nothing to worry", "no need to", "harmless lesion.", "you are fine", "healthy", "safe")


@pytest.mark.parametrize(("status", "premalignant"), list(itertools.product(Status, (0.0, 0.9))))
def test_no_text_says_that_all_is_well(status: Status, premalignant: float) -> None:
    advice = advise(status, premalignant)
    text = f"{advice.text} {advice.time_frame} {describe(status, 'naevus', [])}".lower()
    assert not any(phrase in text for phrase in SOOTHING)
    assert "doctor" in text or "dermatologist" in text


def test_the_more_urgent_the_status_the_sooner() -> None:
    levels = [advise(status, 0).level for status in (Status.BENIGN, Status.UNCLEAR)]
    assert [*levels, advise(Status.MALIGNANT, 0).level] == ["routine", "soon", "urgent"]


def test_a_likely_precursor_is_named() -> None:
    assert "actinic keratosis" in advise(Status.UNCLEAR, 0.5).text
    assert "actinic keratosis" not in advise(Status.UNCLEAR, 0.1).text


def test_every_issue_has_words() -> None:
    assert set(ISSUES) == set(QualityIssue)


def test_every_reason_for_a_refusal_has_a_remedy() -> None:
    measured = check_quality(skin_photo(), ANSWER).measured
    assert set(refusal_checks(measured, ANSWER)) == set(REMEDIES)
    text = how_to_retake(list(REMEDIES))
    assert all(ISSUES[reason] in text for reason in REMEDIES)
    assert "see a doctor" in text


def test_an_issue_of_another_version_is_still_readable() -> None:
    assert "(some new issue)" in describe(Status.UNCLEAR, "naevus", ["some_new_issue"])


def test_issues_are_given_in_words() -> None:
    text = describe(Status.UNCLEAR, "naevus", ["dark", "blurred"])
    assert "it is too dark, it is blurred" in text
