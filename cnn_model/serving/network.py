"""A network that was checked, and its answer to one photo."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnn_model.serving.calibration import (
    CODES,
    LESION_OUTPUT,
    MALIGNANT_INDICES,
    OUTPUTS,
    Calibration,
    Floats,
    modality_of,
    sigmoid,
)
from cnn_model.serving.context import NO_CONTEXT, Context
from cnn_model.serving.description import Description, sha256
from cnn_model.serving.engines import LITERT, Engine, load_engine
from cnn_model.serving.lesion_view import lesion_offset
from cnn_model.serving.preprocess import central_square
from cnn_model.serving.reference import reference_picture
from constants import Modality, Status
from utils.errors import ServiceError

REFERENCE_TOLERANCE = 0.2
"""Of a logit. Another processor rounds otherwise before it computes with integers (decision 23)."""


class NetworkUnavailableError(ServiceError):
    """No network may answer: the file is missing, broken, or not the one described."""


@dataclass(frozen=True)
class Answer:
    """The network's answer to one photo.

    - `modality`: as the network recognises it; `operating_point` is that of this modality.
    - `context_used`: the items of the context that shifted the probabilities.
    - `probabilities`: of the eight diagnoses, by code. `probability`: of cancer, 0 to 1; `interval`
      is its 95 % interval and `conformal_set` what cannot be ruled out.
    - `lesion_offset`: distance of the lesion from the centre, in half sides. `is_lesion`,
      `is_uncertain` and `is_off_centre` compare it and `lesion_probability` with the limits in the
      description. `is_unfamiliar`: the photo is unlike those that the network was tested on.
    - `activation_map`: (h, w), see `cancer_activation_map`.
    """

    modality: Modality
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
    is_uncertain: bool
    is_off_centre: bool
    is_unfamiliar: bool
    activation_map: NDArray[np.float32] = field(compare=False, repr=False)


def cancer_activation_map(
    maps: NDArray[np.float32], probabilities: Floats, calibration: Calibration
) -> NDArray[np.float32]:
    """Return the contribution of each cell to the log-odds of cancer, shape (h, w).

    From activation maps (h, w, 8 or more) and probabilities (8,): the probability-weighted mean map
    of the malignant diagnoses less that of the others.
    """
    # A single class activation map (Zhou et al. 2016) also lights up where every diagnosis does,
    # which cancels out in the softmax.
    signs = np.full(len(CODES), -1.0)
    signs[list(MALIGNANT_INDICES)] = 1.0
    totals = np.where(signs > 0, probabilities[signs > 0].sum(), probabilities[signs < 0].sum())
    weights = signs * probabilities / np.maximum(totals, 1e-12)
    evidence = maps[..., : len(CODES)].astype(np.float64) @ weights / calibration.temperature
    return np.asarray(evidence, dtype=np.float32)


class Network:
    """A network whose file was checked against its description. Thread-safe."""

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
        """Load the network in `file`, to be run by `engine` ("litert" or "keras").

        Raises NetworkUnavailableError if the file or its description (same name, `.json`) is
        missing or broken, or if the two do not belong together.
        """
        try:
            digest = sha256(file.read_bytes())
        except OSError as error:
            raise NetworkUnavailableError(f"There is no network file {file.name}.") from error
        description = read_description(file.with_suffix(".json"))
        if description.sha256.get(engine) != digest:
            raise NetworkUnavailableError(
                f"The sha256 of {file.name} is not the one described for engine {engine!r}."
            )
        try:
            return cls(load_engine(engine, file), description, digest)
        except (ImportError, OSError, RuntimeError, TypeError, ValueError) as error:
            raise NetworkUnavailableError(f"{file.name} cannot be read as a network.") from error

    def maps(self, photo: Image.Image) -> NDArray[np.float32]:
        """Return the activation maps (h, w, 10) of a photo; the mean of each is a logit.

        Raises NetworkUnavailableError if the network fails or its output is not finite.
        """
        try:
            maps = self._engine.maps(central_square(photo.convert("RGB"), self.input_size))
        except (RuntimeError, ValueError) as error:
            raise NetworkUnavailableError("The network failed on a photo.") from error
        if maps.ndim != 3 or maps.shape[-1] != OUTPUTS or not np.isfinite(maps).all():
            raise NetworkUnavailableError("The network gave an output that is no answer.")
        return maps

    def answer(self, photo: Image.Image, context: Context = NO_CONTEXT) -> Answer:
        """Return the answer to a photo of any size. Raises NetworkUnavailableError."""
        return self.read(self.maps(photo), context)

    def read(self, maps: NDArray[np.float32], context: Context = NO_CONTEXT) -> Answer:
        """Return the answer that activation maps (h, w, 10) stand for."""
        logits = maps.mean(axis=(0, 1))
        modality = Modality(str(modality_of(logits)))
        calibration = self.calibrations[modality]
        shift = calibration.evidence.shift(context)
        probabilities = calibration.probabilities(logits[:LESION_OUTPUT], shift)
        probability = float(calibration.malignant_probability(probabilities))
        premalignant = float(calibration.premalignant_probability(probabilities))
        is_unfamiliar = calibration.is_unfamiliar(logits[:LESION_OUTPUT])
        lesion, limits = float(sigmoid(logits[LESION_OUTPUT])), self.description.lesion
        offset = lesion_offset(maps)
        return Answer(
            modality=modality,
            context_used=calibration.evidence.used(context),
            probabilities=dict(zip(CODES, probabilities.tolist(), strict=True)),
            probability=probability,
            premalignant_probability=premalignant,
            interval=calibration.interval(probability, is_unfamiliar),
            conformal_set=calibration.conformal_set(probability),
            operating_point=calibration.operating_point,
            status=calibration.status(probability, premalignant),
            lesion_probability=lesion,
            lesion_offset=offset,
            is_lesion=lesion >= limits.refused_below,
            is_uncertain=lesion < limits.doubtful_below,
            is_off_centre=offset > limits.off_centre_beyond[modality],
            is_unfamiliar=is_unfamiliar,
            activation_map=cancer_activation_map(maps, probabilities, calibration),
        )

    def check(self) -> None:
        """Compare the answer to the reference picture with the known one (a self-test).

        Raises NetworkUnavailableError if any logit differs by more than `REFERENCE_TOLERANCE`.
        """
        logits = self.maps(reference_picture()).mean(axis=(0, 1))
        if not np.allclose(logits, self.description.reference, rtol=0, atol=REFERENCE_TOLERANCE):
            raise NetworkUnavailableError("The network does not give its known answer any more.")


def read_description(file: Path) -> Description:
    """Read a description. Raises NetworkUnavailableError if it is missing or broken."""
    try:
        return Description.read(file)
    except OSError as error:
        raise NetworkUnavailableError(f"There is no description {file.name}.") from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise NetworkUnavailableError(f"The description {file.name} is broken.") from error
