"""The commands from labelled photos to a report, one after the other, on synthetic photos."""

import csv
import hashlib
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner

from cnn_model.data.synthetic import skin_photo
from cnn_model.model_run import Network
from constants import Modality
from tests.photos import make_photos

PROJECT = Path(__file__).parents[2]
EPOCHS = 2
pytestmark = [
    pytest.mark.training,
    pytest.mark.slow,
    # Keras and TensorFlow warn about each other.
    pytest.mark.filterwarnings("ignore"),
]


def run(command: click.Command, *arguments: object) -> str:
    """Return the output of a command that has to succeed."""
    result = CliRunner().invoke(command, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def options(data: Path, folder: Path) -> list[object]:
    tiny = ["--weights", "none", "--architecture", "tiny", "--size", 32]
    return [data, *tiny, "--run", folder, "--epochs", EPOCHS]


def start_training(data: Path, folder: Path) -> str:
    from cnn_model.training.train import train

    return run(train, *options(data, folder))


def logged_epochs(folder: Path) -> list[str]:
    with (folder / "log.csv").open(newline="") as log:
        return [row["epoch"] for row in csv.DictReader(log)]


@pytest.fixture(scope="module", autouse=True)
def tiny_backbone() -> None:
    """Offer the tiny backbone, also if the command was imported before it was registered."""
    from cnn_model.training.train import train
    from tests import tiny_backbone

    (option,) = (item for item in train.params if item.name == "architecture")
    option.type = click.Choice([tiny_backbone.NAME])


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_photos(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run that was killed after its first epoch and started again."""
    folder = tmp_path_factory.mktemp("run")
    command = [sys.executable, "-m", "tests.tiny_backbone", *map(str, options(data, folder))]
    with (folder / "output.txt").open("wb") as output:
        process = subprocess.Popen(command, cwd=PROJECT, stdout=output, stderr=output)
        while not (folder / "checkpoints" / "epoch_0001.weights.h5").exists():
            assert process.poll() is None, (folder / "output.txt").read_text()
            time.sleep(0.05)
        process.kill()
        process.wait()
    assert not (folder / "network.keras").exists()
    start_training(data, folder)
    return folder


@pytest.fixture(scope="module")
def exported(data: Path, trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from cnn_model.release.export import export

    folder = tmp_path_factory.mktemp("models")
    run(export, trained, data, "--version", "9.8.7", "--to", folder)
    return folder


def test_a_killed_and_resumed_run_equals_an_uninterrupted_one(
    data: Path, trained: Path, tmp_path: Path
) -> None:
    import keras

    assert logged_epochs(trained) == ["0", "1"]
    start_training(data, tmp_path)
    assert (tmp_path / "log.csv").read_text() == (trained / "log.csv").read_text()
    uninterrupted, resumed = (
        keras.saving.load_model(folder / "network.keras", compile=False).get_weights()
        for folder in (tmp_path, trained)
    )
    for expected, given in zip(uninterrupted, resumed, strict=True):
        np.testing.assert_array_equal(given, expected)


def test_a_run_records_its_configuration_and_environment(data: Path, trained: Path) -> None:
    configuration = json.loads((trained / "config.json").read_text())
    assert configuration["epochs"] == EPOCHS
    assert configuration["photos"]["training"]["clinical"] > 50
    assert str(data) not in json.dumps(configuration)
    environment = json.loads((trained / "environment.json").read_text())
    assert environment["backend"] == "tensorflow"
    assert environment["packages"]["keras"]
    hours = environment["wall_seconds"] / 3600
    assert environment["estimated_kwh"] == pytest.approx(
        hours * environment["assumed_watts"] / 1000, abs=1e-4
    )
    assert "estimate" in environment["note"]
    assert (trained / "curves.png").stat().st_size > 10_000


def test_a_finished_run_is_not_repeated(data: Path, trained: Path) -> None:
    before = (trained / "network.keras").read_bytes()
    assert "finished already" in start_training(data, trained)
    assert (trained / "network.keras").read_bytes() == before


def test_a_run_can_start_from_the_network_of_another_run(
    data: Path, trained: Path, tmp_path: Path
) -> None:
    import keras

    from cnn_model.training.train import train

    network = trained / "network.keras"
    arguments = [*options(data, tmp_path), "--start", network, "--rate", 1e-12, "--epochs", 1]
    run(train, *arguments)
    start, end = (
        keras.saving.load_model(file, compile=False).get_weights()
        for file in (network, tmp_path / "network.keras")
    )
    for expected, given in zip(start, end, strict=True):
        np.testing.assert_allclose(given, expected, atol=1e-4)
    configuration = json.loads((tmp_path / "config.json").read_text())
    assert configuration["start"] == hashlib.sha256(network.read_bytes()).hexdigest()
    assert configuration["before"]["epochs"] == EPOCHS
    assert configuration["before"]["wall_seconds"] > 0


def test_training_only_the_lesion_output_changes_no_other_weights(
    data: Path, trained: Path, tmp_path: Path
) -> None:
    import keras

    from cnn_model.serving.calibration import LESION_OUTPUT
    from cnn_model.training.architecture import backbone_of
    from cnn_model.training.train import train

    arguments = [*options(data, tmp_path), "--start", trained / "network.keras", "--rate", 0.01]
    run(train, *arguments, "--recipe", "lesion_free_skin", "--only", "lesion")
    before, after = (
        keras.saving.load_model(folder / "network.keras", compile=False)
        for folder in (trained, tmp_path)
    )
    for expected, given in zip(
        backbone_of(before).get_weights(), backbone_of(after).get_weights(), strict=True
    ):
        np.testing.assert_array_equal(given, expected)
    for expected, given in zip(
        before.get_layer("maps").get_weights(), after.get_layer("maps").get_weights(), strict=True
    ):
        changes = np.abs(given - expected).reshape(-1, given.shape[-1]).max(axis=0)
        assert changes[LESION_OUTPUT] > 1e-4
        np.testing.assert_allclose(np.delete(changes, LESION_OUTPUT), 0, atol=1e-6)


def test_a_run_cannot_be_resumed_with_other_options(data: Path, trained: Path) -> None:
    from cnn_model.training.train import train

    arguments = [*map(str, options(data, trained)), "--rate", "0.1"]
    result = CliRunner().invoke(train, arguments)
    assert result.exit_code != 0
    assert "another rate" in result.output


@pytest.mark.parametrize(("engine", "suffix"), [("litert", ".tflite"), ("keras", ".keras")])
def test_the_exported_network_answers(exported: Path, engine: str, suffix: str) -> None:
    network = Network.load(exported / f"skin_cancer_model{suffix}", engine)
    network.check()
    assert (network.version, network.input_size) == ("9.8.7", 32)
    assert 0 <= network.answer(skin_photo()).probability <= 1


def test_the_networks_of_a_folder_are_exported_again(
    data: Path, exported: Path, tmp_path: Path
) -> None:
    from cnn_model.release.export import export

    for file in exported.glob("skin_cancer_model.*"):
        shutil.copy(file, tmp_path)
    run(export, data, "--version", "9.9.0", "--to", tmp_path)
    for suffix in (".keras", ".tflite"):
        name = f"skin_cancer_model{suffix}"
        assert (tmp_path / name).read_bytes() == (exported / name).read_bytes()
    again = json.loads((tmp_path / "skin_cancer_model.json").read_text())
    before = json.loads((exported / "skin_cancer_model.json").read_text())
    assert again.pop("version") == "9.9.0"
    assert again == {name: value for name, value in before.items() if name != "version"}


def test_an_export_that_differs_from_the_trained_network_replaces_nothing(
    data: Path, trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cnn_model.release import export

    monkeypatch.setattr(export, "TOLERANCE", -1.0)
    arguments = [str(trained), str(data), "--version", "9.8.8", "--to", str(tmp_path)]
    result = CliRunner().invoke(export.export, arguments)
    assert result.exit_code != 0
    assert "differ" in result.output
    assert not list(tmp_path.iterdir())


def test_the_exported_network_is_evaluated(
    data: Path, exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cnn_model.evaluation.evaluate import evaluate
    from cnn_model.release.export import TOLERANCE

    monkeypatch.setattr("cnn_model.evaluation.metrics.REPLICATES", 20)
    few = ["--explained", 1, "--robustness", 1]
    output = run(evaluate, data, "--models", exported, "--to", tmp_path, "--all", "--refresh", *few)
    report = json.loads((exported / "card" / "metrics.json").read_text())
    assert report["model"]["version"] == "9.8.7"
    for modality in Modality:
        estimate = report[modality]["auc_malignant"]
        low, high = estimate["interval"]
        assert 0 <= low <= estimate["value"] <= high <= 1
        assert 0 < estimate["count"] <= report["photos"][modality]
    assert "AUC, malignant against the rest" in output
    (pair,) = json.loads((tmp_path / "report.json").read_text())["agreement"]
    assert pair["greatest_difference"] < TOLERANCE
    assert (exported / "card" / "evaluation.png").stat().st_size > 10_000
    assert "Version 9.8.7" in (exported / "MODEL_CARD.md").read_text()
