"""The effect on the answer of `cnn_model.evaluation.perturbations`."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_model.data.dataset import NO_DIAGNOSIS, Example
from cnn_model.data.images import read_photo
from cnn_model.evaluation.answers import Answers
from cnn_model.evaluation.estimates import Estimate, bootstrapped, proportion
from cnn_model.evaluation.perturbations import ARTEFACTS, PERTURBATIONS, Perturbation
from cnn_model.evaluation.sources import in_parallel
from cnn_model.model_run import Network
from cnn_model.serving.calibration import Floats
from cnn_model.serving.preprocess import central_crop
from constants import Status

RISE = 0.05
"""By how much an artefact must raise the probability of cancer to count."""
URGENCY = {status: index for index, status in enumerate(Status)}


@dataclass(frozen=True, eq=False)
class PerturbationEffect:
    """The answers to n photos before and after one perturbation.

    `probability` (n, 2) is that of cancer; `urgency` (n, 2) is the index of the status among
    `Status`; `groups` (n,) are the patients or lesions.
    """

    probability: Floats
    urgency: NDArray[np.int64]
    groups: NDArray[np.str_]

    @property
    def rise(self) -> Floats:
        """The change of the probability of cancer (n,), -1 to 1."""
        return np.asarray(self.probability[:, 1] - self.probability[:, 0])


def estimate_perturbation(effect: PerturbationEffect) -> dict[str, Estimate]:
    """Return how often the status changes, and how far the probability of cancer moves."""
    before, after = effect.urgency.T
    return {
        "status_changed": proportion(before != after),
        "mean_difference": bootstrapped(_mean, effect.groups, np.abs(effect.rise)),
        "p95_difference": bootstrapped(_p95, effect.groups, np.abs(effect.rise)),
        "mean_rise": bootstrapped(_mean, effect.groups, effect.rise),
    }


def estimate_artefact(effect: PerturbationEffect) -> dict[str, Estimate]:
    """Return how often the status becomes more urgent, and how far the probability rises.

    `probability_rose` counts rises of more than `RISE`.
    """
    before, after = effect.urgency.T
    return {
        "status_rose": proportion(after > before),
        "probability_rose": proportion(effect.rise > RISE),
        "mean_rise": bootstrapped(_mean, effect.groups, effect.rise),
    }


def measure_robustness(
    network: Network, examples: list[Example], answers: Answers, count: int, seed: int = 0
) -> dict[str, dict[str, dict[str, Any]]]:
    """Return the estimates of each perturbation as JSON, by modality and name.

    `PERTURBATIONS` are measured on at most `count` lesions of each modality, `ARTEFACTS` on at most
    `count` benign ones.
    """
    results = {}
    for modality in np.unique(answers.modalities[answers.diagnoses != NO_DIAGNOSIS]):
        assessed = answers.is_of_modality(str(modality))
        rows = {}
        for perturbations, estimate, is_selected in (
            (PERTURBATIONS, estimate_perturbation, assessed),
            (ARTEFACTS, estimate_artefact, assessed & answers.benign),
        ):
            indices = np.random.default_rng(seed).permutation(np.flatnonzero(is_selected))[:count]
            if not len(indices):
                continue
            effects = _effects(
                network,
                [examples[index] for index in indices],
                answers.groups[indices],
                perturbations,
                str(modality),
            )
            for name, effect in effects.items():
                rows[name] = {key: item.to_dict() for key, item in estimate(effect).items()}
        results[str(modality)] = rows
    return results


def _effects(
    network: Network,
    examples: list[Example],
    groups: NDArray[np.str_],
    perturbations: dict[str, Perturbation],
    modality: str,
) -> dict[str, PerturbationEffect]:
    def answers_of(example: Example) -> list[tuple[float, int]]:
        square = central_crop(read_photo(example))
        copies = [square, *(perturb(square) for perturb in perturbations.values())]
        answers = [network.answer(copy, example.context) for copy in copies]
        return [(answer.probability, URGENCY[answer.status]) for answer in answers]

    found = np.array(in_parallel(answers_of, examples, f"Robustness ({modality})"))
    probability, urgency = found[..., 0], found[..., 1].astype(np.int64)
    return {
        name: PerturbationEffect(probability[:, [0, column]], urgency[:, [0, column]], groups)
        for column, name in enumerate(perturbations, start=1)
    }


def _mean(values: Floats) -> float:
    return float(values.mean())


def _p95(values: Floats) -> float:
    return float(np.percentile(values, 95))
