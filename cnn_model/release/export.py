"""Export the networks of finished training runs as the files that serve.

`python -m cnn_model.release.export RUN… DATA`. Nothing is replaced unless the exported network
agrees with the trained one on every validation photo.
"""

import datetime
import shutil
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import keras
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnn_model.data.dataset import (
    EXTERNAL_FOLDS,
    NOT_SKIN,
    VALIDATION_FOLDS,
    Example,
    load_photos,
    read_examples,
    split,
)
from cnn_model.release.calibrate import fit_calibration, fit_lesion_limits
from cnn_model.release.evidence import fit_evidence
from cnn_model.release.predictions import Predictions, activation_maps, predictions_from_maps
from cnn_model.serving.calibration import LESION_OUTPUT, Calibration, softmax
from cnn_model.serving.description import BUNDLED, NAME, Description, sha256
from cnn_model.serving.engines import KERAS, LITERT, LiteRTEngine
from cnn_model.serving.lesion_view import LesionLimits, lesion_offsets
from cnn_model.serving.preprocess import central_square
from cnn_model.serving.reference import reference_picture
from cnn_model.training.conversion import convert
from cnn_model.training.ensemble import (
    EnsembleMember,
    combined_network,
    load_ensemble,
    saved_members,
    without_fold,
)
from constants import Modality

TOLERANCE = 0.05
"""The greatest difference of a probability between LiteRT, with integers, and Keras."""
BATCH_SIZE = 32


def save(network: keras.Model, file: Path) -> None:
    """Save the network as a compressed Keras file, without its optimizer."""
    # Keras does not compress. Weights that were rounded to half precision, but are stored in single
    # precision, shrink to about half.
    plain = file.with_name(f"plain_{file.name}")
    network.save(plain, include_optimizer=False)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(file, "w") as target:
        for item in source.infolist():
            target.writestr(item, source.read(item), zipfile.ZIP_DEFLATED, compresslevel=6)
    plain.unlink()


def keras_maps(network: keras.Model, examples: list[Example]) -> NDArray[np.float32]:
    """Return the maps (n, h, w, 10) of the photos, computed by Keras."""
    photos = load_photos(examples, network.input_shape[1])
    batches = (photos[start : start + BATCH_SIZE] for start in range(0, len(photos), BATCH_SIZE))
    return np.concatenate([network.predict_on_batch(b.astype(np.float32)) for b in batches])


def litert_maps(
    content: bytes, size: int, examples: list[Example]
) -> tuple[NDArray[np.float32], tuple[float, ...]]:
    """Return the maps (n, h, w, 10) of the photos and the logits (10,) of the reference picture.

    They are computed by LiteRT, one by one, as in the server.
    """
    engine = LiteRTEngine(content)

    def run(photo: Image.Image) -> NDArray[np.float32]:
        return engine.maps(central_square(photo.convert("RGB"), size))

    reference = run(reference_picture()).mean(axis=(0, 1))
    return activation_maps(examples, run), tuple(float(value) for value in reference)


def parity(expected: NDArray[np.float32], given: NDArray[np.float32]) -> dict[str, float]:
    """Return the greatest differences between maps (n, h, w, 10), their logits and probabilities.

    Raises click.ClickException if a probability differs by more than `TOLERANCE`.
    """
    logits = expected.mean(axis=(1, 2)), given.mean(axis=(1, 2))
    probabilities = [softmax(values[:, :LESION_OUTPUT]) for values in logits]
    differences = {
        "maps": float(np.abs(expected - given).max()),
        "logits": float(np.abs(logits[0] - logits[1]).max()),
        "probabilities": float(np.abs(probabilities[0] - probabilities[1]).max()),
    }
    if not differences["probabilities"] <= TOLERANCE:
        raise click.ClickException(
            f"LiteRT and Keras differ by {differences['probabilities']:.2g}."
        )
    return differences


def validation_summary(
    predictions: Predictions, limits: LesionLimits, differences: dict[str, float]
) -> dict[str, Any]:
    """Return the `validation` of the description.

    It has the number of validation photos of each modality, the fraction of them that the lesion
    output refuses, and the `differences` of `parity`.
    """
    below = predictions.lesion_probabilities() < limits.refused_below
    modalities, counts = np.unique(predictions.modalities, return_counts=True)
    return {
        "photos": {str(k): int(n) for k, n in zip(modalities, counts, strict=True)},
        "refused": {str(k): float(below[predictions.modalities == k].mean()) for k in modalities},
        "greatest_difference_to_keras": differences,
    }


def out_of_fold_maps(
    maps: NDArray[np.float32], folds: Mapping[int, list[Example]], members: Sequence[EnsembleMember]
) -> NDArray[np.float32]:
    """Return the maps of the photos, each by members that were not trained on its fold.

    `maps` (n, h, w, 10) are those by all members, one fold after the other.
    """
    start, parts = 0, []
    for fold, photos in folds.items():
        untrained = without_fold(members, fold)
        part = maps[start : start + len(photos)]
        if len(untrained) < len(members):
            network = combined_network(untrained)
            part, _ = litert_maps(convert(network), int(network.input_shape[1]), photos)
        parts.append(part)
        start += len(photos)
    return np.concatenate(parts)


def fit_calibrations(
    predictions: Predictions, training: list[Example]
) -> dict[Modality, Calibration]:
    """Return the calibration for each modality.

    The evidence of the context is counted on training photos. The rest is fitted on the predictions
    for validation photos.
    """
    return {
        modality: fit_calibration(
            predictions.of_modality(modality),
            fit_evidence([e for e in training if e.modality == modality]),
        )
        for modality in Modality
    }


def calibration_photos(examples: list[Example], fold: int) -> list[Example]:
    """Return the photos of a validation fold without those of other clinics.

    `cnn_model.release.thresholds` adds what those show.
    """
    photos = split(examples, [fold])["validation"]
    return [photo for photo in photos if photo.source not in EXTERNAL_FOLDS]


def build(members: Sequence[EnsembleMember], data: Path, version: str, folder: Path) -> Description:
    """Write the LiteRT file and the description into `folder`, beside the Keras file.

    Return the description. Raises click.ClickException if the exported network differs from the
    trained one.
    """
    network = combined_network(members)
    content = convert(network)
    (folder / f"{NAME}.tflite").write_bytes(content)
    examples, side = read_examples(data), int(network.input_shape[1])
    folds = {fold: calibration_photos(examples, fold) for fold in VALIDATION_FOLDS}
    photos = [example for fold in folds.values() for example in fold]
    maps, reference = litert_maps(content, side, photos)
    differences = parity(keras_maps(network, photos), maps)
    maps = out_of_fold_maps(maps, folds, members)
    predictions = predictions_from_maps(photos, maps)
    limits = fit_lesion_limits(predictions, lesion_offsets(maps))
    description = Description(
        name=NAME,
        version=version,
        created=datetime.datetime.now(datetime.UTC).date().isoformat(),
        input_size=side,
        sha256={
            KERAS: sha256((folder / f"{NAME}.keras").read_bytes()),
            LITERT: sha256(content),
        },
        calibrations=fit_calibrations(predictions, split(examples)["training"]),
        lesion=limits,
        reference=reference,
        training={"runs": [member.configuration for member in members]},
        validation=validation_summary(predictions, limits, differences),
    )
    description.write(folder / f"{NAME}.json")
    return description


def drafted_members(
    runs: Sequence[Path], size: int | None, folder: Path, draft: Path
) -> list[EnsembleMember]:
    """Write the Keras file of the networks of `runs` into `draft`, and return the networks.

    Without runs, the file and the networks are those in `folder`. Raises OSError, ValueError.
    """
    file = f"{NAME}.keras"
    if runs:
        members = load_ensemble(runs, size)
        save(combined_network(members), draft / file)
        return members
    shutil.copyfile(folder / file, draft / file)
    before = Description.read(folder / f"{NAME}.json")
    return saved_members(folder, before.training["runs"])


def report(description: Description) -> str:
    """Return the differences to Keras and the thresholds as text."""
    validation = description.validation
    differences = validation["greatest_difference_to_keras"]
    lines = [
        f"Greatest difference to Keras: {differences['maps']:.1e} in the maps, "
        f"{differences['probabilities']:.1e} in the probabilities.",
        f"Lesion from {description.lesion.refused_below:.4f} "
        f"({validation['refused'][NOT_SKIN]:.1%} of other pictures refused).",
    ]
    for modality, calibration in description.calibrations.items():
        lines.append(
            f"{modality}: temperature {calibration.temperature:.3f}, unclear from "
            f"{calibration.unclear_threshold:.4f}, malignant from "
            f"{calibration.malignant_threshold:.4f}, precursor from "
            f"{calibration.premalignant_threshold:.4f}."
        )
    return "\n".join(lines)


@click.command()
@click.argument("runs", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--version", required=True, help="A new version, such as 2.2.0.")
@click.option(
    "--size", type=int, help="Side of the input when it serves, pixels; by default as in training."
)
@click.option(
    "--to",
    "folder",
    default=BUNDLED,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder for the files; by default that of the bundled network.",
)
def export(
    runs: tuple[Path, ...], data: Path, version: str, size: int | None, folder: Path
) -> None:
    """Export the networks of RUNS as one, calibrated on the validation photos of DATA.

    Without RUNS, the networks in the folder are exported again.
    """
    with tempfile.TemporaryDirectory() as draft:
        try:
            members = drafted_members(runs, size, folder, Path(draft))
        except (OSError, ValueError) as error:
            raise click.ClickException(str(error)) from error
        description = build(members, data, version, Path(draft))
        for file in Path(draft).iterdir():
            shutil.copyfile(file, folder / file.name)
    click.echo(report(description))
    click.echo(f"Exported {NAME} {version}.")


if __name__ == "__main__":
    export()
