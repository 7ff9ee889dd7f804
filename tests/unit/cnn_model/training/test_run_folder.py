"""The folder of a training run, and how a run is resumed."""

import csv
from pathlib import Path

import pytest
from PIL import Image

from cnn_model.training.run_folder import (
    ConfigurationMismatchError,
    RunFolder,
    best_epoch,
    has_stalled,
)

pytestmark = pytest.mark.filterwarnings("ignore")  # Keras and TensorFlow warn about each other


def logs(val_loss: float) -> dict[str, float]:
    metrics = ("loss", "diagnosis_accuracy", "val_diagnosis_accuracy")
    return {**dict.fromkeys(metrics, 0.5), "val_loss": val_loss}


def run_with(folder: Path, *losses: float) -> RunFolder:
    """Return a run whose epochs so far had these validation losses."""
    run = RunFolder(folder)
    for epoch, loss in enumerate(losses):
        run.record_epoch(epoch, logs(loss))
        run.checkpoint(epoch + 1).touch()
    return run


@pytest.mark.parametrize(
    ("losses", "stalled"),
    [((), False), ((1.0,), False), ((1.0, 2.0), False), ((1.0, 2.0, 1.5), True)],
)
def test_a_run_stalls_after_two_epochs_without_a_better_loss(
    tmp_path: Path, losses: tuple[float, ...], stalled: bool
) -> None:
    assert has_stalled(run_with(tmp_path, *losses).history(), patience=2) is stalled


def test_a_complete_run_ends_with_its_last_epoch_and_a_stopped_one_with_its_best(
    tmp_path: Path,
) -> None:
    run = run_with(tmp_path, 3.0, 1.0, 2.0)
    assert best_epoch(run.history()) == 1
    assert run.final_checkpoint(epochs=3) == run.checkpoint(3)
    assert run.final_checkpoint(epochs=9) == run.checkpoint(2)


def test_an_epoch_without_a_checkpoint_is_repeated(tmp_path: Path) -> None:
    run = run_with(tmp_path, 3.0, 2.0)
    run.record_epoch(2, logs(9.0))
    run.checkpoint(3).with_name("part.epoch_0003.weights.h5").touch()
    assert (run.epochs(), len(run.history())) == (2, 2)
    run.record_epoch(2, logs(1.0))
    with run.log.open(newline="") as log:
        rows = list(csv.DictReader(log))
    assert [row["epoch"] for row in rows] == ["0", "1", "2"]
    assert rows[-1]["val_loss"] == "1.0"


def test_the_curves_are_drawn(tmp_path: Path) -> None:
    run_with(tmp_path, 3.0, 2.0)
    with Image.open(tmp_path / "curves.png") as curves:
        assert min(curves.size) > 300


def test_other_options_are_rejected_once_an_epoch_is_done(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    run.write_configuration({"rate": 1, "seed": 1})
    run.write_configuration({"rate": 2, "seed": 1})
    run_with(tmp_path, 1.0)
    run.write_configuration({"rate": 2, "seed": 1})
    with pytest.raises(ConfigurationMismatchError, match="another rate"):
        run.write_configuration({"rate": 3, "seed": 1})


def test_training_stops_when_the_validation_loss_stalls(tmp_path: Path) -> None:
    from cnn_model.training.callbacks import Recorder

    class Model:
        stop_training = False

        def save_weights(self, file: Path) -> None:
            file.touch()

    model, run = Model(), RunFolder(tmp_path)
    recorder = Recorder(run, {"backend": "none"}, watts=100.0, patience=2)
    recorder.set_model(model)
    stopped = []
    for epoch, loss in enumerate((3.0, 2.0, 2.5, 2.4)):
        recorder.on_epoch_end(epoch, logs(loss))
        stopped.append(model.stop_training)
    assert stopped == [False, False, False, True]
    assert run.environment()["backend"] == "none"


def test_a_resumed_run_adds_to_the_time_so_far(tmp_path: Path) -> None:
    from cnn_model.training.callbacks import Recorder

    run = RunFolder(tmp_path)
    run.write_environment({"wall_seconds": 1000.0})
    assert Recorder(run, {}, watts=100.0, patience=2).earlier_seconds == 1000.0
