"""Faithfulness of the class activation map: deletion and insertion curves.

Pixels are removed from a photo, or put back, in the order of the map. If the map shows what the
network uses, the probability of cancer changes sooner than in any other order (Petsiuk, Das and
Saenko 2018, RISE).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from cnn_model.data.dataset import Example
from cnn_model.data.images import read_photo
from cnn_model.evaluation.answers import Answers
from cnn_model.evaluation.estimates import Estimate, bootstrapped
from cnn_model.evaluation.sources import in_parallel
from cnn_model.model_run import Network
from cnn_model.serving.calibration import CODES, Floats
from cnn_model.serving.preprocess import central_square
from constants import Modality

STEPS = 16
MAP, RANDOM, CENTRE = "activation map", "random map", "centred Gaussian"
ORDERS = (MAP, RANDOM, CENTRE)
DELETION, INSERTION = "deletion", "insertion"
MODES = (DELETION, INSERTION)

Pixels = NDArray[np.uint8]
Score = Callable[[Pixels], float]


@dataclass(frozen=True, eq=False)
class Curves:
    """The curves of n photos.

    `values` has the probability of cancer (n, STEPS + 1) for each of `MODES` and `ORDERS`, with
    0 to all pixels removed or put back; `groups` (n,) are the patients or lesions.
    """

    groups: NDArray[np.str_]
    values: dict[str, dict[str, Floats]]

    def areas(self, mode: str, order: str) -> Floats:
        """Return the area under the curve of each photo (n,), 0 to 1."""
        return area(self.values[mode][order])


def sample_photos(answers: Answers, count: int, seed: int = 0) -> NDArray[np.int64]:
    """Return the sorted indices of at most `count` flagged cancers, drawn at random."""
    indices = np.flatnonzero(answers.cancer & answers.flagged & answers.assessed)
    return np.sort(np.random.default_rng(seed).permutation(indices)[:count])


def curve(score: Score, start: Pixels, end: Pixels, order: NDArray[np.int64], steps: int) -> Floats:
    """Return the score (steps + 1,) as the pixels of `start` (h, w, 3) become those of `end`.

    `order` has the indices of the pixels (h * w,); each step replaces the same number of them.
    """
    picture, other = start.reshape(-1, 3).copy(), end.reshape(-1, 3)
    values = [score(start)]
    for indices in np.array_split(order, steps):
        picture[indices] = other[indices]
        values.append(score(picture.reshape(start.shape)))
    return np.array(values)


def area(curves: Floats) -> Floats:
    """Return the area under curves (..., k) over 0 to 1, by the trapezoid rule, shape (...)."""
    return np.asarray((curves[..., 1:] + curves[..., :-1]).mean(axis=-1) / 2)


def descending(importance: Floats) -> NDArray[np.int64]:
    """Return the indices (h * w,) of a map (h, w), in descending order of importance."""
    return np.argsort(-importance.ravel(), kind="stable")


def upsampled(cells: NDArray[np.float32], size: int) -> Floats:
    """Return a coarse map (h, w) interpolated to (size, size)."""
    picture = Image.fromarray(np.asarray(cells, dtype=np.float32))
    return np.asarray(picture.resize((size, size), Image.Resampling.BICUBIC), dtype=np.float64)


def centred(size: int) -> Floats:
    """Return a Gaussian (size, size) around the centre."""
    # The baseline: people frame photos with the lesion in the centre.
    offset = (np.arange(size) - (size - 1) / 2) / (size / 4)
    return np.exp(-(offset[:, None] ** 2 + offset[None] ** 2) / 2)


def measure_saliency(
    network: Network, examples: list[Example], answers: Answers, count: int, seed: int = 0
) -> Curves | None:
    """Return the curves of at most `count` flagged cancers; None if there are none.

    Each photo takes 6 * (STEPS + 1) forward passes.
    """
    indices = sample_photos(answers, count, seed)
    if not len(indices):
        return None
    photos = [(examples[index], seed + int(index)) for index in indices]
    found = in_parallel(lambda item: _curves_of(network, *item), photos, "Saliency")
    return Curves(
        groups=answers.groups[indices],
        values={
            mode: {order: np.array([one[mode][order] for one in found]) for order in ORDERS}
            for mode in MODES
        },
    )


def _curves_of(network: Network, example: Example, seed: int) -> dict[str, dict[str, Floats]]:
    photo = read_photo(example)
    size = network.input_size
    pixels = central_square(photo, size)
    answer = network.answer(photo)
    cells = answer.activation_map
    noise = np.random.default_rng(seed).random(cells.shape).astype(np.float32)
    maps = {MAP: upsampled(cells, size), RANDOM: upsampled(noise, size), CENTRE: centred(size)}
    score = _score(network, answer.modality)
    # The paper deletes to black, which on skin looks like pigment; the mean colour does not.
    plain = np.broadcast_to(pixels.mean(axis=(0, 1)).astype(np.uint8), pixels.shape)
    blur = ImageFilter.GaussianBlur(size / 10)
    blurred = np.asarray(Image.fromarray(pixels).filter(blur))
    return {
        DELETION: {o: curve(score, pixels, plain, descending(m), STEPS) for o, m in maps.items()},
        INSERTION: {
            o: curve(score, blurred, pixels, descending(m), STEPS) for o, m in maps.items()
        },
    }


def _score(network: Network, modality: Modality) -> Score:
    # The calibration is that of the original photo, also if a copy looks like another modality.
    calibration = network.calibrations[modality]

    def score(pixels: Pixels) -> float:
        logits = network.maps(Image.fromarray(pixels)).mean(axis=(0, 1))[: len(CODES)]
        return float(calibration.malignant_probability(calibration.probabilities(logits)))

    return score


def estimate_saliency(curves: Curves) -> dict[str, dict[str, Estimate]]:
    """Return the mean areas of each mode and order, and the gains of the map over other orders.

    A positive gain is in favour of the map: a smaller area in deletion, a larger one in insertion.
    """
    estimates: dict[str, dict[str, Estimate]] = {}
    for mode in MODES:
        sign = -1.0 if mode == DELETION else 1.0
        own = curves.areas(mode, MAP)
        areas = {order: curves.areas(mode, order) for order in ORDERS}
        gains = {f"gain over {o}": sign * (own - areas[o]) for o in ORDERS if o != MAP}
        estimates[mode] = {
            name: bootstrapped(_mean, curves.groups, values)
            for name, values in {**areas, **gains}.items()
        }
    return estimates


def _mean(values: Floats) -> float:
    return float(values.mean())
