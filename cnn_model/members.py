"""The networks of several training runs as one, and what they say of photos they never learned.

Their outputs are averaged. Where runs validated on different folds, the calibration still rests on
unseen photos only: each fold is predicted without the runs that learned from it (cross-fitting).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from cnn_model.data import VALIDATION_FOLDS
from cnn_model.network import ensemble, resized

TOOK = ("wall_seconds", "estimated_kwh")


@dataclass(frozen=True)
class Member:
    """The network of one run; `configuration` is its `config.json`, empty without one, and what the
    run took, of its `environment.json`.
    """

    network: keras.Model
    configuration: Mapping[str, Any]

    def has_learned(self, fold: int) -> bool:
        """Whether the run was trained on this one of the validation folds."""
        return fold not in self.configuration.get("validation", VALIDATION_FOLDS)


def load_members(runs: Sequence[Path], size: int | None = None) -> list[Member]:
    """The networks of the runs for photos of `size`, that of the first unless told.

    Raises ValueError where all of them learned from one fold: nothing could be calibrated on it.
    """
    members = []
    for run in runs:
        environment = _read(run / "environment.json")
        took = {name: environment[name] for name in TOOK if name in environment}
        network = keras.saving.load_model(run / "network.keras", compile=False)
        size = size or int(network.input_shape[1])
        members.append(Member(resized(network, size), _read(run / "config.json") | took))
    for fold in VALIDATION_FOLDS:
        if not without_fold(members, fold):
            raise ValueError(f"All runs learned from fold {fold}: none can be calibrated on it.")
    return members


def _read(file: Path) -> dict[str, Any]:
    return dict(json.loads(file.read_text())) if file.exists() else {}


def without_fold(members: Sequence[Member], fold: int) -> list[Member]:
    """Those that never learned from the fold."""
    return [member for member in members if not member.has_learned(fold)]


def together(members: Sequence[Member]) -> keras.Model:
    """The network that the members make together, its weights rounded to half precision.

    The exported file then holds the same weights in half the room. The rounding moves a logit by a
    few thousandths, and what is calibrated and judged is rounded already.
    """
    network = ensemble([member.network for member in members])
    halves = (weights.astype(np.float16) for weights in network.get_weights())
    network.set_weights([weights.astype(np.float32) for weights in halves])
    return network
