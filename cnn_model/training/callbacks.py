"""Training callbacks: seeds of each epoch, records, and progress."""

import time
from collections.abc import Mapping
from typing import Any, Protocol

import keras
from tqdm import tqdm

from cnn_model.training.run_folder import RunFolder, has_stalled

MAX_DRAWS = 2**20
"""More than the random draws that one layer makes in an epoch."""


class DrawnBatches(Protocol):
    """Training batches that are drawn anew in every epoch."""

    def start_epoch(self, epoch: int) -> None: ...

    def __len__(self) -> int: ...


class EpochSeeds(keras.callbacks.Callback):
    """A callback that sets all random states at the start of every epoch.

    They depend on the seed and the epoch alone. Checkpoints contain no random states, so without
    this a resumed run would differ from an uninterrupted one.
    """

    def __init__(self, training: DrawnBatches) -> None:
        super().__init__()
        self.training = training

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.training.start_epoch(epoch)
        for state in self.model.variables:
            if state.name == "seed_generator_state":
                seed, _ = keras.ops.convert_to_numpy(state)
                state.assign([seed, epoch * MAX_DRAWS])


class Recorder(keras.callbacks.Callback):
    """A callback that records every epoch and stops training early.

    It writes log, curves, checkpoint, time and energy, and stops after `patience` epochs without a
    better validation loss. `watts` is the assumed power; `earlier_seconds` is the time that the run
    took before it was resumed.
    """

    def __init__(
        self, run: RunFolder, machine: Mapping[str, Any], watts: float, patience: int
    ) -> None:
        super().__init__()
        self.run, self.machine, self.watts, self.patience = run, machine, watts, patience
        self.earlier_seconds = float(run.environment().get("wall_seconds", 0.0))
        self.start = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        self.run.record_epoch(epoch, {k: float(v) for k, v in sorted((logs or {}).items())})
        self._write_environment()
        final = self.run.checkpoint(epoch + 1)
        part = final.with_name(f"part.{final.name}")
        self.model.save_weights(part)
        part.replace(final)
        self.model.stop_training = has_stalled(self.run.history(), self.patience)

    def _write_environment(self) -> None:
        seconds = self.earlier_seconds + time.monotonic() - self.start
        energy = {
            "wall_seconds": round(seconds, 1),
            "assumed_watts": self.watts,
            "estimated_kwh": round(self.watts * seconds / 3_600_000, 4),
            "note": "The energy is an estimate: assumed watts times wall time, nothing measured. "
            "The time is that of the epochs that were finished.",
        }
        self.run.write_environment({**self.machine, **energy})


class Progress(keras.callbacks.Callback):
    """A progress bar for all steps of the run, with the time left, and a line for each epoch.

    A run of `epochs` epochs with `steps` steps each is resumed after `done` epochs. `measure` names
    the metric that is shown beside the loss.
    """

    def __init__(self, epochs: int, steps: int, done: int, measure: str) -> None:
        super().__init__()
        self.epochs, self.measure = epochs, measure
        self.bar = tqdm(total=epochs * steps, initial=done * steps, desc="Training", unit="step")

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.bar.update()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        logs = logs or {}
        self.bar.write(
            f"Epoch {epoch + 1} of {self.epochs}: loss {logs['loss']:.4f}, "
            f"{self.measure.rpartition('_')[2]} {logs[self.measure]:.3f}; "
            f"validation {logs['val_loss']:.4f}, {logs['val_' + self.measure]:.3f}"
        )

    def on_train_end(self, logs: Any = None) -> None:
        self.bar.close()
