"""Releases a network anew with a dermoscopic threshold that holds for strangers:
`python -m cnn_model.release.thresholds DATA --version 2.2.1`.

The network stays the same, byte for byte; only its description changes.
"""

import dataclasses
import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np
from scipy.stats import binom

from cnn_model.data.external import (
    CHOOSING,
    ExternalAnswer,
    ExternalPhoto,
    ask,
    read_external_photos,
)
from cnn_model.model_run import Network, NetworkUnavailableError
from cnn_model.release.calibrate import expected_share, round_down
from cnn_model.serving.calibration import Floats
from cnn_model.serving.description import BUNDLED, NAME, Description
from constants import Modality

MISSED, CONFIDENCE = 0.05, 0.95


def allowed_misses(melanomas: int) -> int | None:
    """Return how many of so many may be missed for 95 % confidence that no more than a twentieth
    of all is (Clopper and Pearson 1934); None where they are too few for any confidence.
    """
    misses = int(binom.ppf(1 - CONFIDENCE, melanomas, MISSED))
    while misses >= 0 and binom.cdf(misses, melanomas, MISSED) > 1 - CONFIDENCE:
        misses -= 1
    return None if misses < 0 else misses


def threshold_for_external(scores: Floats) -> float:
    """Return the highest threshold (on the grid) below which lie no more melanomas than allowed,
    from their probabilities (n,), 1 for one that is never benign; below all of them where they are
    too few to tell.
    """
    return round_down(float(np.sort(scores)[allowed_misses(len(scores)) or 0]))


def scores_of(answers: Sequence[ExternalAnswer]) -> Floats:
    """Return from which dermoscopic threshold on each is benign, shape (n,): 1 where it is unclear
    for another reason or was refused, 0 where the network took it for a smartphone photo.
    """
    return np.array(
        [
            (answer.probability if answer.modality == Modality.DERMOSCOPIC else 0.0)
            if answer.is_benign
            else 1.0
            for answer in answers
        ]
    )


def choose(
    strangers: Sequence[ExternalPhoto], said: Sequence[ExternalAnswer], today: float
) -> tuple[float, dict[str, Any]]:
    """Return the lowest threshold that a source needs, never above `today`, and what each source
    says, by its half for choosing.
    """
    pairs = [p for p in zip(strangers, said, strict=True) if p[0].half == CHOOSING]
    needed: dict[str, Any] = {}
    for source in dict.fromkeys(stranger.source for stranger, _ in pairs):
        melanomas = [a for s, a in pairs if s.source == source and s.is_melanoma]
        if melanomas:
            threshold = threshold_for_external(scores_of(melanomas))
            needed[source] = {
                "melanomas": len(melanomas),
                "may_be_missed": allowed_misses(len(melanomas)),
                "threshold": threshold,
            }
    return min([today, *(item["threshold"] for item in needed.values())]), needed


def operating_point(
    strangers: Sequence[ExternalPhoto], said: Sequence[ExternalAnswer], threshold: float
) -> dict[str, float]:
    """Return the chances that a stranger's melanoma is flagged and a benign lesion is not."""
    pairs = [
        (stranger, answer)
        for stranger, answer in zip(strangers, said, strict=True)
        if stranger.half == CHOOSING and not answer.is_refused
    ]
    melanoma = np.array([stranger.is_melanoma for stranger, _ in pairs])
    benign = scores_of([answer for _, answer in pairs]) < threshold
    return {
        "sensitivity": expected_share(~benign[melanoma]),
        "specificity": expected_share(benign[~melanoma]),
    }


def released(
    before: Description, version: str, threshold: float, point: dict[str, float], chosen: Any
) -> Description:
    """Return the description of the same network with another threshold, and where it is from."""
    calibration = dataclasses.replace(
        before.calibrations[Modality.DERMOSCOPIC],
        unclear_threshold=threshold,
        operating_point=point,
    )
    thresholds = {"before": before.version, "missed_at_most": MISSED, "sources": chosen}
    return dataclasses.replace(
        before,
        version=version,
        created=datetime.datetime.now(datetime.UTC).date().isoformat(),
        calibrations={**before.calibrations, Modality.DERMOSCOPIC: calibration},
        validation={**before.validation, "strangers": thresholds},
    )


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--version", required=True, help="One that no network has had, such as 2.2.1.")
@click.option(
    "--models",
    default=BUNDLED,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Where the network is; beside this module unless told.",
)
def thresholds(data: Path, version: str, models: Path) -> None:
    """Choose the dermoscopic threshold on strangers' photos of DATA and write the description."""
    try:
        network = Network.load(models / f"{NAME}.tflite")
    except NetworkUnavailableError as error:
        raise click.ClickException(str(error)) from error
    strangers = read_external_photos(data)
    if not strangers:
        raise click.ClickException("There are no photos of other clinics.")
    said = ask(network, strangers)
    before = network.description
    today = before.calibrations[Modality.DERMOSCOPIC].unclear_threshold
    threshold, chosen = choose(strangers, said, today)
    point = operating_point(strangers, said, threshold)
    released(before, version, threshold, point, chosen).write(models / f"{NAME}.json")
    for source, item in chosen.items():
        click.echo(f"{source}: {item}")
    click.echo(f"{NAME} {version}: unclear from {threshold} instead of {today}, {point}.")


if __name__ == "__main__":
    thresholds()
