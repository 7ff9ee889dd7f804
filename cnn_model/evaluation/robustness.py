"""Does the answer survive what should not change it? See `cnn_model.evaluation.perturbations`."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnn_model.data.dataset import NO_DIAGNOSIS, Example
from cnn_model.data.images import read_photo
from cnn_model.evaluation.answers import Answers
from cnn_model.evaluation.estimates import Estimate, bootstrapped, proportion
from cnn_model.evaluation.perturbations import ARTEFACTS, PERTURBATIONS, Perturbation
from cnn_model.evaluation.sources import in_parallel
from cnn_model.model_run import Network
from cnn_model.serving.calibration import Floats
from cnn_model.serving.context import Context
from cnn_model.serving.preprocess import central_crop
from constants import Status

RISE = 0.05
"""By how much a mark must raise the probability of cancer to count."""
SEVERITY = {status: place for place, status in enumerate(Status)}


@dataclass(frozen=True, eq=False)
class PerturbationEffect:
    """Probability of cancer (n, 2) and place of the status among `Status` (n, 2), before and after
    a change; `groups` (n,) are the patients or lesions.
    """

    probability: Floats
    severity: NDArray[np.int64]
    groups: NDArray[np.str_]

    @property
    def rise(self) -> Floats:
        return np.asarray(self.probability[:, 1] - self.probability[:, 0])


def estimate_perturbation(tried: PerturbationEffect) -> dict[str, Estimate]:
    """How often the status changes, and mean and 95th percentile of the absolute change."""
    before, after = tried.severity.T
    return {
        "status_changed": proportion(before != after),
        "mean_difference": bootstrapped(_mean, tried.groups, np.abs(tried.rise)),
        "p95_difference": bootstrapped(_p95, tried.groups, np.abs(tried.rise)),
        "mean_rise": bootstrapped(_mean, tried.groups, tried.rise),
    }


def estimate_artefact(tried: PerturbationEffect) -> dict[str, Estimate]:
    """How often a mark makes the status more urgent or raises the probability by more than `RISE`,
    and its mean effect.
    """
    before, after = tried.severity.T
    return {
        "status_rose": proportion(after > before),
        "probability_rose": proportion(tried.rise > RISE),
        "mean_rise": bootstrapped(_mean, tried.groups, tried.rise),
    }


def measure_robustness(
    network: Network, examples: list[Example], answers: Answers, count: int, seed: int = 0
) -> dict[str, dict[str, dict[str, Any]]]:
    """The figures of all `PERTURBATIONS` on at most `count` lesions of each modality, and of all
    `ARTEFACTS` on as many benign ones, by modality and name of the change.
    """
    results = {}
    for modality in np.unique(answers.modalities[answers.diagnoses != NO_DIAGNOSIS]):
        assessed = answers.is_of_modality(str(modality))
        rows = {}
        for changes, judge, chosen in (
            (PERTURBATIONS, estimate_perturbation, assessed),
            (ARTEFACTS, estimate_artefact, assessed & answers.benign),
        ):
            places = np.random.default_rng(seed).permutation(np.flatnonzero(chosen))[:count]
            if not len(places):
                continue
            photos = [examples[place] for place in places]
            groups = answers.groups[places]
            for name, tried in _try(network, photos, groups, changes, str(modality)).items():
                rows[name] = {key: figure.to_dict() for key, figure in judge(tried).items()}
        results[str(modality)] = rows
    return results


def _try(
    network: Network,
    examples: list[Example],
    groups: NDArray[np.str_],
    changes: dict[str, Perturbation],
    modality: str,
) -> dict[str, PerturbationEffect]:
    def ask(example: Example) -> list[tuple[float, int]]:
        square = central_crop(read_photo(example))
        copies = [square, *(change(square) for change in changes.values())]
        return [_outcome(network, copy, example.context) for copy in copies]

    found = np.array(in_parallel(ask, examples, f"Robustness ({modality})"))
    probability, severity = found[..., 0], found[..., 1].astype(np.int64)
    return {
        name: PerturbationEffect(probability[:, [0, column]], severity[:, [0, column]], groups)
        for column, name in enumerate(changes, start=1)
    }


def _outcome(network: Network, photo: Image.Image, context: Context) -> tuple[float, int]:
    answer = network.answer(photo, context)
    return answer.probability, SEVERITY[answer.status]


def _mean(values: Floats) -> float:
    return float(values.mean())


def _p95(values: Floats) -> float:
    return float(np.percentile(values, 95))
