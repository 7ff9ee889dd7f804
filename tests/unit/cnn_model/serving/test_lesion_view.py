"""What the lesion output means, and from which limits on."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnn_model.release.calibrate import fit_lesion_limits
from cnn_model.release.predictions import Predictions
from cnn_model.serving.calibration import LESION_OUTPUT, OUTPUTS
from cnn_model.serving.description import Description
from cnn_model.serving.lesion_view import LesionLimits, lesion_offset, lesion_offsets
from constants import Modality
from tests.toy_network import toy_network

LIMITS = LesionLimits(0.5, 0.9, {Modality.CLINICAL: 0.2, Modality.DERMOSCOPIC: 0.3})


def predictions(count: int) -> tuple[Predictions, np.ndarray[Any, Any]]:
    """Lesions of two modalities and pictures of other things, with their offsets."""
    random = np.random.default_rng(0)
    logits = random.normal(size=(3 * count, OUTPUTS)).astype(np.float32)
    logits[: 2 * count, LESION_OUTPUT] += 5
    modalities = np.repeat([Modality.CLINICAL, Modality.DERMOSCOPIC, "not_skin"], count)
    diagnoses = np.where(modalities == "not_skin", -1, 0)
    contexts = np.full(3 * count, None, dtype=object)
    offsets = random.random(3 * count) * np.where(modalities == Modality.CLINICAL, 0.2, 0.5)
    return Predictions(logits, diagnoses, modalities, modalities, contexts), offsets


def test_the_limits_refuse_and_doubt_as_few_lesions_as_promised() -> None:
    seen, offsets = predictions(1000)
    limits = fit_lesion_limits(seen, offsets)
    scores = seen.lesion_probabilities()
    for modality in Modality:
        ours = seen.modalities == modality
        assert (scores[ours] < limits.refused_below).mean() <= 0.005
        assert (scores[ours] < limits.doubtful_below).mean() <= 0.02
        assert 0.005 <= (offsets[ours] > limits.off_centre_beyond[modality]).mean() <= 0.0125
    assert limits.refused_below < limits.doubtful_below
    assert (
        limits.off_centre_beyond[Modality.CLINICAL]
        < 0.2
        < limits.off_centre_beyond[Modality.DERMOSCOPIC]
    )


def test_the_limits_of_a_network_decide() -> None:
    network, maps = toy_network(), np.zeros((4, 4, OUTPUTS), np.float32)
    maps[..., LESION_OUTPUT] = 1.0  # a probability of 0.73
    answer = network.read(maps)
    assert (answer.is_lesion, answer.is_uncertain, answer.is_off_centre) == (True, True, False)
    maps[:, 3, LESION_OUTPUT] = 20.0
    answer = network.read(maps)
    assert (answer.is_lesion, answer.is_uncertain, answer.is_off_centre) == (True, False, True)


@pytest.mark.parametrize(("threshold", "doubtful"), [(0.83, 0.98), (0.99, 0.99)])
def test_a_description_from_before_keeps_the_limits_that_it_was_judged_with(
    tmp_path: Path, threshold: float, doubtful: float
) -> None:
    file = tmp_path / "network.json"
    toy_network().description.write(file)
    written = json.loads(file.read_text())
    del written["lesion"]
    file.write_text(json.dumps(written | {"lesion_threshold": threshold}))
    assert Description.read(file).lesion == LesionLimits(
        threshold, doubtful, {Modality.CLINICAL: 0.22, Modality.DERMOSCOPIC: 0.36}
    )


def test_the_limits_survive_being_written_down(tmp_path: Path) -> None:
    description = replace(toy_network().description, lesion=LIMITS)
    description.write(tmp_path / "network.json")
    assert Description.read(tmp_path / "network.json").lesion == LIMITS


@pytest.mark.parametrize(
    "change",
    [
        {"refused_below": 0.0},
        {"refused_below": 0.95},
        {"doubtful_below": 1.0},
        {"off_centre_beyond": {Modality.CLINICAL: 0.0, Modality.DERMOSCOPIC: 0.3}},
    ],
)
def test_refuses_limits_that_make_no_sense(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="lesion"):
        replace(LIMITS, **change)


def test_a_lesion_in_the_middle_is_not_off_it() -> None:
    maps = np.zeros((2, 5, 5, OUTPUTS), np.float32)
    maps[0, 2, 2, LESION_OUTPUT] = maps[1, 2, 4, LESION_OUTPUT] = 30.0
    assert lesion_offset(maps[0]) == pytest.approx(0, abs=1e-6)
    assert lesion_offsets(maps)[1] > 0.3
