"""From labelled photos to figures: the commands, one after the other, on drawn photos."""

import csv
import json
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from cnn_model.evaluate import END, START
from cnn_model.model_run import Network
from tests.drawing import skin_photo
from tests.photos import make_photos

pytestmark = pytest.mark.filterwarnings("ignore")  # Keras and TensorFlow warn about each other


def run(command: click.Command, *arguments: object) -> str:
    result = CliRunner().invoke(command, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def start_training(data: Path, folder: Path) -> None:
    from cnn_model.train import train

    options = ["--weights", "none", "--run", folder, "--size", 32, "--epochs", 2]
    run(train, data, *options)


def logged_epochs(folder: Path) -> list[str]:
    with (folder / "log.csv").open(newline="") as log:
        return [row["epoch"] for row in csv.DictReader(log)]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_photos(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that was stopped after its first epoch and started again."""
    import keras

    folder = tmp_path_factory.mktemp("run")
    log_epoch = keras.callbacks.CSVLogger.on_epoch_end

    def stop(self: Any, epoch: int, logs: Any = None) -> None:
        log_epoch(self, epoch, logs)
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keras.callbacks.CSVLogger, "on_epoch_end", stop)
        with pytest.raises(AssertionError, match="Aborted"):
            start_training(data, folder)
    assert logged_epochs(folder) == ["0"]
    assert not (folder / "network.keras").exists()
    start_training(data, folder)
    return folder


@pytest.fixture(scope="module")
def exported(data: Path, trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from cnn_model.export import export

    folder = tmp_path_factory.mktemp("models")
    run(export, trained, data, "--version", "9.8.7", "--to", folder)
    return folder


def test_goes_on_where_it_was_stopped(trained: Path) -> None:
    assert logged_epochs(trained) == ["0", "1"]


@pytest.mark.parametrize(("engine", "suffix"), [("litert", ".tflite"), ("keras", ".keras")])
def test_exports_a_network_that_answers(exported: Path, engine: str, suffix: str) -> None:
    network = Network.load(exported / f"skin_cancer_model{suffix}", engine)
    network.check()
    assert (network.version, network.input_size) == ("9.8.7", 32)
    assert 0 <= network.answer(skin_photo()).probability <= 1


def test_an_export_that_differs_replaces_nothing(
    data: Path, trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cnn_model import export

    monkeypatch.setattr(export, "TOLERANCE", -1.0)
    result = CliRunner().invoke(export.export, [str(trained), str(data), "--to", str(tmp_path)])
    assert result.exit_code != 0
    assert "differ" in result.output
    assert not list(tmp_path.iterdir())


def test_evaluates_what_was_exported(data: Path, exported: Path) -> None:
    from cnn_model.evaluate import evaluate

    card = exported / "MODEL_CARD.md"
    card.write_text(f"Before.\n{START}\nold\n{END}\nAfter.\n")
    output = run(evaluate, data, "--models", exported)
    report = json.loads((exported / "metrics.json").read_text())
    assert report["model"]["version"] == "9.8.7"
    for kind in ("smartphone", "dermoscopy"):
        figure = report[kind]["auc_malignant"]
        low, high = figure["interval"]
        assert 0 <= low <= figure["value"] <= high <= 1
        assert figure["count"] == report["photos"][kind]
    assert "AUC, malignant against the rest" in output
    assert (exported / "evaluation.png").stat().st_size > 10_000
    text = card.read_text()
    assert text.startswith("Before.")
    assert text.endswith("After.\n")
    assert "Version 9.8.7" in text
    assert "old" not in text
