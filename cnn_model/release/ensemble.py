"""The networks of several training runs as one, and what they say of photos they never learned.

Their outputs are averaged. Where runs validated on different folds, the calibration still rests on
unseen photos only: each fold is predicted without the runs that learned from it (cross-fitting).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from cnn_model.data.dataset import VALIDATION_FOLDS
from cnn_model.serving.description import lineage
from cnn_model.training.architecture import ensemble, resized
from cnn_model.training.run_folder import run_record


@dataclass(frozen=True)
class EnsembleMember:
    """The network of one run; `configuration` is what `run_record` tells of it."""

    network: keras.Model
    configuration: Mapping[str, Any]

    def has_learned(self, fold: int) -> bool:
        """Whether the run, or one that it went on from, was trained on this validation fold."""
        steps = lineage(self.configuration)
        return any(fold not in step.get("validation", VALIDATION_FOLDS) for step in steps)


def load_ensemble(runs: Sequence[Path], size: int | None = None) -> list[EnsembleMember]:
    """The networks of the runs for photos of `size`, that of the first unless told.

    Raises ValueError where all of them learned from one fold: nothing could be calibrated on it.
    """
    members = []
    for run in runs:
        network = keras.saving.load_model(run / "network.keras", compile=False)
        size = size or int(network.input_shape[1])
        members.append(EnsembleMember(resized(network, size), run_record(run)))
    for fold in VALIDATION_FOLDS:
        if not without_fold(members, fold):
            raise ValueError(f"All runs learned from fold {fold}: none can be calibrated on it.")
    return members


def without_fold(members: Sequence[EnsembleMember], fold: int) -> list[EnsembleMember]:
    """Those that never learned from the fold."""
    return [member for member in members if not member.has_learned(fold)]


def combined_network(members: Sequence[EnsembleMember]) -> keras.Model:
    """The network that the members make together, its weights rounded to half precision.

    The exported file then holds the same weights in half the room. The rounding moves a logit by a
    few thousandths, and what is calibrated and judged is rounded already.
    """
    network = ensemble([member.network for member in members])
    halves = (weights.astype(np.float16) for weights in network.get_weights())
    network.set_weights([weights.astype(np.float32) for weights in halves])
    return network
