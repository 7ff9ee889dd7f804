"""The description of the active model."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from cnn_model.serving.card import card_texts
from cnn_model.serving.description import FILE_KEYS
from config import Settings
from constants import DIAGNOSES, NOTICE, Modality
from tests.assertions import ok
from tests.client import Client


@pytest.mark.model
def test_anyone_may_read_the_card(app: Flask, settings: Settings) -> None:
    card = ok(Client(app).get("/model"))
    described = json.loads(settings.network_file.with_suffix(".json").read_text())
    assert [card[name] for name in ("name", "version", "created")] == [
        described[name] for name in ("name", "version", "created")
    ]
    limits = card["lesion_limits"]
    assert 0 < limits["refused_below"] < limits["doubtful_below"] < 1
    assert set(limits["off_centre_beyond"]) == {Modality.CLINICAL, Modality.DERMOSCOPIC}
    assert card["texts_version"] == card["version"]
    assert card["engine"] == settings.network_engine
    assert card["sha256"] == described["sha256"][settings.network_engine]
    assert card["notice"] == NOTICE


def test_gives_the_intended_and_the_out_of_scope_uses(app: Flask) -> None:
    card, texts = ok(Client(app).get("/model")), card_texts()
    for name in (
        "summary",
        "intended_use",
        "out_of_scope_uses",
        "data",
        "licence",
        "limitations",
        "interpretation",
    ):
        assert card[name] == texts[name]
    assert "not a medical device" in card["intended_use"]
    assert {part["part"] for part in card["data"]} == {
        Modality.CLINICAL,
        Modality.DERMOSCOPIC,
        "not_skin",
    }
    assert all(part["licence"] for part in card["data"])
    assert card["training"]["cost"] == texts["training"]["cost"]


def test_describes_the_calibration_and_the_thresholds(app: Flask, settings: Settings) -> None:
    described = json.loads(settings.network_file.with_suffix(".json").read_text())
    card = ok(Client(app).get("/model"))
    assert set(card["calibrations"]) == {Modality.CLINICAL, Modality.DERMOSCOPIC}
    for modality, calibration in card["calibrations"].items():
        expected = described["calibrations"][FILE_KEYS[Modality(modality)]]
        for name in ("unclear_threshold", "malignant_threshold", "operating_point"):
            assert calibration[name] == expected[name]
        for name in ("bias", "diagnosis_weights"):
            assert calibration[name] == dict(zip(DIAGNOSES, expected[name], strict=True))
        assert calibration["evidence"] == expected["evidence"]["tables"]


@pytest.mark.model
def test_shows_the_figures_of_this_network_only(
    app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Settings
) -> None:
    described = json.loads(settings.network_file.with_suffix(".json").read_text())
    file = tmp_path / "metrics.json"
    model = {"version": described["version"], "sha256": described["sha256"]["litert"]}
    figures = {
        "evaluated": "2026-11-23",
        "photos": {"clinical": 100},
        "prevalence": 0.01,
        "clinical": {"x": {"value": 0.9, "interval": [0.8, 1.0], "count": 100}},
        "dermoscopic": {},
        "quality_control": {},
        "external": {},
    }
    monkeypatch.setattr("cnn_model.serving.card.METRICS", file)

    def performance(**changed: str) -> object:
        report = {"model": {**model, **changed}, **figures}
        file.write_text(json.dumps(report))
        return ok(Client(app).get("/model"))["performance"]

    assert performance() == figures
    assert performance(version="0.0.1") is None
    assert performance(sha256="0" * 64) is None
    file.write_text("broken")
    assert ok(Client(app).get("/model"))["performance"] is None


@pytest.mark.model
def test_shows_the_figures_of_photos_of_other_clinics(app: Flask) -> None:
    card = ok(Client(app).get("/model"))
    assert card["version"] == "3.2.0"
    for figures in card["performance"]["external"].values():
        low, high = figures["melanomas_called_benign"]["interval"]
        assert 0 <= low <= figures["melanomas_called_benign"]["value"] <= high < 0.1
        assert figures["melanomas_called_benign"]["count"] > 100
        assert {"auc_melanoma", "specificity_flagged"} <= set(figures)


def test_there_is_no_card_without_a_network(app: Flask, settings: Settings, tmp_path: Path) -> None:
    other = create_app(replace(settings, network_file=tmp_path / "network.tflite"))
    answer = Client(other).get("/model")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["type"] == "/problems/assessment-unavailable"
    assert str(tmp_path) not in answer.text
