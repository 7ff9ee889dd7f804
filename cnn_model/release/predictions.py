"""Predictions for labelled photos, with the same code as in the server."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from cnn_model.data.dataset import NO_DIAGNOSIS, Example
from cnn_model.serving.calibration import LESION_OUTPUT, Floats, sigmoid
from cnn_model.serving.context import ContextEvidence
from constants import DIAGNOSES


@dataclass(frozen=True, eq=False)
class Predictions:
    """Logits (n, 10) of n photos, and their labels, each of shape (n,).

    `diagnoses` are indices, -1 without a lesion. `groups` are patients or lesions. `contexts` has
    objects of `Context`.
    """

    logits: NDArray[np.float32]
    diagnoses: NDArray[np.int64]
    modalities: NDArray[np.str_]
    groups: NDArray[np.str_]
    contexts: NDArray[np.object_]

    def where(self, chosen: NDArray[np.bool_]) -> "Predictions":
        """Return the predictions for the photos where `chosen` (n,) is True."""
        return Predictions(
            self.logits[chosen],
            self.diagnoses[chosen],
            self.modalities[chosen],
            self.groups[chosen],
            self.contexts[chosen],
        )

    def lesions(self) -> "Predictions":
        """Return the predictions for photos of lesions."""
        return self.where(self.diagnoses != NO_DIAGNOSIS)

    def of_modality(self, modality: str) -> "Predictions":
        """Return the predictions for photos of one modality."""
        return self.where(self.modalities == modality)

    def shifts(self, evidence: ContextEvidence) -> Floats:
        """Return the shift of the logits by the context of each photo, shape (n, 8)."""
        rows = [evidence.shift(context) for context in self.contexts]
        return np.reshape(rows, (len(rows), len(DIAGNOSES)))

    def lesion_probabilities(self) -> Floats:
        """Return the probability of a lesion in each photo, shape (n,), 0 to 1."""
        return sigmoid(self.logits[:, LESION_OUTPUT])


def activation_maps(
    examples: list[Example], run: Callable[[Image.Image], NDArray[np.float32]]
) -> NDArray[np.float32]:
    """Return the maps (n, h, w, 10) that `run` computes for the photos, with a progress bar."""
    maps = []
    for example in tqdm(examples, desc="Network", unit="photo"):
        with Image.open(example.path) as photo:
            maps.append(run(photo))
    return np.stack(maps)


def predictions_from_maps(examples: list[Example], maps: NDArray[np.float32]) -> Predictions:
    """Return the predictions from maps (n, h, w, 10) of the photos, with their labels."""
    return Predictions(
        logits=maps.mean(axis=(1, 2)),
        diagnoses=np.array([e.diagnosis for e in examples], dtype=np.int64),
        modalities=np.array([e.modality for e in examples]),
        groups=np.array([e.group for e in examples]),
        contexts=np.array([e.context for e in examples], dtype=object),
    )
