"""The networks of several training runs as one, and what they say of photos they never learned.

Runs that went on from the same network become one by the mean of their weights, which costs nothing
when it serves (Wortsman et al. 2022, Model soups); the outputs of the others are averaged. Where
runs validated on different folds, the calibration still rests on unseen photos only: each fold
is predicted without the runs that learned from it (cross-fitting).
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


@dataclass(frozen=True)
class Member:
    """The network of one run; `configuration` is its `config.json`, empty without one."""

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
        file = run / "config.json"
        configuration = json.loads(file.read_text()) if file.exists() else {}
        network = keras.saving.load_model(run / "network.keras", compile=False)
        size = size or int(network.input_shape[1])
        members.append(Member(resized(network, size), configuration))
    for fold in VALIDATION_FOLDS:
        if not without_fold(members, fold):
            raise ValueError(f"All runs learned from fold {fold}: none can be calibrated on it.")
    return members


def without_fold(members: Sequence[Member], fold: int) -> list[Member]:
    """Those that never learned from the fold."""
    return [member for member in members if not member.has_learned(fold)]


def together(members: Sequence[Member]) -> keras.Model:
    """The network that the members make together."""
    lines: dict[str, list[keras.Model]] = {}
    for number, member in enumerate(members):
        start = member.configuration.get("start") or f"run {number}"
        lines.setdefault(start, []).append(member.network)
    return ensemble([averaged(networks) for networks in lines.values()])


def averaged(networks: Sequence[keras.Model]) -> keras.Model:
    """A network whose weights are the mean of theirs."""
    result = resized(networks[0], networks[0].input_shape[1])
    weights = zip(*(network.get_weights() for network in networks), strict=True)
    result.set_weights([np.mean(layers, axis=0) for layers in weights])
    return result
