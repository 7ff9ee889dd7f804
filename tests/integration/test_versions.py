"""Several networks side by side: one answers, one may answer unseen."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from cnn_model.data.synthetic import jpeg, skin_photo
from cnn_model.model_run import Network, NetworkUnavailableError
from cnn_model.serving.description import NAME
from config import Settings
from constants import PredictionReason, Status
from models import Check, NetworkChoice, ShadowPrediction, User
from tests.assertions import ok
from tests.client import Client
from tests.command_line import done, flask
from tests.database import count, only
from tests.factories import make_user
from tests.networks import ALL_BENIGN, bundled, describe, make_network

PHOTO = jpeg(skin_photo())


def own(check: dict[str, Any]) -> dict[str, Any]:
    """What two checks of the same photo do not share."""
    return {name: check[name] for name in ("id", "created_at", "photo_url", "heatmap_url")}


def row_of(listing: str, version: str) -> str:
    return next(line for line in listing.splitlines() if line.startswith(f"{version} "))


class TestTheActiveOne:
    def test_is_the_bundled_one_at_first(
        self, service: Flask, service_user: Client, settings: Settings
    ) -> None:
        assert ok(service_user.upload(PHOTO))["model"]["version"] == bundled(settings)
        listing = done(service, "models", "list")
        assert row_of(listing, bundled(settings)).endswith("active")
        assert "active" not in row_of(listing, "9.0.0")

    def test_is_switched_and_back_while_people_are_logged_in(
        self, service: Flask, start: Callable[[], Flask], service_user: Client, settings: Settings
    ) -> None:
        first = ok(service_user.upload(PHOTO))
        operator = start()
        assert "9.0.0" in done(operator, "models", "activate", "9.0.0")
        second = ok(service_user.upload(PHOTO))
        assert second["model"]["version"] == "9.0.0"
        assert second["status"] == "malignant"
        done(operator, "models", "activate", bundled(settings))
        assert ok(service_user.upload(PHOTO))["model"] == first["model"]
        assert ok(service_user.get(f"/user/checks/{second['id']}")) == second

    def test_follows_the_bundled_one_again_on_request(
        self, service: Flask, service_user: Client
    ) -> None:
        done(service, "models", "activate", "9.0.0")
        done(service, "models", "activate", "--bundled")
        assert count(NetworkChoice) == 0

    @pytest.mark.parametrize("arguments", [[], ["9.0.0", "--bundled"]])
    def test_must_be_named_once(self, service: Flask, arguments: list[str]) -> None:
        assert flask(service, "models", "activate", *arguments).exit_code == 2

    @pytest.mark.parametrize("version", ["8.0.0", "../9.0.0", "..", "(bundled)"])
    def test_must_be_there(self, service: Flask, version: str) -> None:
        result = flask(service, "models", "activate", version)
        assert result.exit_code == 3
        assert "There is no network" in result.output
        assert count(NetworkChoice) == 0

    def test_must_give_its_known_answer(self, service: Flask, networks_dir: Path) -> None:
        describe(networks_dir / "9.0.0", reference=[0.0] * 10)
        result = flask(service, "models", "activate", "9.0.0")
        assert result.exit_code == 1
        assert "known answer" in result.output
        assert count(NetworkChoice) == 0

    def test_must_have_the_version_of_its_folder(self, service: Flask, networks_dir: Path) -> None:
        describe(networks_dir / "9.0.0", version="7.0.0")
        assert "holds the network 7.0.0" in flask(service, "models", "activate", "9.0.0").output


def removed(network: Path) -> None:
    shutil.rmtree(network)


def with_another_file(network: Path) -> None:
    with (network / f"{NAME}.tflite").open("ab") as file:
        file.write(b"\0")


def undescribed(network: Path) -> None:
    (network / f"{NAME}.json").write_text("{}")


def with_other_thresholds(network: Path) -> None:
    describe(network, created="2020-01-01")


@pytest.mark.parametrize("spoil", [removed, with_another_file, undescribed, with_other_thresholds])
def test_no_network_stands_in_for_the_chosen_one(
    service: Flask, start: Callable[[], Flask], networks_dir: Path, spoil: Callable[[Path], None]
) -> None:
    done(service, "models", "activate", "9.0.0")
    spoil(networks_dir / "9.0.0")
    restarted = start()
    ready = restarted.test_client().get("/health/ready")
    assert ready.status_code == 503
    assert ready.json is not None
    assert ready.json["checks"]["network"] is False
    assert list(ready.json["reasons"]) == ["network"]
    assert str(networks_dir) not in ready.text
    with restarted.app_context():
        upload = Client(restarted, make_user()).upload(PHOTO)
    assert upload.status_code == 503
    assert upload.json is not None
    assert upload.json["type"] == "/problems/assessment-unavailable"
    assert count(Check) == 0
    listing = done(restarted, "models", "list")
    assert row_of(listing, "9.0.0").split() == ["9.0.0", "unusable", "active"]
    assert ready.json["reasons"]["network"] in listing


def test_a_running_service_keeps_the_network_that_it_has_loaded(
    service: Flask, service_user: Client, networks_dir: Path
) -> None:
    done(service, "models", "activate", "9.0.0")
    ok(service_user.upload(PHOTO))
    removed(networks_dir / "9.0.0")
    assert ok(service_user.upload(PHOTO))["model"]["version"] == "9.0.0"


class TestTheShadow:
    @pytest.mark.model
    def test_answers_unseen(self, service: Flask, service_user: Client) -> None:
        plain = ok(service_user.upload(PHOTO))
        done(service, "models", "shadow", "9.0.0")
        seen = ok(service_user.upload(PHOTO))
        assert {**seen, **own(plain)} == plain
        prediction = only(ShadowPrediction)
        assert str(prediction.check_id) == seen["id"]
        assert prediction.model_version == "9.0.0"
        assert prediction.reason is PredictionReason.SHADOW
        assert prediction.status is Status.MALIGNANT
        assert prediction.probability == pytest.approx(seen["probability"])
        everything = [
            service_user.get(f"/user/checks/{seen['id']}").text,
            service_user.get("/user/checks").text,
        ]
        assert not any("9.0.0" in text for text in everything)
        assert row_of(done(service, "models", "list"), "9.0.0").endswith("shadow")

    def test_is_as_cautious_with_quality_issues(
        self, service: Flask, service_user: Client, settings: Settings, networks_dir: Path
    ) -> None:
        make_network(networks_dir / "9.1.0", settings, "9.1.0", **ALL_BENIGN)
        done(service, "models", "shadow", "9.1.0")
        ok(service_user.upload(jpeg(skin_photo().convert("L"))))
        assert only(ShadowPrediction).status is Status.UNCLEAR

    def test_gets_the_same_context(
        self, service: Flask, service_user: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        contexts = []
        answer = Network.answer

        def listen(self: Network, photo: object, context: object) -> object:
            contexts.append(context)
            return answer(self, photo, context)  # type: ignore[arg-type]

        monkeypatch.setattr(Network, "answer", listen)
        done(service, "models", "shadow", "9.0.0")
        ok(service_user.upload(PHOTO, context={"age": 61, "body_site": "back"}))
        assert len(contexts) == 2
        assert contexts[0] == contexts[1]

    def test_goes_on_request(self, service: Flask, service_user: Client) -> None:
        done(service, "models", "shadow", "9.0.0")
        done(service, "models", "shadow", "--none")
        ok(service_user.upload(PHOTO))
        assert count(ShadowPrediction) == 0

    def test_says_nothing_where_it_is_active_itself(
        self, service: Flask, service_user: Client
    ) -> None:
        done(service, "models", "shadow", "9.0.0")
        done(service, "models", "activate", "9.0.0")
        ok(service_user.upload(PHOTO))
        assert count(ShadowPrediction) == 0

    def test_may_be_gone(self, service: Flask, service_user: Client, networks_dir: Path) -> None:
        done(service, "models", "shadow", "9.0.0")
        removed(networks_dir / "9.0.0")
        ok(service_user.upload(PHOTO))
        assert count(ShadowPrediction) == 0
        assert service.test_client().get("/health/ready").status_code == 200

    @pytest.mark.parametrize(
        ("error", "level", "place"),
        [
            (NetworkUnavailableError, "WARNING", ""),
            (KeyError, "ERROR", " in managers.shadow_prediction:"),
            (MemoryError, "ERROR", " in managers.shadow_prediction:"),
        ],
    )
    def test_may_fail(
        self,
        service: Flask,
        service_user: Client,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
        error: type[Exception],
        level: str,
        place: str,
    ) -> None:
        answer = Network.answer

        def fail(self: Network, *arguments: object) -> object:
            if self.version == "9.0.0":
                raise error("something of a photo")
            return answer(self, *arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(Network, "answer", fail)
        done(service, "models", "shadow", "9.0.0")
        ok(service_user.upload(PHOTO))
        assert count(Check) == 1
        assert count(ShadowPrediction) == 0
        [record] = [r for r in caplog.records if r.name == "managers.shadow_prediction"]
        assert record.levelname == level
        assert f"{error.__name__}{place}" in record.__dict__["error"]
        assert "something of a photo" not in str(record.__dict__)


class TestErasure:
    @pytest.fixture
    def check(self, service: Flask, service_user: Client) -> str:
        done(service, "models", "shadow", "9.0.0")
        check = ok(service_user.upload(PHOTO))
        assert count(ShadowPrediction) == 1
        return str(check["id"])

    def test_of_a_check_takes_the_predictions_along(self, service_user: Client, check: str) -> None:
        assert service_user.delete(f"/user/checks/{check}/delete").status_code == 204
        assert count(ShadowPrediction) == 0

    def test_of_a_person_takes_the_predictions_along(
        self, service_user: Client, check: str
    ) -> None:
        assert service_user.delete("/user/delete").status_code == 204
        assert count(User) == count(ShadowPrediction) == 0
