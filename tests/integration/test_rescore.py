"""`flask checks rescore`: another network's opinion of old checks."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from cnn_model.data.synthetic import jpeg, skin_photo
from cnn_model.model_run import Network
from config import Settings
from constants import PredictionReason, Role, Status
from db import unit_of_work
from models import Check, ShadowPrediction
from tests.assertions import ok, photos_in
from tests.client import Client
from tests.command_line import done, flask
from tests.database import count, only
from tests.factories import make_user
from tests.networks import ALL_BENIGN, bundled, make_network

PHOTOS = [jpeg(skin_photo(seed=seed)) for seed in range(3)]


@pytest.fixture
def checks(service: Flask, service_user: Client) -> list[str]:
    """Three old checks, all of them malignant, the oldest first."""
    done(service, "models", "activate", "9.0.0")
    return [str(ok(service_user.upload(photo))["id"]) for photo in PHOTOS]


@pytest.fixture
def benign(settings: Settings, networks_dir: Path) -> str:
    """The version of a network that finds everything benign."""
    make_network(networks_dir / "9.1.0", settings, "9.1.0", **ALL_BENIGN)
    return "9.1.0"


def predictions() -> list[ShadowPrediction]:
    with unit_of_work() as session:
        query = select(ShadowPrediction).join(Check, Check.id == ShadowPrediction.check_id)
        return list(session.scalars(query.order_by(Check.created_at)))


@pytest.mark.model
def test_keeps_the_prediction_beside_the_old_answer(
    service: Flask, service_user: Client, checks: list[str], benign: str
) -> None:
    before = [ok(service_user.get(f"/user/checks/{check}")) for check in checks]
    report = done(service, "checks", "rescore", "--version", benign)
    assert "3 checks rescored, 3 with another status" in report
    assert "malignant -> benign: 3" in report
    assert [str(prediction.check_id) for prediction in predictions()] == checks
    assert {prediction.model_version for prediction in predictions()} == {benign}
    assert {prediction.reason for prediction in predictions()} == {PredictionReason.RESCORE}
    assert {prediction.status for prediction in predictions()} == {Status.BENIGN}
    assert [ok(service_user.get(f"/user/checks/{check}")) for check in checks] == before


def test_runs_the_active_network_by_default(
    service: Flask, checks: list[str], settings: Settings
) -> None:
    assert done(service, "checks", "rescore").splitlines()[-1].startswith("0 checks")
    done(service, "models", "activate", "--bundled")
    done(service, "checks", "rescore")
    assert {prediction.model_version for prediction in predictions()} == {bundled(settings)}


def test_goes_on_where_it_was_stopped(service: Flask, checks: list[str], benign: str) -> None:
    arguments = ("checks", "rescore", "--version", benign)
    assert "2 checks rescored" in done(service, *arguments, "--limit", "2")
    assert [str(prediction.check_id) for prediction in predictions()] == checks[:2]
    assert "1 checks rescored" in done(service, *arguments)
    assert "0 checks rescored" in done(service, *arguments)
    assert len(predictions()) == 3


def test_leaves_out_what_the_shadow_has_seen(
    service: Flask, service_user: Client, checks: list[str], benign: str
) -> None:
    done(service, "models", "shadow", benign)
    ok(service_user.upload(PHOTOS[0]))
    assert "3 checks rescored" in done(service, "checks", "rescore", "--version", benign)


def test_uses_the_supplied_context(
    service: Flask, benign: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    contexts = []
    answer = Network.answer

    def listen(self: Network, photo: object, context: object) -> object:
        contexts.append(context)
        return answer(self, photo, context)  # type: ignore[arg-type]

    with service.app_context():
        service_user = Client(service, make_user())
        ok(service_user.upload(PHOTOS[0], context={"age": 61, "sex": "male", "body_site": "back"}))
        monkeypatch.setattr(Network, "answer", listen)
        done(service, "checks", "rescore", "--version", benign)
    check = only(Check)
    (context,) = contexts
    assert vars(context) == check.context


def test_compares_with_what_the_network_said_before_a_review(
    service: Flask, checks: list[str], benign: str
) -> None:
    with service.app_context():
        admin = Client(service, make_user(role=Role.ADMIN))
        for status in ("unclear", "benign"):
            assert admin.put(f"/admin/checks/{checks[0]}/{status}").status_code == 200
    assert "malignant -> benign: 3" in done(service, "checks", "rescore", "--version", benign)


def test_reports_photos_that_cannot_be_read(
    service: Flask, settings: Settings, checks: list[str], benign: str
) -> None:
    lost, damaged = photos_in(settings)[:2]
    lost.unlink()
    damaged.write_bytes(damaged.read_bytes()[:200])
    report = done(service, "checks", "rescore", "--version", benign)
    assert "1 checks rescored" in report
    assert "2 photos could not be read" in report
    assert count(ShadowPrediction) == 1


def test_refuses_a_network_that_is_not_there(service: Flask) -> None:
    result = flask(service, "checks", "rescore", "--version", "8.0.0")
    assert result.exit_code == 3
    assert "There is no network 8.0.0" in result.output
