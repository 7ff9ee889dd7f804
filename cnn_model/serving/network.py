"""The network that answers: one photo in, one answer out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnn_model.serving.calibration import (
    CODES,
    LESION,
    MALIGNANT_INDICES,
    OUTPUTS,
    Calibration,
    Floats,
    kind_of,
    sigmoid,
)
from cnn_model.serving.context import NOTHING_TOLD, Context
from cnn_model.serving.description import Description, sha256
from cnn_model.serving.engines import LITERT, Engine, load_engine
from cnn_model.serving.lesion_view import lesion_offset
from cnn_model.serving.preprocess import central_square
from cnn_model.serving.reference import reference_picture
from constants import Status

REFERENCE_TOLERANCE = 1e-3


class NetworkUnavailableError(Exception):
    """There is no network that may answer."""


@dataclass(frozen=True)
class Answer:
    """What the network says of one photo.

    `probabilities` has the eight diagnosis codes, `probability` is that of cancer, `interval` its
    95 % interval, `conformal_set` what cannot be ruled out; `context_used` names what the person
    told and the answer rests on; `operating_point` is that of `kind`, the kind of photo that the
    network sees; `lesion_offset` tells how far from the middle it sees a lesion, in half sides;
    `is_lesion`, `is_doubtful` and `is_off_centre` what the limits of the network say to that;
    `activation_map` (h, w) is the evidence for cancer, as in `evidence_for_cancer`.
    """

    kind: str
    context_used: tuple[str, ...]

    probabilities: dict[str, float]
    probability: float
    premalignant_probability: float
    interval: tuple[float, float]
    conformal_set: tuple[str, ...]
    operating_point: Mapping[str, float]
    status: Status
    lesion_probability: float
    lesion_offset: float
    is_lesion: bool
    is_doubtful: bool
    is_off_centre: bool
    activation_map: NDArray[np.float32] = field(compare=False, repr=False)


def evidence_for_cancer(
    maps: NDArray[np.float32], probabilities: Floats, calibration: Calibration
) -> NDArray[np.float32]:
    """Maps (h, w, 8 or more) and probabilities (8,) to where cancer speaks, shape (h, w).

    The probability-weighted mean map of the malignant diagnoses less that of the others: about the
    share of each place in the log-odds of cancer. A single class activation map
    (Zhou et al. 2016) would also light up where every diagnosis does, which softmax cannot see.
    """
    signs = np.full(len(CODES), -1.0)
    signs[list(MALIGNANT_INDICES)] = 1.0
    totals = np.where(signs > 0, probabilities[signs > 0].sum(), probabilities[signs < 0].sum())
    weights = signs * probabilities / np.maximum(totals, 1e-12)
    evidence = maps[..., : len(CODES)].astype(np.float64) @ weights / calibration.temperature
    return np.asarray(evidence, dtype=np.float32)


class Network:
    """A network that was checked against its description; several threads may share it."""

    def __init__(self, engine: Engine, description: Description, digest: str) -> None:
        self._engine = engine
        self.description = description
        self.calibrations = description.calibrations
        self.name = description.name
        self.version = description.version
        self.input_size = description.input_size
        self.sha256 = digest

    @classmethod
    def load(cls, file: Path, engine: str = LITERT) -> "Network":
        """The network in `file`, run by `engine` ("litert" or "keras").

        Raises NetworkUnavailableError where the file or the description beside it (same name,
        `.json`) is missing or broken, or where the two do not belong together.
        """
        try:
            content = file.read_bytes()
        except OSError as error:
            raise NetworkUnavailableError(f"There is no network file {file.name}.") from error
        description = read_description(file.with_suffix(".json"))
        digest = sha256(content)
        if description.sha256.get(engine) != digest:
            raise NetworkUnavailableError(
                f"The sha256 of {file.name} is not the one described for engine {engine!r}."
            )
        try:
            return cls(load_engine(engine, file, content), description, digest)
        except (ImportError, OSError, RuntimeError, TypeError, ValueError) as error:
            raise NetworkUnavailableError(f"{file.name} cannot be read as a network.") from error

    def maps(self, photo: Image.Image) -> NDArray[np.float32]:
        """The activation maps (h, w, 10) of a photo; the mean of each is a logit.

        Raises NetworkUnavailableError where the network fails or its output is no number.
        """
        try:
            maps = self._engine.maps(central_square(photo.convert("RGB"), self.input_size))
        except (RuntimeError, ValueError) as error:
            raise NetworkUnavailableError("The network failed on a photo.") from error
        if maps.ndim != 3 or maps.shape[-1] != OUTPUTS or not np.isfinite(maps).all():
            raise NetworkUnavailableError("The network gave an output that is no answer.")
        return maps

    def answer(self, photo: Image.Image, context: Context = NOTHING_TOLD) -> Answer:
        """What the network says of a photo of any size. Raises NetworkUnavailableError."""
        return self.read(self.maps(photo), context)

    def read(self, maps: NDArray[np.float32], context: Context = NOTHING_TOLD) -> Answer:
        """What maps (h, w, 10) mean."""
        logits = maps.mean(axis=(0, 1))
        kind = str(kind_of(logits))
        calibration = self.calibrations[kind]
        shift = calibration.evidence.shift(context)
        probabilities = calibration.probabilities(logits[:LESION], shift)
        probability = float(calibration.malignant_probability(probabilities))
        premalignant = float(calibration.premalignant_probability(probabilities))
        lesion, limits = float(sigmoid(logits[LESION])), self.description.lesion
        lies = lesion_offset(maps)
        return Answer(
            kind=kind,
            context_used=calibration.evidence.used(context),
            probabilities=dict(zip(CODES, probabilities.tolist(), strict=True)),
            probability=probability,
            premalignant_probability=premalignant,
            interval=calibration.interval(probability),
            conformal_set=calibration.conformal_set(probability),
            operating_point=calibration.operating_point,
            status=calibration.status(probability, premalignant),
            lesion_probability=lesion,
            lesion_offset=lies,
            is_lesion=lesion >= limits.refused_below,
            is_doubtful=lesion < limits.doubtful_below,
            is_off_centre=lies > limits.off_centre_beyond[kind],
            activation_map=evidence_for_cancer(maps, probabilities, calibration),
        )

    def check(self) -> None:
        """Asks for the known answer to a known picture; raises NetworkUnavailableError where it
        differs by more than `REFERENCE_TOLERANCE` in any logit.
        """
        logits = self.maps(reference_picture()).mean(axis=(0, 1))
        if not np.allclose(logits, self.description.reference, rtol=0, atol=REFERENCE_TOLERANCE):
            raise NetworkUnavailableError("The network does not give its known answer any more.")


def read_description(file: Path) -> Description:
    """Raises NetworkUnavailableError where it is missing or broken."""
    try:
        return Description.read(file)
    except OSError as error:
        raise NetworkUnavailableError(f"There is no description {file.name}.") from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise NetworkUnavailableError(f"The description {file.name} is broken.") from error
