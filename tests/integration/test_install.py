"""`flask models install`: a network comes to the others."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from cnn_model.data.synthetic import jpeg, skin_photo
from config import Settings
from tests.assertions import ok
from tests.client import Client
from tests.command_line import done, flask
from tests.networks import bundled, describe, make_network

PHOTO = jpeg(skin_photo())


@pytest.fixture
def export(settings: Settings, tmp_path: Path) -> Path:
    return make_network(tmp_path / "export", settings, "9.5.0")


def test_copies_what_an_export_wrote(service: Flask, service_user: Client, export: Path) -> None:
    assert "9.5.0 is installed" in done(service, "models", "install", str(export))
    shutil.rmtree(export)
    done(service, "models", "activate", "9.5.0")
    assert ok(service_user.upload(PHOTO))["model"]["version"] == "9.5.0"


def test_makes_the_folder(start: Callable[[], Flask], networks_dir: Path, export: Path) -> None:
    done(start(), "models", "install", str(export))
    assert [path.name for path in networks_dir.iterdir()] == ["9.5.0"]


def test_may_be_repeated(service: Flask, export: Path) -> None:
    for _ in range(2):
        done(service, "models", "install", str(export))


@pytest.mark.parametrize("version", ["9.0.0", "bundled"])
def test_never_replaces_another_network(
    service: Flask, settings: Settings, export: Path, version: str
) -> None:
    taken = bundled(settings) if version == "bundled" else version
    describe(export, version=taken, created="2020-01-01")
    result = flask(service, "models", "install", str(export))
    assert result.exit_code == 1
    assert "under a new version" in result.output


@pytest.mark.parametrize("version", ["", "../9.6.0", ".hidden", "9" * 33, "(bundled)"])
def test_refuses_a_version_that_cannot_name_a_folder(
    service: Flask, export: Path, version: str
) -> None:
    describe(export, version=version)
    assert flask(service, "models", "install", str(export)).exit_code == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sha256": {"litert": "0" * 64}}, "sha256"),
        ({"reference": [0.0] * 10}, "known answer"),
        ({"calibrations": {}}, "broken"),
    ],
    ids=["sha256", "reference", "calibrations"],
)
def test_refuses_what_does_not_fit_together(
    service: Flask,
    networks_dir: Path,
    export: Path,
    changes: dict[str, object],
    reason: str,
) -> None:
    describe(export, **changes)
    result = flask(service, "models", "install", str(export))
    assert result.exit_code == 1
    assert reason in result.output
    assert [path.name for path in networks_dir.iterdir()] == ["9.0.0"]


def test_refuses_an_empty_folder(service: Flask, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = flask(service, "models", "install", str(tmp_path / "empty"))
    assert result.exit_code == 1
    assert "There is no description" in result.output
