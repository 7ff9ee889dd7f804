"""What file a photo comes in, and what became of it on its way, never makes an answer milder."""

from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from PIL import Image

from cnn_model.data.synthetic import skin_photo
from cnn_model.evaluation.damages import cut_and_closed
from cnn_model.evaluation.encodings import ENCODINGS, codes, heic, jpeg
from cnn_model.model_run import Network, assess
from cnn_model.serving.description import BUNDLED, NAME
from config import Settings
from constants import Status
from models import Check, ShadowPrediction
from services.photo_decoder import PhotoDecoder
from tests.assertions import ok, photos_in
from tests.client import Client
from tests.command_line import done
from tests.database import count, only
from tests.networks import ALL_BENIGN, make_network
from utils.photo import hevc, normalise

PHOTO = skin_photo()
SEVERITY = list(Status)
TOLERANCE = 0.06
# 256 colours are dithered, which is a change of the photo and not of its colours. Since 3.0.0 the
# network sees each photo once, and notices it more.
PALETTE_TOLERANCE = 0.15


@pytest.fixture(scope="module")
def network() -> Network:
    return Network.load(BUNDLED / f"{NAME}.tflite")


@pytest.mark.model
@pytest.mark.parametrize("name", ENCODINGS)
def test_one_photo_gets_one_answer_in_every_encoding(network: Network, name: str) -> None:
    encoded = normalise(ENCODINGS[name](PHOTO))
    expected, found = (
        assess(network, PHOTO),
        assess(network, encoded.image, file_issues=encoded.issues),
    )
    assert expected.status
    assert found.status
    tolerance = PALETTE_TOLERANCE if "palette" in name else TOLERANCE
    assert found.answer.probability == pytest.approx(expected.answer.probability, abs=tolerance)
    assert SEVERITY.index(found.status) >= SEVERITY.index(expected.status)


def incomplete() -> bytes:
    pixels = np.array(PHOTO)
    pixels[240:] = 128
    return jpeg(Image.fromarray(pixels))


@pytest.fixture
def mild(service: Flask, settings: Settings, networks_dir: Path) -> Flask:
    """A service whose network finds everything benign."""
    make_network(networks_dir / "9.1.0", settings, "9.1.0", **ALL_BENIGN)
    done(service, "models", "activate", "9.1.0")
    return service


@pytest.mark.parametrize(
    ("content", "warning", "words"),
    [
        (jpeg(PHOTO, icc=b"junk" * 50), "colours_unknown", "what its colours mean"),
        (incomplete(), "incomplete", "missing or displaced"),
        (heic(codes(PHOTO, 1, 13)), "unverified", "could not be checked for damage"),
    ],
    ids=["colours", "incomplete", "unverified"],
)
def test_what_stands_against_a_file_keeps_it_from_benign(
    mild: Flask,
    service_user: Client,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
    warning: str,
    words: str,
) -> None:
    monkeypatch.setattr(hevc, "_library", lambda: None)
    # In this process, where the library is missing.
    monkeypatch.setattr(PhotoDecoder, "normalise", lambda _, content: normalise(content))
    assert ok(service_user.upload(jpeg(PHOTO)))["status"] == Status.BENIGN
    check = ok(service_user.upload(content))
    assert check["status"] == Status.UNCLEAR
    assert check["quality"]["issues"] == [warning]
    assert words in check["description"]


def test_what_stood_against_a_file_counts_for_later_predictions(
    mild: Flask, service_user: Client, settings: Settings, networks_dir: Path
) -> None:
    ok(service_user.upload(jpeg(PHOTO, icc=b"junk" * 50)))
    make_network(networks_dir / "9.2.0", settings, "9.2.0", **ALL_BENIGN)
    done(mild, "checks", "rescore", "--version", "9.2.0")
    assert only(ShadowPrediction).status is Status.UNCLEAR


def test_a_damaged_photo_is_refused_and_not_kept(user: Client, settings: Settings) -> None:
    refused = user.upload(cut_and_closed(jpeg(PHOTO), np.random.default_rng(0)))
    assert refused.status_code == 422
    assert refused.json is not None
    assert refused.json["type"].endswith("photo-unreadable")
    assert "Send it again" in refused.json["detail"]
    assert count(Check) == 0
    assert photos_in(settings) == []
