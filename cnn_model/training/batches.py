"""What the network is shown in training, batch by batch."""

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
from cnn_model.training.recipes import Recipe
from constants import DIAGNOSES, Modality

SOURCE_SIZE = 224
RARITY = 0.7
"""0 would weigh all photos the same, 1 all diagnoses."""

Floats = NDArray[np.float32]


def class_weights(examples: list[Example]) -> NDArray[np.float32]:
    """One weight per example, shape (n,): a power of how rare its diagnosis is
    among the photos of its stratum, with a mean of 1 in each stratum. Photos without a lesion
    have weight 0. Balancing within strata keeps the source of a photo from telling its class.
    """
    counts = Counter((e.stratum, e.diagnosis) for e in examples)
    raw = {key: count**-RARITY for key, count in counts.items()}
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
    """Photos (n, s, s, 3) and what is to be learned of them: diagnosis (n, 8), lesion (n, 1) and
    dermoscopic (n, 1), each with its weight (n,).
    """

    photos: Floats
    targets: dict[str, Floats]
    weights: dict[str, Floats]

    def mixed(self, share: Floats) -> "Batch":
        """Each photo mixed with another, its own `share` (n,) of it (Zhang et al. 2018, mixup)."""
        targets: dict[str, Floats] = {}
        weights: dict[str, Floats] = {}
        for name, target in self.targets.items():
            own = share * self.weights[name]
            other = (1 - share) * self.weights[name][::-1]
            weights[name] = own + other
            parts = own[:, None] * target + other[:, None] * target[::-1]
            total = np.maximum(weights[name], 1e-6)[:, None]
            targets[name] = np.asarray(parts / total, dtype=np.float32)
        blend = share[:, None, None, None]
        photos = blend * self.photos + (1 - blend) * self.photos[::-1]
        return Batch(photos, targets, weights)

    def with_bare_skin(self, share: float, random: np.random.Generator) -> "Batch":
        """Some of the photos of lesions, this share, without their lesion and so without a
        diagnosis; those where it leaves no room stay as they are.
        """
        photos, lesion = self.photos.copy(), self.targets["lesion"].copy()
        diagnosis = self.weights["diagnosis"].copy()
        for place in np.flatnonzero((lesion[:, 0] == 1) & (random.random(len(lesion)) < share)):
            skin = lesion_free_skin(Image.fromarray(photos[place].astype(np.uint8)), random)
            if skin:
                photos[place], lesion[place], diagnosis[place] = np.asarray(skin), 0, 0
        return Batch(
            photos, self.targets | {"lesion": lesion}, self.weights | {"diagnosis": diagnosis}
        )


class Batches(keras.utils.PyDataset):
    """Photos, targets and weights in batches: in training in a new order every epoch, some photos
    compressed and some mixed. Depends on nothing but the seed, the epoch and the batch. Without
    a `recipe` every photo comes once, as it is.
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
        self.repeats = np.array([recipe.repeats[e.modality] if recipe else 1.0 for e in examples])
        self.batch_size, self.seed, self.recipe = batch_size, seed, recipe
        self.start_epoch(0)

    def start_epoch(self, epoch: int) -> None:
        self.epoch = epoch
        random = np.random.default_rng((self.seed, epoch))
        whole, rest = np.divmod(self.repeats, 1)
        counts = whole.astype(int) + (random.random(len(rest)) < rest)
        self.order = np.repeat(np.arange(len(counts)), counts)
        if self.recipe:
            random.shuffle(self.order)

    def __len__(self) -> int:
        return math.ceil(float(self.repeats.sum()) / self.batch_size)

    def __getitem__(self, index: int) -> tuple[Any, Any, Any]:
        rows = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        if len(rows) == 0:  # an epoch that drew fewer pictures of other things
            rows = self.order[-1:]
        random = np.random.default_rng((self.seed, self.epoch, index))
        photos = compressed(self.photos[rows], random) if self.recipe else self.photos[rows]
        batch = Batch(
            photos.astype(np.float32),
            {name: target[rows] for name, target in self.targets.items()},
            {name: weight[rows] for name, weight in self.weights.items()},
        )
        if self.recipe and self.recipe.lesion_free_skin:
            batch = batch.with_bare_skin(self.recipe.lesion_free_skin, random)
        if self.recipe and random.random() < self.recipe.mixed:
            batch = batch.mixed(random.beta(0.3, 0.3, len(rows)).astype(np.float32))
        return batch.photos, batch.targets, batch.weights


def targets_of(examples: list[Example]) -> dict[str, Floats]:
    places = [max(e.diagnosis, 0) for e in examples]
    return {
        "diagnosis": np.eye(len(DIAGNOSES), dtype=np.float32)[places],
        "lesion": np.array([[e.diagnosis != NO_DIAGNOSIS] for e in examples], np.float32),
        "dermoscopic": np.array(
            [[e.modality == Modality.DERMOSCOPIC] for e in examples], np.float32
        ),
    }


def compressed(photos: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """Every fourth photo as a JPEG of quality 10 to 80 leaves it."""
    result = photos.copy()
    for place in np.flatnonzero(random.random(len(photos)) < 0.25):
        quality = int(random.integers(10, 80))
        result[place] = np.asarray(recompressed(Image.fromarray(photos[place]), quality))
    return result
