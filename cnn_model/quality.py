"""Whether a photo can be assessed, and what stands against it."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnn_model.model_run import Answer
from cnn_model.preprocess import central_square

SIDE = 256
# Beyond what 99.5 % of the photos that the network has learned from show.
DARK, BRIGHT = 70.0, 225.0
LOW_CONTRAST, BLANK = 7.0, 3.0
BLURRED = 1.5
COLOURLESS = 5.0
LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)

RETAKE = (
    "Take the photo in daylight, from about ten centimetres, with the lesion sharp and in the "
    "middle."
)


@dataclass(frozen=True)
class Quality:
    """`refusal` says why the photo cannot be assessed, and how to retake it; `warnings` name what
    makes the answer doubtful: a photo with any of them never comes out benign.
    """

    measured: dict[str, float]
    warnings: list[str] = field(default_factory=list)
    refusal: str | None = None


def assess_quality(photo: Image.Image, answer: Answer) -> Quality:
    """Judge an RGB photo by its central square, scaled to 256 pixels.

    Brightness and contrast are the mean and standard deviation of its luma (0 to 255), colour the
    mean range of the three channels, sharpness the standard deviation of the Laplacian
    (Pech-Pacheco et al. 2000).
    """
    square = central_square(photo, SIDE).astype(np.float32)
    luma = square @ LUMA
    measured = {
        "brightness": round(float(luma.mean()), 1),
        "contrast": round(float(luma.std()), 1),
        "colour": round(float(np.ptp(square, axis=2).mean()), 1),
        "sharpness": round(float(_laplacian(luma).std()), 1),
        "lesion_probability": round(answer.lesion_probability, 4),
    }
    if measured["contrast"] < BLANK:
        return Quality(measured, refusal=f"There is nothing to see in this picture. {RETAKE}")
    return Quality(measured, _warnings(measured, answer))


def _warnings(measured: dict[str, float], answer: Answer) -> list[str]:
    found = {
        "no_lesion_in_view": not answer.is_lesion,
        "dark": measured["brightness"] < DARK,
        "bright": measured["brightness"] > BRIGHT,
        "low_contrast": measured["contrast"] < LOW_CONTRAST,
        "no_colour": measured["colour"] < COLOURLESS,
        "blurred": measured["sharpness"] < BLURRED,
    }
    return [name for name, holds in found.items() if holds]


def _laplacian(luma: NDArray[np.float32]) -> NDArray[np.float32]:
    centre = luma[1:-1, 1:-1]
    return 4 * centre - luma[:-2, 1:-1] - luma[2:, 1:-1] - luma[1:-1, :-2] - luma[1:-1, 2:]
