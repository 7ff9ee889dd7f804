"""Where the lesion is in the whole photo: the outline network, and how its output is read."""

import base64
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnn_model.serving.calibration import sigmoid
from cnn_model.serving.description import BUNDLED, sha256
from cnn_model.serving.engines import Engine, LiteRTEngine
from cnn_model.serving.reference import reference_picture
from cnn_model.serving.region import PixelBox, Region, region_of
from utils.errors import ServiceError

NAME = "lesion_outline"
"""The name of the network and of its files."""
OUTLINE_SIDE = 64
"""Cells of a mask in each direction."""
PADDING = (128, 128, 128)
REFERENCE_TOLERANCE = 1e-3
# Half the width of the window over which cells are averaged to find the middle of a lesion.
SMOOTHING = 2
CENTRAL_WEIGHT = 0.25

Mask = NDArray[np.bool_]
Floats = NDArray[np.float32]


class OutlineUnavailableError(ServiceError):
    """No outline network may answer: a file is missing, broken, or not the one described."""


@dataclass(frozen=True)
class OutlineLimits:
    """Limits chosen on validation photos.

    A cell of at least the probability `cell` is lesion. `confidence` is the least mean probability
    of the cells of a lesion, `cells` their least number. Raises ValueError if out of range.
    """

    cell: float
    confidence: float
    cells: int

    def __post_init__(self) -> None:
        if not (0 < self.cell < 1 and 0 <= self.confidence <= 1 and self.cells >= 1):
            raise ValueError("The limits of the outline are out of range.")


@dataclass(frozen=True)
class OutlineDescription:
    """What stands beside the network file: version, digest, limits and origin.

    `reference` is the logit of each quarter of the reference picture, row by row, (4,).
    """

    name: str
    version: str
    created: str
    input_size: int
    sha256: str
    limits: OutlineLimits
    reference: tuple[float, ...]
    training: Mapping[str, Any]
    validation: Mapping[str, Any]

    def __post_init__(self) -> None:
        if len(self.reference) != 4 or not all(map(math.isfinite, self.reference)):
            raise ValueError("The reference answer is not four finite numbers.")

    @classmethod
    def read(cls, file: Path) -> "OutlineDescription":
        """Read the file. Raises OSError, KeyError, TypeError or ValueError."""
        values = json.loads(file.read_text())
        return cls(
            name=str(values["name"]),
            version=str(values["version"]),
            created=str(values["created"]),
            input_size=int(values["input_size"]),
            sha256=str(values["sha256"]),
            limits=OutlineLimits(**values["limits"]),
            reference=tuple(float(value) for value in values["reference"]),
            training=dict(values["training"]),
            validation=dict(values["validation"]),
        )

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self), indent=2, allow_nan=False) + "\n")


@dataclass(frozen=True)
class Outline:
    """The outline of one lesion.

    - `mask`: (64, 64), whether each cell of the whole photo, stretched to a square, is lesion.
    - `region`: the smallest square around it. `confidence`: mean probability of its cells, 0 to 1.
    """

    mask: Mask
    region: Region
    confidence: float

    @property
    def area_fraction(self) -> float:
        """Return the fraction of the photo that is lesion."""
        return float(self.mask.mean())

    @property
    def packed(self) -> str:
        """Return the mask in base64: a bit for each cell, row by row, the first the highest."""
        return base64.b64encode(np.packbits(self.mask).tobytes()).decode()


class OutlineNetwork:
    """An outline network whose file was checked against its description. Thread-safe."""

    def __init__(self, engine: Engine, description: OutlineDescription) -> None:
        self._engine = engine
        self.description = description
        self.version = description.version

    @classmethod
    def load(cls, file: Path = BUNDLED / f"{NAME}.tflite") -> "OutlineNetwork":
        """Load the network in `file`, described by the file of the same name with `.json`.

        Raises OutlineUnavailableError.
        """
        try:
            content = file.read_bytes()
            description = OutlineDescription.read(file.with_suffix(".json"))
            engine = LiteRTEngine(content)
        except (AttributeError, KeyError, OSError, RuntimeError, TypeError, ValueError) as error:
            raise OutlineUnavailableError(f"{file.name} cannot be read as a network.") from error
        if description.sha256 != sha256(content):
            raise OutlineUnavailableError(f"The sha256 of {file.name} is not the one described.")
        return cls(engine, description)

    def logits(self, photo: Image.Image) -> Floats:
        """Return the logit of each cell of the letterboxed photo, (64, 64).

        Raises OutlineUnavailableError if the network fails or its output is not finite.
        """
        try:
            logits = self._engine.maps(letterboxed(photo, self.description.input_size))[..., 0]
        except (IndexError, RuntimeError, ValueError) as error:
            raise OutlineUnavailableError("The outline network failed on a photo.") from error
        if logits.shape != (OUTLINE_SIDE, OUTLINE_SIDE) or not np.isfinite(logits).all():
            raise OutlineUnavailableError("The outline network gave an output that is no mask.")
        return logits

    def outline(self, photo: Image.Image) -> Outline | None:
        """Return the outline of the lesion in an RGB photo of any size, None if there is none.

        Raises OutlineUnavailableError.
        """
        return read_outline(self.logits(photo), photo.size, self.description.limits)

    def check(self) -> None:
        """Compare the answer to the reference picture with the known one (a self-test).

        Raises OutlineUnavailableError.
        """
        found = quarters(self.logits(reference_picture()))
        if not np.allclose(found, self.description.reference, rtol=0, atol=REFERENCE_TOLERANCE):
            raise OutlineUnavailableError("The outline network gives another answer than before.")


@cache
def bundled_outline_network() -> OutlineNetwork:
    """Return the network that lies beside this package, after its self-test.

    Raises OutlineUnavailableError.
    """
    network = OutlineNetwork.load()
    network.check()
    return network


def letterboxed(photo: Image.Image, size: int) -> NDArray[np.uint8]:
    """Return the whole photo, padded to a square with grey, as an array (size, size, 3)."""
    left, top, right, bottom = (round(edge) for edge in frame(photo.size, size))
    shape = max(right - left, 1), max(bottom - top, 1)
    # Halving in whole steps first costs a third of the time and changes next to nothing.
    small = photo.resize(shape, Image.Resampling.BILINEAR, reducing_gap=2.0)
    if shape == (size, size):
        return np.asarray(small)
    square = Image.new("RGB", (size, size), PADDING)
    square.paste(small, (left, top))
    return np.asarray(square)


def frame(photo_size: tuple[int, int], side: int) -> PixelBox:
    """Return left, top, right and bottom of a photo that is letterboxed in a square."""
    width, height = (length * side / max(photo_size) for length in photo_size)
    left, top = (side - width) / 2, (side - height) / 2
    return left, top, left + width, top + height


def quarters(logits: Floats) -> tuple[float, ...]:
    """Return the mean logit of each quarter of a photo, (4,), from logits (64, 64)."""
    half = OUTLINE_SIDE // 2
    return tuple(logits.reshape(2, half, 2, half).mean(axis=(1, 3)).ravel().tolist())


def read_outline(
    logits: Floats, photo_size: tuple[int, int], limits: OutlineLimits
) -> Outline | None:
    """Return the outline that logits (64, 64) of a letterboxed photo stand for, or None."""
    probabilities = sigmoid(logits)
    cells = connected(probabilities >= limits.cell, middle(probabilities))
    confidence = float(probabilities[cells].mean()) if cells.any() else 0.0
    if cells.sum() < limits.cells or confidence < limits.confidence:
        return None
    edges = frame(photo_size, OUTLINE_SIDE)
    scale = max(photo_size) / OUTLINE_SIDE
    rows, columns = (np.flatnonzero(cells.any(axis=axis)) for axis in (1, 0))
    box = (
        (columns[0] - edges[0]) * scale,
        (rows[0] - edges[1]) * scale,
        (columns[-1] + 1 - edges[0]) * scale,
        (rows[-1] + 1 - edges[1]) * scale,
    )
    return Outline(_of_photo(cells, edges), region_of(box, *photo_size), confidence)


def middle(probabilities: NDArray[Any]) -> tuple[int, int]:
    """Return row and column of the likeliest place of a lesion, the more central of like ones."""
    side = 2 * SMOOTHING + 1
    padded = np.pad(probabilities, SMOOTHING)
    for axis in (0, 1):
        padded = np.lib.stride_tricks.sliding_window_view(padded, side, axis=axis).mean(axis=-1)
    position = np.linspace(-1, 1, OUTLINE_SIDE)
    distance = np.hypot(position[:, None], position[None, :])
    row, column = divmod(int(np.argmax(padded * (1 - CENTRAL_WEIGHT * distance))), OUTLINE_SIDE)
    return row, column


def connected(mask: Mask, seed: tuple[int, int]) -> Mask:
    """Return the cells of a mask (64, 64) that hang together with the cells around `seed`."""
    found = np.zeros_like(mask)
    row, column = seed
    near = np.s_[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
    found[near] = mask[near]
    count = 0
    while count < (count := int(found.sum())):
        found[1:] |= found[:-1]
        found[:-1] |= found[1:]
        found[:, 1:] |= found[:, :-1]
        found[:, :-1] |= found[:, 1:]
        found &= mask
    return found


def _of_photo(cells: Mask, edges: PixelBox) -> Mask:
    """Return a mask of the whole photo (64, 64) from one of the letterboxed photo."""
    image = Image.fromarray(cells.astype(np.uint8) * 255)
    shape = (OUTLINE_SIDE, OUTLINE_SIDE)
    return np.asarray(image.resize(shape, Image.Resampling.BILINEAR, box=edges)) > 127
