"""Training batches: photos, targets, sample weights, compression and mixup."""

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnn_model.data.background import lesion_free_skin
from cnn_model.data.dataset import NO_DIAGNOSIS, Example, load_photos
from cnn_model.data.images import recompressed
from cnn_model.training.marks import marked
from cnn_model.training.recipes import Recipe
from constants import DIAGNOSES, Modality

SOURCE_SIZE = 224
BALANCE_EXPONENT = 0.7
"""Of inverse frequency: 0 would weigh all photos alike, 1 all diagnoses."""

Floats = NDArray[np.float32]


def class_weights(examples: list[Example]) -> NDArray[np.float32]:
    """Return the weight of each example for the loss of the diagnosis, shape (n,).

    It is a power of the inverse frequency of the diagnosis within the stratum; the mean is 1 in
    each stratum. Photos without a lesion have weight 0.
    """
    # Balanced within strata, so that the source of a photo does not reveal its class.
    counts = Counter((e.stratum, e.diagnosis) for e in examples)
    raw = {key: count**-BALANCE_EXPONENT for key, count in counts.items()}
    sizes: Counter[str] = Counter(e.stratum for e in examples)
    totals: Counter[str] = Counter()
    for (stratum, diagnosis), count in counts.items():
        totals[stratum] += count * raw[stratum, diagnosis]
    return np.array(
        [
            0.0
            if e.diagnosis == NO_DIAGNOSIS
            else raw[e.stratum, e.diagnosis] * sizes[e.stratum] / totals[e.stratum]
            for e in examples
        ],
        dtype=np.float32,
    )


@dataclass(frozen=True)
class Batch:
    """Photos (n, s, s, 3), 0 to 255, with a target and a weight for each output.

    `targets`: `diagnosis` (n, 8), `lesion` (n, 1) and `dermoscopic` (n, 1), 0 to 1. `weights`: the
    weight of each photo in the loss of each output, shape (n,).
    """

    photos: Floats
    targets: dict[str, Floats]
    weights: dict[str, Floats]

    def mixup(self, fraction: Floats) -> "Batch":
        """Return each photo blended with another one of the batch (Zhang et al. 2018, mixup).

        `fraction` (n,), 0 to 1, is what is kept of each photo. Weights and targets are blended too.
        """
        targets: dict[str, Floats] = {}
        weights: dict[str, Floats] = {}
        for name, target in self.targets.items():
            own = fraction * self.weights[name]
            other = (1 - fraction) * self.weights[name][::-1]
            weights[name] = own + other
            parts = own[:, None] * target + other[:, None] * target[::-1]
            total = np.maximum(weights[name], 1e-6)[:, None]
            targets[name] = np.asarray(parts / total, dtype=np.float32)
        blend = fraction[:, None, None, None]
        photos = blend * self.photos + (1 - blend) * self.photos[::-1]
        return Batch(photos, targets, weights)

    def with_lesion_free_skin(self, probability: float, random: np.random.Generator) -> "Batch":
        """Return the batch with some photos of lesions replaced by their lesion-free skin.

        Each is replaced with this probability, unless it shows too little skin. The replaced ones
        have the target "no lesion", and no weight in the loss of the diagnosis.
        """
        photos, lesion = self.photos.copy(), self.targets["lesion"].copy()
        diagnosis = self.weights["diagnosis"].copy()
        is_chosen = (lesion[:, 0] == 1) & (random.random(len(lesion)) < probability)
        for index in np.flatnonzero(is_chosen):
            skin = lesion_free_skin(Image.fromarray(photos[index].astype(np.uint8)), random)
            if skin:
                photos[index], lesion[index], diagnosis[index] = np.asarray(skin), 0, 0
        return Batch(
            photos, self.targets | {"lesion": lesion}, self.weights | {"diagnosis": diagnosis}
        )


class Batches(keras.utils.PyDataset):
    """The photos, targets and weights of an epoch, in batches.

    With a `recipe`, for training, photos are repeated, shuffled anew every epoch, recompressed and
    mixed. A batch depends on the seed, the epoch and its index only. Without a recipe, for
    validation, every photo comes once and unchanged.
    """

    def __init__(
        self, examples: list[Example], batch_size: int, seed: int = 0, recipe: Recipe | None = None
    ) -> None:
        super().__init__(workers=2, max_queue_size=6)
        self.photos = load_photos(examples, SOURCE_SIZE)
        self.targets = targets_of(examples)
        weights = class_weights(examples)
        skin = (weights > 0).astype(np.float32)
        self.weights = {"diagnosis": weights, "lesion": np.ones_like(skin), "dermoscopic": skin}
        self.repeats = np.array([recipe.repeats_of(e) if recipe else 1.0 for e in examples])
        self.batch_size, self.seed, self.recipe = batch_size, seed, recipe
        self.start_epoch(0)

    def start_epoch(self, epoch: int) -> None:
        """Draw the order of the photos in this epoch, counted from 0."""
        self.epoch = epoch
        random = np.random.default_rng((self.seed, epoch))
        # 2.3 repeats are two and, with a probability of 0.3, a third one.
        whole, remainder = np.divmod(self.repeats, 1)
        counts = whole.astype(int) + (random.random(len(remainder)) < remainder)
        self.order = np.repeat(np.arange(len(counts)), counts)
        if self.recipe:
            random.shuffle(self.order)

    def __len__(self) -> int:
        return math.ceil(float(self.repeats.sum()) / self.batch_size)

    def __getitem__(self, index: int) -> tuple[Any, Any, Any]:
        rows = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        if len(rows) == 0:
            # Keras asks for the mean number of batches; this epoch drew fewer photos.
            rows = self.order[-1:]
        random = np.random.default_rng((self.seed, self.epoch, index))
        photos = self._altered(self.photos[rows], random) if self.recipe else self.photos[rows]
        batch = Batch(
            photos.astype(np.float32),
            {name: target[rows] for name, target in self.targets.items()},
            {name: weight[rows] for name, weight in self.weights.items()},
        )
        if self.recipe and self.recipe.lesion_free_skin:
            batch = batch.with_lesion_free_skin(self.recipe.lesion_free_skin, random)
        if self.recipe and random.random() < self.recipe.mixed:
            batch = batch.mixup(random.beta(0.3, 0.3, len(rows)).astype(np.float32))
        return batch.photos, batch.targets, batch.weights

    def _altered(self, photos: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
        """Return the photos, some with marks and some recompressed."""
        if self.recipe and self.recipe.marks:
            photos = marked(photos, self.recipe.marks, random)
        return compressed(photos, random)


def targets_of(examples: list[Example]) -> dict[str, Floats]:
    """Return the targets of n examples, as in `Batch`."""
    # Photos without a diagnosis have weight 0, so their index does not matter.
    indices = [max(e.diagnosis, 0) for e in examples]
    return {
        "diagnosis": np.eye(len(DIAGNOSES), dtype=np.float32)[indices],
        "lesion": np.array([[e.diagnosis != NO_DIAGNOSIS] for e in examples], np.float32),
        "dermoscopic": np.array(
            [[e.modality == Modality.DERMOSCOPIC] for e in examples], np.float32
        ),
    }


def compressed(photos: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """Return the photos, a quarter of them recompressed as JPEG of quality 10 to 79."""
    result = photos.copy()
    for index in np.flatnonzero(random.random(len(photos)) < 0.25):
        quality = int(random.integers(10, 80))
        result[index] = np.asarray(recompressed(Image.fromarray(photos[index]), quality))
    return result
