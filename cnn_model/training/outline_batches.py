"""Training batches for the outline network: scenes drawn anew in every epoch."""

from typing import Any

import keras
import numpy as np

from cnn_model.data.outlines import OutlineData, Pixels
from cnn_model.data.overview import (
    Floats,
    Scene,
    bounding_box,
    on_skin,
    resized,
    spread,
    with_surroundings,
)
from cnn_model.serving.outline import OUTLINE_SIDE
from cnn_model.training.outline_augment import altered, close_view

KINDS = {"clinical": 0.65, "dermoscopic": 0.1, "skin": 0.15, "others": 0.1}
"""Fractions of a batch."""
OVERVIEW = {"clinical": 0.4, "dermoscopic": 0.15}
SHRUNKEN, CLOSE = (0.12, 0.9), (0.75, 1.35)
"""Of the side: how much of it a photo takes in an overview, and in a close view."""
SMALLEST = 0.04
"""Of the side: a lesion that takes less cannot be told from a freckle."""


class OutlineBatches(keras.utils.PyDataset):
    """Scenes and masks, in batches. A scene depends on seed, epoch and index only."""

    def __init__(
        self, data: OutlineData, side: int, batch_size: int, steps: int, seed: int = 0
    ) -> None:
        super().__init__(workers=2, max_queue_size=8)
        self.data, self.side, self.batch_size, self.steps = data, side, batch_size, steps
        self.kinds = [kind for kind in KINDS if data.counts()[kind]]
        self.seed = seed
        self.start_epoch(0)

    def start_epoch(self, epoch: int) -> None:
        """Draw other scenes from now on; epochs are counted from 0."""
        self.epoch = epoch

    def __len__(self) -> int:
        return self.steps

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        random = np.random.default_rng((self.seed, self.epoch, index))
        scenes = [self.scene(random) for _ in range(self.batch_size)]
        photos = np.stack([scene.photo for scene in scenes])
        return photos, np.stack([target_of(scene.mask) for scene in scenes])

    def scene(self, random: np.random.Generator) -> Scene:
        """Return an altered scene of a random kind, (side, side)."""
        chances = np.array([KINDS[kind] for kind in self.kinds])
        kind = self.kinds[random.choice(len(chances), p=chances / chances.sum())]
        if kind in OVERVIEW:
            scene = self._lesion(kind, random)
        elif kind == "skin":
            scene = self._skin(random)
        else:
            photo = _one(self.data.others, random)
            scene = close_view(photo, np.zeros_like(photo[..., 0]), self.side, 1.2, random)
        return altered(scene, random)

    def _lesion(self, kind: str, random: np.random.Generator) -> Scene:
        photos, masks = getattr(self.data, kind), getattr(self.data, f"{kind}_masks")
        index = int(random.integers(len(photos)))
        photo, mask = photos[index], masks[index]
        if random.random() >= OVERVIEW[kind] or not len(self.data.skin):
            return close_view(photo, mask, self.side, random.uniform(*CLOSE), random)
        left, top, right, bottom = bounding_box(mask / np.float32(255))
        least = SMALLEST * len(mask) / max(right - left, bottom - top)
        fraction = min(max(_shrunken(random), least), 1.0)
        scene = on_skin(
            photo, mask, self._background(random), fraction, random, random.random() < 0.5
        )
        return self._maybe_surrounded(scene, random)

    def _skin(self, random: np.random.Generator) -> Scene:
        """Return a scene without a lesion, half of them with other skin pasted like a lesion."""
        background = self._background(random)
        nothing = np.zeros(background.shape[:2], np.float32)
        scene = Scene(background, nothing)
        if random.random() < 0.5:
            patch = _one(self.data.skin, random)
            # The mask makes the patch fade out like a lesion would.
            mask = _one(self.data.clinical_masks, random)
            is_cut_out = random.random() < 0.5
            pasted = on_skin(patch, mask, background, _shrunken(random), random, is_cut_out)
            scene = Scene(pasted.photo, nothing)
        return self._maybe_surrounded(scene, random)

    def _background(self, random: np.random.Generator) -> Floats:
        copies = float(random.choice([1.0, 1.5, 2.0, 3.0]))
        return spread(_one(self.data.skin, random), self.side, copies)

    def _maybe_surrounded(self, scene: Scene, random: np.random.Generator) -> Scene:
        if random.random() > 0.35 or not len(self.data.others):
            return scene
        return with_surroundings(scene, _one(self.data.others, random), random)


class OutlineValidation(keras.utils.PyDataset):
    """All clinical photos unchanged, then as many fixed scenes, in batches."""

    def __init__(self, data: OutlineData, side: int, batch_size: int) -> None:
        super().__init__()
        drawn = OutlineBatches(data, side, len(data.clinical), 1, seed=1)
        photos, masks = drawn[0]
        plain = np.stack([resized(photo, side) for photo in data.clinical])
        targets = np.stack([target_of(resized(m, side) / 255) for m in data.clinical_masks])
        self.photos, self.masks = np.concatenate([plain, photos]), np.concatenate([targets, masks])
        self.batch_size = batch_size

    def __len__(self) -> int:
        return -(-len(self.photos) // self.batch_size)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        rows = slice(index * self.batch_size, (index + 1) * self.batch_size)
        return self.photos[rows], self.masks[rows]


def target_of(mask: Floats) -> Floats:
    """Return the fraction of each cell that is lesion, (64, 64, 1), from a mask (n, n)."""
    size = len(mask) // OUTLINE_SIDE
    cells = mask.reshape(OUTLINE_SIDE, size, OUTLINE_SIDE, size)
    return np.asarray(cells.mean(axis=(1, 3))[..., None])


def _shrunken(random: np.random.Generator) -> float:
    """Return how much of the side a photo takes in an overview: small as often as large."""
    return float(np.exp(random.uniform(*np.log(SHRUNKEN))))


def _one(photos: Pixels, random: np.random.Generator) -> Pixels:
    return np.asarray(photos[int(random.integers(len(photos)))])
