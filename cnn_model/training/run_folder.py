"""The folder of one training run: configuration, progress and results.

Every file is written under another name first and renamed, so a process that is killed at any
moment leaves complete files only. The newest checkpoint decides how many epochs are done.
"""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from cnn_model.data.dataset import Example

CURVES = {
    "loss": ("loss", "val_loss"),
    "accuracy": ("diagnosis_accuracy", "val_diagnosis_accuracy"),
    "dice": ("dice", "val_dice"),
}
"""By title; those whose metrics were not logged are left out."""
CHECKPOINT = re.compile(r"epoch_(\d+)\.weights\.h5")

History = Sequence[Mapping[str, float]]
"""One row per epoch: `epoch`, from 0, and the metrics of `log.csv`."""

COST_FIELDS = ("wall_seconds", "estimated_kwh")


class ConfigurationMismatchError(ValueError):
    """The folder contains a run with other options."""


def best_epoch(history: History) -> int:
    """Return the epoch with the least validation loss. Raises ValueError if there is none."""
    return min(range(len(history)), key=lambda epoch: history[epoch]["val_loss"])


def has_stalled(history: History, patience: int) -> bool:
    """Return whether the last `patience` epochs brought no better validation loss."""
    return bool(history) and len(history) - 1 - best_epoch(history) >= patience


def photo_counts(parts: Mapping[str, Sequence[Example]]) -> dict[str, dict[str, int]]:
    """Return how many photos of each modality are in each part of the split."""
    modalities = {example.modality for part in parts.values() for example in part}
    return {
        name: {
            modality: sum(e.modality == modality for e in part) for modality in sorted(modalities)
        }
        for name, part in parts.items()
    }


def run_record(folder: Path) -> dict[str, Any]:
    """Return the record of a run for a description: its `config.json` and `COST_FIELDS`.

    Files that are missing contribute nothing.
    """
    environment = _read(folder / "environment.json")
    return _read(folder / "config.json") | {
        k: environment[k] for k in COST_FIELDS if k in environment
    }


def _read(file: Path) -> dict[str, Any]:
    return dict(json.loads(file.read_text())) if file.exists() else {}


class RunFolder:
    """The files of a run.

    `config.json`, `environment.json`, `log.csv`, `curves.png`, `checkpoints/` and, once the run is
    finished, `network.keras`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.network = path / "network.keras"
        self.log = path / "log.csv"
        (path / "checkpoints").mkdir(parents=True, exist_ok=True)

    def write_configuration(self, configuration: Mapping[str, Any]) -> None:
        """Write `config.json`.

        Raises ConfigurationMismatchError if the folder contains a run with another configuration
        that has finished an epoch.
        """
        file = self.path / "config.json"
        before = json.loads(file.read_text()) if file.exists() else configuration
        if before != configuration and (self.epochs() or self.network.exists()):
            keys = sorted({*before, *configuration})
            other = ", ".join(key for key in keys if before.get(key) != configuration.get(key))
            raise ConfigurationMismatchError(
                f"{self.path} holds a run with another {other}; name another one."
            )
        self._write(file, json.dumps(configuration, indent=2) + "\n")

    def write_environment(self, environment: Mapping[str, Any]) -> None:
        """Write `environment.json`."""
        text = json.dumps(environment, indent=2) + "\n"
        self._write(self.path / "environment.json", text)

    def environment(self) -> dict[str, Any]:
        """Return the content of `environment.json`, empty if there is none."""
        return _read(self.path / "environment.json")

    def epochs(self) -> int:
        """Return how many epochs are done. An epoch is done once its checkpoint is written."""
        names = [CHECKPOINT.fullmatch(file.name) for file in self.checkpoint(0).parent.iterdir()]
        return max((int(name[1]) for name in names if name), default=0)

    def checkpoint(self, epochs: int) -> Path:
        """Return the checkpoint after this number of epochs."""
        return self.path / "checkpoints" / f"epoch_{epochs:04}.weights.h5"

    def final_checkpoint(self, epochs: int) -> Path:
        """Return the checkpoint that becomes the network.

        It is the last one if all `epochs` are done, and the best one if the run stopped early.
        """
        done = self.epochs()
        return self.checkpoint(done if done == epochs else best_epoch(self.history()) + 1)

    def history(self) -> list[dict[str, float]]:
        """Return the rows of `log.csv` for the epochs that are done."""
        if not self.log.exists():
            return []
        with self.log.open(newline="") as log:
            rows = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(log)]
        # An epoch that was logged, but whose checkpoint is missing, is repeated.
        return rows[: self.epochs()]

    def record_epoch(self, epoch: int, logs: Mapping[str, float]) -> None:
        """Add the row of an epoch to `log.csv`, and draw `curves.png` again."""
        history = [*self.history(), {"epoch": epoch, **logs}]
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, list(history[-1]))
        writer.writeheader()
        writer.writerows({**row, "epoch": int(row["epoch"])} for row in history)
        self._write(self.log, text.getvalue())
        part = self.path / "curves.part.png"
        draw_curves(history, part)
        part.replace(self.path / "curves.png")

    def _write(self, file: Path, text: str) -> None:
        part = file.with_name(f"{file.name}.part")
        part.write_text(text)
        part.replace(file)


def draw_curves(history: History, file: Path) -> None:
    """Draw the loss and its metric on training and validation photos by epoch."""
    figure = Figure(figsize=(9, 3.5), layout="constrained")
    epochs = range(1, len(history) + 1)
    curves = {title: names for title, names in CURVES.items() if set(names) <= set(history[-1])}
    for position, (title, names) in enumerate(curves.items(), start=1):
        axes = figure.add_subplot(1, len(curves), position)
        for name, label in zip(names, ("training", "validation"), strict=True):
            axes.plot(epochs, [row[name] for row in history], marker=".", label=label)
        axes.set(title=title.capitalize(), xlabel="Epoch")
        axes.legend()
    figure.savefig(file, dpi=120)
