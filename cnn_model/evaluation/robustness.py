"""Does the answer survive what should not change it? See `cnn_model.evaluation.perturbations`."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnn_model.data.dataset import NO_DIAGNOSIS, Example
from cnn_model.data.images import read_photo
from cnn_model.evaluation.answers import Answers
from cnn_model.evaluation.estimates import Figure, bootstrapped, proportion
from cnn_model.evaluation.perturbations import CHANGES, MARKS, Change
from cnn_model.evaluation.sources import in_parallel
from cnn_model.model_run import Network
from cnn_model.serving.calibration import Floats
from cnn_model.serving.context import Context
from constants import Status

RISE = 0.05
"""By how much a mark must raise the probability of cancer to count."""
SEVERITY = {status: place for place, status in enumerate(Status)}


@dataclass(frozen=True, eq=False)
class Tried:
    """Probability of cancer (n, 2) and place of the status among `Status` (n, 2), before and after
    a change; `groups` (n,) are the patients or lesions.
    """

    probability: Floats
    severity: NDArray[np.int64]
    groups: NDArray[np.str_]

    @property
    def rise(self) -> Floats:
        return np.asarray(self.probability[:, 1] - self.probability[:, 0])


def judge_change(tried: Tried) -> dict[str, Figure]:
    """How often the status changes, and mean and 95th percentile of the absolute change."""
    before, after = tried.severity.T
    return {
        "status_changed": proportion(before != after),
        "mean_difference": bootstrapped(_mean, tried.groups, np.abs(tried.rise)),
        "p95_difference": bootstrapped(_p95, tried.groups, np.abs(tried.rise)),
        "mean_rise": bootstrapped(_mean, tried.groups, tried.rise),
    }


def judge_mark(tried: Tried) -> dict[str, Figure]:
    """How often a mark makes the status more urgent or raises the probability by more than `RISE`,
    and its mean effect.
    """
    before, after = tried.severity.T
    return {
        "status_rose": proportion(after > before),
        "probability_rose": proportion(tried.rise > RISE),
        "mean_rise": bootstrapped(_mean, tried.groups, tried.rise),
    }


def try_changes(
    network: Network, examples: list[Example], answers: Answers, count: int, seed: int = 0
) -> dict[str, dict[str, dict[str, Any]]]:
    """The figures of all `CHANGES` on at most `count` lesions of each kind of photo, and of all
    `MARKS` on as many benign ones, by kind of photo and name of the change.
    """
    results = {}
    for kind in np.unique(answers.kinds[answers.diagnoses != NO_DIAGNOSIS]):
        assessed = answers.is_of_kind(str(kind))
        rows = {}
        for changes, judge, chosen in (
            (CHANGES, judge_change, assessed),
            (MARKS, judge_mark, assessed & answers.benign),
        ):
            places = np.random.default_rng(seed).permutation(np.flatnonzero(chosen))[:count]
            if not len(places):
                continue
            photos = [examples[place] for place in places]
            groups = answers.groups[places]
            for name, tried in _try(network, photos, groups, changes, str(kind)).items():
                rows[name] = {key: figure.to_dict() for key, figure in judge(tried).items()}
        results[str(kind)] = rows
    return results


def _try(
    network: Network,
    examples: list[Example],
    groups: NDArray[np.str_],
    changes: dict[str, Change],
    kind: str,
) -> dict[str, Tried]:
    def ask(example: Example) -> list[tuple[float, int]]:
        square = _square(read_photo(example))
        copies = [square, *(change(square) for change in changes.values())]
        return [_outcome(network, copy, example.context) for copy in copies]

    found = np.array(in_parallel(ask, examples, f"Robustness ({kind})"))
    probability, severity = found[..., 0], found[..., 1].astype(np.int64)
    return {
        name: Tried(probability[:, [0, column]], severity[:, [0, column]], groups)
        for column, name in enumerate(changes, start=1)
    }


def _outcome(network: Network, photo: Image.Image, context: Context) -> tuple[float, int]:
    answer = network.answer(photo, context)
    return answer.probability, SEVERITY[answer.status]


def _square(photo: Image.Image) -> Image.Image:
    """The central square, pixel for pixel, as `cnn_model.serving.preprocess` cuts it."""
    side = min(photo.size)
    left, top = (photo.width - side) // 2, (photo.height - side) // 2
    return photo.crop((left, top, left + side, top + side))


def _mean(values: Floats) -> float:
    return float(values.mean())


def _p95(values: Floats) -> float:
    return float(np.percentile(values, 95))
