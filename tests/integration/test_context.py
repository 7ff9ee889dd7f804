"""The context (clinical metadata) of a photo, and its use in the check."""

from typing import Any

import pytest

from cnn_model.data.synthetic import jpeg, skin_photo
from cnn_model.serving.context import Context
from cnn_model.serving.statistics import ppv_npv
from config import Settings
from constants import BODY_SITES, Modality
from models import Check
from tests.assertions import ok, photos_in
from tests.client import Client
from tests.database import count
from tests.factories import make_check

PHOTO = jpeg(skin_photo())
CONTEXT: dict[str, Any] = {"age": 71, "sex": "female", "body_site": "nose"}
NOTHING: dict[str, Any] = {"age": None, "sex": None, "body_site": None}


def test_stores_the_supplied_context(user: Client) -> None:
    check = ok(user.upload(PHOTO, CONTEXT))
    assert check["context"] == CONTEXT
    assert set(check["context_used"]) <= set(CONTEXT)
    assert ok(user.get(f"/user/checks/{check['id']}")) == check


def test_takes_a_form_as_well(user: Client) -> None:
    form = ok(
        user.upload_file(PHOTO, context={name: str(value) for name, value in CONTEXT.items()})
    )
    assert form["context"] == CONTEXT
    assert form["probability"] == ok(user.upload(PHOTO, CONTEXT))["probability"]


@pytest.mark.parametrize("context", [{}, NOTHING], ids=["left out", "null"])
def test_the_context_is_optional(user: Client, context: dict[str, Any]) -> None:
    check = ok(user.upload(PHOTO, context))
    assert check["context"] == NOTHING
    assert check["context_used"] == []


def test_what_is_used_shifts_the_answer(user: Client) -> None:
    plain = ok(user.upload(PHOTO))
    network = user.app.extensions["managers"].model.card().description
    evidence = network.calibrations[plain["modality"]].evidence
    check = ok(user.upload(PHOTO, CONTEXT))
    assert tuple(check["context_used"]) == evidence.used(Context(**CONTEXT))
    shifted = evidence.shift(Context(**CONTEXT)).any()
    assert (check["diagnoses"] != plain["diagnoses"]) == shifted


@pytest.mark.parametrize("age", [0, 120])
def test_takes_every_age(user: Client, age: int) -> None:
    assert ok(user.upload(PHOTO, {"age": age}))["context"]["age"] == age
    assert ok(user.upload_file(PHOTO, context={"age": str(age)}))["context"]["age"] == age


@pytest.mark.parametrize("site", BODY_SITES)
def test_takes_every_body_site(user: Client, site: str) -> None:
    assert ok(user.upload(PHOTO, {"body_site": site}))["context"]["body_site"] == site


AGE_RULE = "Must be a whole number of years from 0 to 120."
SEX_RULE = "Must be one of: female, male."


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("age", -1, AGE_RULE),
        ("age", 121, AGE_RULE),
        ("age", 45.5, AGE_RULE),
        ("age", "old", AGE_RULE),
        ("age", "", AGE_RULE),
        ("age", True, AGE_RULE),
        ("age", [45], AGE_RULE),
        ("sex", "unknown", SEX_RULE),
        ("sex", "FEMALE", SEX_RULE),
        ("sex", ["male"], SEX_RULE),
        ("body_site", "moon", f"Must be one of: {', '.join(BODY_SITES)}."),
        ("body_site", 7, "Not a valid string."),
        ("fitzpatrick", 2, "Unknown field."),
    ],
)
def test_refuses_wrong_values(
    user: Client, settings: Settings, name: str, value: object, words: str
) -> None:
    answer = user.upload(PHOTO, {name: value})
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["type"] == "/problems/validation"
    assert answer.json["errors"] == {name: [words]}
    assert count(Check) == 0
    assert photos_in(settings) == []


@pytest.mark.parametrize(
    ("name", "value"), [("age", "45.5"), ("age", "-1"), ("sex", "x"), ("body_site", "moon")]
)
def test_refuses_wrong_values_in_a_form(user: Client, name: str, value: str) -> None:
    answer = user.upload_file(PHOTO, context={name: value})
    assert answer.status_code == 422
    assert answer.json is not None
    assert list(answer.json["errors"]) == [name]


class TestIdempotency:
    KEY = {"Idempotency-Key": "1c4f1ac3-8b2c-4ab6-a5e4-b0e2fcd4bb0b"}

    def test_the_same_words_give_the_same_check(self, user: Client) -> None:
        first, second = (ok(user.upload(PHOTO, CONTEXT, headers=self.KEY)) for _ in range(2))
        assert first == second
        form = {name: str(value) for name, value in CONTEXT.items()}
        assert ok(user.upload_file(PHOTO, context=form, headers=self.KEY)) == first

    @pytest.mark.parametrize(
        "context",
        [{}, {**CONTEXT, "age": 70}, {**CONTEXT, "sex": "male"}, {**CONTEXT, "body_site": "back"}],
    )
    def test_another_context_needs_another_key(self, user: Client, context: dict[str, Any]) -> None:
        ok(user.upload(PHOTO, CONTEXT, headers=self.KEY))
        answer = user.upload(PHOTO, context, headers=self.KEY)
        assert answer.status_code == 422
        assert answer.json is not None
        assert answer.json["type"] == "/problems/idempotency-key-reused"
        assert count(Check) == 1


class TestAnswer:
    def test_names_the_modality_and_what_cannot_be_ruled_out(self, user: Client) -> None:
        check = ok(user.upload(PHOTO))
        assert check["modality"] in set(Modality)
        assert set(check["conformal_set"]) <= {"malignant", "not_malignant"}

    def test_gives_the_predictive_values_at_the_stated_prevalence(
        self, user: Client, settings: Settings
    ) -> None:
        check = ok(user.upload(PHOTO))
        network = user.app.extensions["managers"].model.card().description
        point = network.calibrations[check["modality"]].operating_point
        ppv, npv = ppv_npv(point["sensitivity"], point["specificity"], settings.prevalence)
        assert check["predictive_values"] == pytest.approx(
            {"prevalence": settings.prevalence, "ppv": ppv, "npv": npv}, nan_ok=True
        )

    def test_says_so_where_an_older_check_has_none(self, user: Client) -> None:
        assert user.user is not None
        check = make_check(user_id=user.user.id)
        seen = ok(user.get(f"/user/checks/{check.id}"))
        assert seen["modality"] is seen["predictive_values"] is None
        assert seen["context"] == NOTHING
