"""The whole evaluation, on synthetic photos and a network that needs no training."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from cnn_model.data.dataset import FOLDERS, read_examples, split
from cnn_model.evaluation import evaluate
from cnn_model.evaluation.sources import answers_of_network
from cnn_model.model_run import Network
from constants import Modality
from db import db
from models import User
from tests.database import count
from tests.factories import PASSWORD, make_user
from tests.photos import make_photos
from tests.serving import serving
from tests.toy_network import toy_network

FEW = ("--explained", "2", "--robustness", "3")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_photos(tmp_path_factory.mktemp("data"), size=72)
    add_columns(
        folder / FOLDERS[Modality.CLINICAL] / "labels.csv",
        {"age": "61", "site": "BACK", "sex": "MALE"},
    )
    return folder


def add_columns(labels: Path, values: dict[str, str]) -> None:
    with labels.open(newline="") as file:
        rows = [{**row, **values} for row in csv.DictReader(file)]
    with labels.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(autouse=True)
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    """Return the network of both engines."""
    made = toy_network()
    monkeypatch.setattr(evaluate, "load_network", lambda folder, engine: made)
    return made


@pytest.fixture(autouse=True)
def few_replicates(monkeypatch: pytest.MonkeyPatch) -> None:
    # No test here reads an interval.
    monkeypatch.setattr("cnn_model.evaluation.metrics.REPLICATES", 20)


@pytest.fixture
def url(app: Flask, network: Network, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Yield the address of a service with this network."""
    monkeypatch.setattr(app.extensions["managers"].checks, "_network", lambda: network)
    with serving(app) as address:
        yield address


def run(*arguments: object, env: dict[str, str] | None = None) -> Result:
    result = CliRunner().invoke(evaluate.evaluate, [*map(str, arguments)], env=env)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def report_in(folder: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((folder / "report.json").read_text())
    return report


def test_writes_a_whole_report(data: Path, tmp_path: Path) -> None:
    result = run(data, "--to", tmp_path, "--engine", "litert", "--engine", "keras", *FEW)
    assert result.exit_code == 0, result.output
    report = report_in(tmp_path)
    (pair,) = report["agreement"]
    assert pair["engines"] == ["litert", "keras"]
    assert (pair["greatest_difference"], pair["different_statuses"]) == (0, 0)
    assert report["model"]["version"] == "0.0.1"
    with_context, image_only = (
        report[Modality.CLINICAL][name]["value"]
        for name in ("auc_malignant", "auc_malignant_image_only")
    )
    assert 0 <= with_context <= 1
    assert 0 <= image_only <= 1
    modalities = {(row["modality"], row["attribute"]) for row in report["subgroups"]}
    assert {
        (Modality.CLINICAL, "body site"),
        (Modality.DERMOSCOPIC, "sharpness"),
        (Modality.CLINICAL, "sex"),
    } <= modalities
    assert set(report["robustness"][Modality.DERMOSCOPIC]) >= {
        "mirrored",
        "ruler",
        "twice the size",
    }
    assert report["saliency"]["deletion"]["activation map"]["count"] == 2
    text = (tmp_path / "report.md").read_text()
    for heading in ("Figures", "Net benefit", "Subgroups", "Saliency", "Robustness"):
        assert f"## {heading}" in text
    for name in [*report["plots"].values(), *report["pictures"].values()]:
        assert (tmp_path / name).stat().st_size > 5_000
        assert f"({name})" in text


def test_the_context_comes_from_the_labels(data: Path, network: Network) -> None:
    # For the toy network the back is evidence of melanoma; only the clinical photos have a site.
    examples = split(read_examples(data))["test"]
    answers = answers_of_network(network, "litert", examples)
    assert answers.image_only is not None
    gain = answers.with_context.probability - answers.image_only.probability
    assert (gain[answers.with_context.modalities == Modality.CLINICAL] > 0.1).all()
    assert (gain[answers.with_context.modalities == Modality.DERMOSCOPIC] == 0).all()


def test_slow_measurements_can_be_skipped(data: Path, tmp_path: Path) -> None:
    run(data, "--to", tmp_path, "--explained", 0, "--robustness", 0)
    report = report_in(tmp_path)
    assert report["robustness"] == {}
    assert report["saliency"] == {}


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_running_service_answers_as_its_network(data: Path, tmp_path: Path, url: str) -> None:
    result = run(
        data, "--to", tmp_path, "--engine", "litert", "--engine", "api", "--url", url, *FEW
    )
    assert result.exit_code == 0, result.output
    (pair,) = report_in(tmp_path)["agreement"]
    assert pair["engines"] == ["litert", "api"]
    assert pair["compared"] == pair["photos"]
    assert pair["greatest_difference"] < 1e-6
    assert pair["different_statuses"] == 0
    assert count(User) == 0


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_service_alone_with_an_existing_account(data: Path, tmp_path: Path, url: str) -> None:
    user = make_user()
    arguments = (data, "--to", tmp_path, "--url", url, "--email", user.email)
    result = run(*arguments, env={evaluate.PASSWORD: PASSWORD})
    assert result.exit_code == 0, result.output
    report = report_in(tmp_path)
    assert report["engine"] == "api"
    assert "auc_malignant_image_only" not in report[Modality.CLINICAL]
    assert report["robustness"] == {}
    db.session.expire_all()
    assert count(User) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--engine", "api"), "needs --url"),
        (("--url", "http://127.0.0.1:9", "--refresh"), "network file"),
    ],
    ids=["api", "refresh"],
)
def test_contradicting_options_are_refused(
    data: Path, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    result = run(data, "--to", tmp_path, *arguments)
    assert result.exit_code == 2
    assert message in result.output


@pytest.mark.parametrize(
    ("chosen", "is_all", "url", "expected"),
    [
        ((), False, None, ["litert"]),
        ((), False, "http://a", ["api"]),
        (("keras", "litert", "keras"), False, None, ["keras", "litert"]),
        ((), True, None, ["litert", "keras"]),
        ((), True, "http://a", ["litert", "keras", "api"]),
    ],
    ids=["default", "url", "chosen", "all", "all-and-url"],
)
def test_which_engines_are_evaluated(
    chosen: tuple[str, ...], is_all: bool, url: str | None, expected: list[str]
) -> None:
    assert evaluate.engines(chosen, is_all, url) == expected
