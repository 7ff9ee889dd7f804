"""What a training run leaves behind, and how it is taken up again."""

import csv
from pathlib import Path

import pytest
from PIL import Image

from cnn_model.training.run_folder import OtherRunError, RunFolder, best_epoch, has_stalled

pytestmark = pytest.mark.filterwarnings("ignore")  # Keras and TensorFlow warn about each other


def logs(val_loss: float) -> dict[str, float]:
    figures = ("loss", "diagnosis_accuracy", "val_diagnosis_accuracy")
    return {**dict.fromkeys(figures, 0.5), "val_loss": val_loss}


def after(folder: Path, *losses: float) -> RunFolder:
    """A run with these validation losses so far."""
    run = RunFolder(folder)
    for epoch, loss in enumerate(losses):
        run.record(epoch, logs(loss))
        run.checkpoint(epoch + 1).touch()
    return run


@pytest.mark.parametrize(
    ("losses", "stalled"),
    [((), False), ((1.0,), False), ((1.0, 2.0), False), ((1.0, 2.0, 1.5), True)],
)
def test_stalls_after_two_epochs_without_a_better_loss(
    tmp_path: Path, losses: tuple[float, ...], stalled: bool
) -> None:
    assert has_stalled(after(tmp_path, *losses).history(), patience=2) is stalled


def test_keeps_the_last_epoch_of_a_whole_run_and_the_best_of_one_that_ended_early(
    tmp_path: Path,
) -> None:
    run = after(tmp_path, 3.0, 1.0, 2.0)
    assert best_epoch(run.history()) == 1
    assert run.kept(epochs=3) == run.checkpoint(3)
    assert run.kept(epochs=9) == run.checkpoint(2)


def test_forgets_an_epoch_whose_checkpoint_is_missing(tmp_path: Path) -> None:
    run = after(tmp_path, 3.0, 2.0)
    run.record(2, logs(9.0))
    run.checkpoint(3).with_name("part.epoch_0003.weights.h5").touch()
    assert (run.epochs(), len(run.history())) == (2, 2)
    run.record(2, logs(1.0))
    with run.log.open(newline="") as log:
        rows = list(csv.DictReader(log))
    assert [row["epoch"] for row in rows] == ["0", "1", "2"]
    assert rows[-1]["val_loss"] == "1.0"


def test_draws_the_curves(tmp_path: Path) -> None:
    after(tmp_path, 3.0, 2.0)
    with Image.open(tmp_path / "curves.png") as curves:
        assert min(curves.size) > 300


def test_other_options_are_refused_once_an_epoch_is_done(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    run.configure({"rate": 1, "seed": 1})
    run.configure({"rate": 2, "seed": 1})
    after(tmp_path, 1.0)
    run.configure({"rate": 2, "seed": 1})
    with pytest.raises(OtherRunError, match="another rate"):
        run.configure({"rate": 3, "seed": 1})


def test_ends_the_training_when_nothing_gets_better(tmp_path: Path) -> None:
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


def test_time_adds_up_over_the_parts_of_a_run(tmp_path: Path) -> None:
    from cnn_model.training.callbacks import Recorder

    run = RunFolder(tmp_path)
    run.describe({"wall_seconds": 1000.0})
    assert Recorder(run, {}, watts=100.0, patience=2).before == 1000.0
