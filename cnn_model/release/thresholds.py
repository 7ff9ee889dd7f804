"""Release a network again with what photos of other clinics show.

`python -m cnn_model.release.thresholds DATA --version 3.0.0`. The dermoscopic threshold for unclear
falls as far as other clinics require, and the intervals widen by as much as the calibration lies
off there. Only the description changes: the network files stay the same, byte for byte.
"""

import dataclasses
import datetime
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np
from scipy.stats import binom

from cnn_model.data.external import (
    CHOOSING,
    ExternalAnswer,
    ExternalPhoto,
    assess_external_photos,
    read_external_photos,
)
from cnn_model.model_run import NetworkUnavailableError
from cnn_model.release.calibrate import expected_proportion, round_down
from cnn_model.release.source_lines import Line, source_line
from cnn_model.serving.calibration import Calibration, Floats
from cnn_model.serving.description import BUNDLED, NAME, Description
from cnn_model.serving.network import read_description
from cnn_model.training.left_out import left_out_networks
from constants import Modality

MAX_MISSED, CONFIDENCE = 0.05, 0.95
"""At most this fraction of all melanomas is called benign, with this confidence."""
MIN_PHOTOS = 50
"""Of a source: the line through fewer photos says little about the clinic."""


def allowed_misses(melanomas: int) -> int | None:
    """Return how many of this number of melanomas may be missed.

    With that many missed, the one-sided 95 % confidence limit (Clopper and Pearson 1934) of the
    fraction missed is `MAX_MISSED` or less. None if there are too few melanomas for it.
    """
    misses = int(binom.ppf(1 - CONFIDENCE, melanomas, MAX_MISSED))
    while misses >= 0 and binom.cdf(misses, melanomas, MAX_MISSED) > 1 - CONFIDENCE:
        misses -= 1
    return None if misses < 0 else misses


def threshold_for_external(scores: Floats) -> float:
    """Return the highest threshold below which no more than `allowed_misses` scores lie.

    `scores` (n,) of melanomas as in `scores_of`. With too few of them, none may be missed.
    """
    return round_down(float(np.sort(scores)[allowed_misses(len(scores)) or 0]))


def scores_of(answers: Sequence[ExternalAnswer]) -> Floats:
    """Return the scores (n,) that a dermoscopic threshold has to exceed to call a photo benign.

    A score is the probability of cancer. It is 1 if the photo was refused or is unclear for another
    reason, and 0 if the network recognised it as clinical.
    """
    return np.array(
        [
            (answer.probability if answer.modality == Modality.DERMOSCOPIC else 0.0)
            if answer.is_benign
            else 1.0
            for answer in answers
        ]
    )


def choose_threshold(
    photos: Sequence[ExternalPhoto], answers: Sequence[ExternalAnswer], current: float
) -> tuple[float, dict[str, Any]]:
    """Return the lowest threshold that a source needs, at most `current`, and those of all sources.

    Only the half for choosing is used.
    """
    pairs = [pair for pair in zip(photos, answers, strict=True) if pair[0].half == CHOOSING]
    needed: dict[str, Any] = {}
    for source in dict.fromkeys(photo.source for photo, _ in pairs):
        melanomas = [
            answer for photo, answer in pairs if photo.source == source and photo.is_melanoma
        ]
        if melanomas:
            threshold = threshold_for_external(scores_of(melanomas))
            needed[source] = {
                "melanomas": len(melanomas),
                "may_be_missed": allowed_misses(len(melanomas)),
                "threshold": threshold,
            }
    return min([current, *(item["threshold"] for item in needed.values())]), needed


def operating_point(
    photos: Sequence[ExternalPhoto], answers: Sequence[ExternalAnswer], threshold: float
) -> dict[str, float]:
    """Return sensitivity (melanomas) and specificity (benign lesions) of being flagged.

    From the half for choosing, without refused photos.
    """
    pairs = [
        (photo, answer)
        for photo, answer in zip(photos, answers, strict=True)
        if photo.half == CHOOSING and not answer.is_refused
    ]
    melanoma = np.array([photo.is_melanoma for photo, _ in pairs])
    benign = scores_of([answer for _, answer in pairs]) < threshold
    return {
        "sensitivity": expected_proportion(~benign[melanoma]),
        "specificity": expected_proportion(benign[~melanoma]),
    }


def with_threshold(
    before: Description, version: str, threshold: float, point: dict[str, float], sources: Any
) -> Description:
    """Return the description with another dermoscopic threshold and operating point.

    `sources` records how the threshold was chosen.
    """
    calibration = dataclasses.replace(
        before.calibrations[Modality.DERMOSCOPIC],
        unclear_threshold=threshold,
        operating_point=point,
    )
    thresholds = {"before": before.version, "missed_at_most": MAX_MISSED, "sources": sources}
    return dataclasses.replace(
        before,
        version=version,
        created=datetime.datetime.now(datetime.UTC).date().isoformat(),
        calibrations={**before.calibrations, Modality.DERMOSCOPIC: calibration},
        # The file format keeps this key: a description is known by its digest.
        validation={**before.validation, "strangers": thresholds},
    )


def with_wider_intervals(
    calibration: Calibration,
    photos: Sequence[ExternalPhoto],
    answers: Sequence[ExternalAnswer],
) -> Calibration:
    """Return the calibration with intervals that also cover the differences between clinics.

    From the half for choosing, separately for photos that are like the training photos and for
    those that are not. There are no clinical photos of other clinics, so that clinical intervals
    widen as much as dermoscopic ones.
    """
    familiar, unfamiliar = (
        tuple(_lines(photos, answers, is_unfamiliar)) for is_unfamiliar in (False, True)
    )
    return dataclasses.replace(calibration, source_lines=familiar, unfamiliar_lines=unfamiliar)


def _lines(
    photos: Sequence[ExternalPhoto],
    answers: Sequence[ExternalAnswer],
    is_unfamiliar: bool,
) -> Iterator[Line]:
    """Yield the line of each source with `MIN_PHOTOS` or more such photos."""
    for source in dict.fromkeys(photo.source for photo in photos):
        assessed = [
            (answer.probability, photo.is_melanoma, answer.is_unfamiliar)
            for photo, answer in zip(photos, answers, strict=True)
            if photo.source == source and photo.half == CHOOSING and not answer.is_refused
        ]
        probabilities, melanomas, unfamiliar = map(np.array, zip(*assessed, strict=True))
        chosen = unfamiliar == is_unfamiliar
        if chosen.sum() >= MIN_PHOTOS:
            yield source_line(probabilities[chosen], melanomas[chosen])


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--version", required=True, help="A new version, such as 2.2.1.")
@click.option(
    "--models",
    default=BUNDLED,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the network; by default the bundled one.",
)
def thresholds(data: Path, version: str, models: Path) -> None:
    """Choose the dermoscopic threshold on external photos in DATA and write the description."""
    photos = read_external_photos(data)
    if not photos:
        raise click.ClickException("There are no photos of other clinics.")
    try:
        before = read_description(models / f"{NAME}.json")
        networks = left_out_networks(models)
    except (NetworkUnavailableError, OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    answers = assess_external_photos(networks, photos)
    current = before.calibrations[Modality.DERMOSCOPIC].unclear_threshold
    threshold, sources = choose_threshold(photos, answers, current)
    point = operating_point(photos, answers, threshold)
    description = with_threshold(before, version, threshold, point, sources)
    calibrations = {
        modality: with_wider_intervals(calibration, photos, answers)
        for modality, calibration in description.calibrations.items()
    }
    description = dataclasses.replace(description, calibrations=calibrations)
    description.write(models / f"{NAME}.json")
    for source, item in sources.items():
        click.echo(f"{source}: {item}")
    click.echo(f"{NAME} {version}: unclear from {threshold} instead of {current}, {point}.")


if __name__ == "__main__":
    thresholds()
