"""Does the network go by what its map shows? Deletion and insertion curves (Petsiuk, Das and Saenko
2018, RISE): what is removed from a photo, or put back, in the order of the map should change the
probability of cancer sooner than in any other order.
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
    """The probability of cancer (n, STEPS + 1) of n photos, for each mode and each of `ORDERS`, as
    ever more pixels are removed or put back; `groups` (n,) are the patients or lesions.
    """

    groups: NDArray[np.str_]
    values: dict[str, dict[str, Floats]]

    def areas(self, mode: str, order: str) -> Floats:
        """The area under the curve of each photo (n,), 0 to 1."""
        return area(self.values[mode][order])


def chosen_photos(answers: Answers, count: int, seed: int = 0) -> NDArray[np.int64]:
    """At most `count` places of cancers that were flagged, drawn at random, in order."""
    places = np.flatnonzero(answers.cancer & answers.flagged & answers.assessed)
    drawn = np.random.default_rng(seed).permutation(places)[:count]
    return np.sort(drawn)


def curve(score: Score, start: Pixels, end: Pixels, order: NDArray[np.int64], steps: int) -> Floats:
    """The score (steps + 1,) while the pixels of `start` (h, w, 3) are replaced by those of `end`,
    in the order of their places (h * w,), the same number at each step.
    """
    picture, other = start.reshape(-1, 3).copy(), end.reshape(-1, 3)
    values = [score(start)]
    for places in np.array_split(order, steps):
        picture[places] = other[places]
        values.append(score(picture.reshape(start.shape)))
    return np.array(values)


def area(curves: Floats) -> Floats:
    """The area under curves (..., k) over 0 to 1, by the trapezoid rule, shape (...)."""
    return np.asarray((curves[..., 1:] + curves[..., :-1]).mean(axis=-1) / 2)


def descending(importance: Floats) -> NDArray[np.int64]:
    """The places (h * w,) of a map (h, w), the most important first."""
    return np.argsort(-importance.ravel(), kind="stable")


def stretched(cells: NDArray[np.float32], size: int) -> Floats:
    """A coarse map (h, w) over all pixels (size, size), without steps."""
    picture = Image.fromarray(np.asarray(cells, dtype=np.float32))
    return np.asarray(picture.resize((size, size), Image.Resampling.BICUBIC), dtype=np.float64)


def centred(size: int) -> Floats:
    """A Gaussian (size, size) around the middle: what anyone who frames a lesion could guess."""
    offset = (np.arange(size) - (size - 1) / 2) / (size / 4)
    return np.exp(-(offset[:, None] ** 2 + offset[None] ** 2) / 2)


def measure_saliency(
    network: Network, examples: list[Example], answers: Answers, count: int, seed: int = 0
) -> Curves | None:
    """The curves of at most `count` flagged cancers; None where there are none.

    Costs 6 * (STEPS + 1) forward passes a photo.
    """
    places = chosen_photos(answers, count, seed)
    if not len(places):
        return None
    photos = [(examples[place], seed + int(place)) for place in places]
    found = in_parallel(lambda item: _curves_of(network, *item), photos, "Where it looked")
    return Curves(
        groups=answers.groups[places],
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
    maps = {MAP: stretched(cells, size), RANDOM: stretched(noise, size), CENTRE: centred(size)}
    score = _score(network, answer.modality)
    # The paper deletes to black, which on skin would look like pigment: the mean colour does not.
    plain = np.broadcast_to(pixels.mean(axis=(0, 1)).astype(np.uint8), pixels.shape)
    blurred = _blurred(pixels)
    return {
        DELETION: {o: curve(score, pixels, plain, descending(m), STEPS) for o, m in maps.items()},
        INSERTION: {
            o: curve(score, blurred, pixels, descending(m), STEPS) for o, m in maps.items()
        },
    }


def _score(network: Network, modality: Modality) -> Score:
    """The probability of cancer as for this modality, whatever a spoilt copy looks like."""
    calibration = network.calibrations[modality]

    def score(pixels: Pixels) -> float:
        logits = network.maps(Image.fromarray(pixels)).mean(axis=(0, 1))[: len(CODES)]
        return float(calibration.malignant_probability(calibration.probabilities(logits)))

    return score


def _blurred(pixels: Pixels) -> Pixels:
    picture = Image.fromarray(pixels)
    return np.asarray(picture.filter(ImageFilter.GaussianBlur(pixels.shape[0] / 10)))


def estimate_saliency(curves: Curves) -> dict[str, dict[str, Estimate]]:
    """Mean areas of each mode and order, and how much better the map does than the other orders:
    lower in deletion, higher in insertion, so that a positive gain speaks for the map.
    """
    figures: dict[str, dict[str, Estimate]] = {}
    for mode in MODES:
        sign = -1.0 if mode == DELETION else 1.0
        own = curves.areas(mode, MAP)
        areas = {order: curves.areas(mode, order) for order in ORDERS}
        gains = {f"gain over {o}": sign * (own - areas[o]) for o in ORDERS if o != MAP}
        figures[mode] = {
            name: bootstrapped(_mean, curves.groups, values)
            for name, values in {**areas, **gains}.items()
        }
    return figures


def _mean(values: Floats) -> float:
    return float(values.mean())
