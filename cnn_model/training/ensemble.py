"""Ensembles of the networks of several training runs, and out-of-fold predictions with them.

The outputs of the networks are averaged. Runs may validate on different folds. The calibration
still uses photos only that a network was not trained on: each fold is predicted without the members
that were trained on it (cross-fitting).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from cnn_model.data.dataset import VALIDATION_FOLDS
from cnn_model.serving.description import NAME, lineage
from cnn_model.training.architecture import ensemble, resized
from cnn_model.training.run_folder import run_record


@dataclass(frozen=True)
class EnsembleMember:
    """The network of one run, and the `run_record` of the run as `configuration`."""

    network: keras.Model
    configuration: Mapping[str, Any]

    def was_trained_on(self, fold: int) -> bool:
        """Return whether this run, or one that it started from, trained on a validation fold."""
        runs = lineage(self.configuration)
        return any(fold not in run.get("validation", VALIDATION_FOLDS) for run in runs)


def load_ensemble(runs: Sequence[Path], size: int | None = None) -> list[EnsembleMember]:
    """Return the networks of the runs for photos of `size` pixels a side.

    `size` is that of the first network by default. Raises ValueError if all members were trained on
    the same validation fold: nothing could be calibrated on it.
    """
    members = []
    for run in runs:
        network = keras.saving.load_model(run / "network.keras", compile=False)
        size = size or int(network.input_shape[1])
        members.append(EnsembleMember(resized(network, size), run_record(run)))
    for fold in VALIDATION_FOLDS:
        if not without_fold(members, fold):
            raise ValueError(f"All runs were trained on fold {fold}: it cannot calibrate them.")
    return members


def saved_members(folder: Path, runs: Sequence[Mapping[str, Any]]) -> list[EnsembleMember]:
    """Return the networks that the `.keras` file in `folder` averages.

    `runs` are the records of their runs. Raises OSError or ValueError if there is no such file.
    """
    whole = keras.saving.load_model(folder / f"{NAME}.keras", compile=False)
    return [
        EnsembleMember(whole.get_layer(f"member_{index}"), run) for index, run in enumerate(runs)
    ]


def without_fold(members: Sequence[EnsembleMember], fold: int) -> list[EnsembleMember]:
    """Return the members that were not trained on the fold."""
    return [member for member in members if not member.was_trained_on(fold)]


def combined_network(members: Sequence[EnsembleMember]) -> keras.Model:
    """Return the `ensemble` of the members, its weights rounded to half precision."""
    network = ensemble([member.network for member in members])
    # The saved file then shrinks to half. Rounding moves a logit by a few thousandths, so the
    # network that is exported, calibrated and evaluated is rounded, too.
    rounded = (weights.astype(np.float16) for weights in network.get_weights())
    network.set_weights([weights.astype(np.float32) for weights in rounded])
    return network
