"""Whether a photo can be assessed, and what stands against it, by name."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from PIL import Image

from cnn_model.serving.measures import measure
from cnn_model.serving.network import Answer
from cnn_model.serving.skin_tone import typology_angle
from constants import DERMOSCOPY, SMARTPHONE, Status
from utils.advice import how_to_retake

# All limits were chosen on the training and validation folds; docs/gate.md tells what they do.
# Those for what the network sees are in its description: each network has its own.
DARK, TOO_DARK = 80.0, 40.0
GLARE, TOO_MUCH_GLARE = 0.01, 0.4
BLURRED, TOO_BLURRED = {SMARTPHONE: 0.30, DERMOSCOPY: 0.18}, 0.06
LOW_CONTRAST, NO_CONTRAST = 9.0, 2.0
COLOURLESS = 0.03
SMALL = 0.045
OFF_CENTRE = {SMARTPHONE: 0.83, DERMOSCOPY: 0.58}
COMPRESSED = 1.0
INCOMPLETE, DISPLACED = 0.1, 0.75
SCREEN, SCREEN_EDGES = 0.2, 0.025
UNTRIED_TONE = 0.0
"""Individual typology angle, in degrees: few photos that the network learned from are darker."""


@dataclass(frozen=True)
class Quality:
    """`reasons` name why the photo cannot be assessed; `warnings` what makes the answer doubtful:
    a photo with any of them never comes out benign.
    """

    measured: dict[str, float]
    warnings: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    @property
    def refusal(self) -> str | None:
        """What is wrong and how to retake the photo, where it cannot be assessed."""
        return how_to_retake(self.reasons) if self.reasons else None

    def cautious(self, status: Status) -> Status:
        """What may be said instead of `status`."""
        return Status.UNCLEAR if self.warnings and status is Status.BENIGN else status


def assess_quality(photo: Image.Image, answer: Answer, reading: Sequence[str] = ()) -> Quality:
    """Judge an RGB photo by its pixels (`measure`), by what the network saw, and by what stood
    against its file when it was read (`utils.photo.READING_ISSUES`).
    """
    measured = measure(photo)
    measured["skin_tone"] = round(typology_angle(photo), 1)
    measured["lesion_probability"] = round(answer.lesion_probability, 4)
    measured["lesion_offset"] = round(answer.lesion_offset, 4)
    warnings = [*reading, *_holding(_doubts(measured, answer))]
    return Quality(measured, warnings, _holding(_refusals(measured, answer)))


def _refusals(measured: dict[str, float], answer: Answer) -> dict[str, bool]:
    return {
        "screenshot": measured["uniform"] > SCREEN and measured["edges"] > SCREEN_EDGES,
        "no_lesion_in_view": not answer.is_lesion or measured["contrast"] < NO_CONTRAST,
        "dark": measured["brightness"] < TOO_DARK,
        "glare": measured["glare"] > TOO_MUCH_GLARE,
        "blurred": measured["sharpness"] < TOO_BLURRED,
    }


def _doubts(measured: dict[str, float], answer: Answer) -> dict[str, bool]:
    return {
        "no_lesion_in_view": answer.is_doubtful,
        "lesion_small": measured["lesion_area"] < SMALL,
        "lesion_cut_off": answer.is_off_centre or measured["offset"] > OFF_CENTRE[answer.kind],
        "skin_tone_untried": measured["skin_tone"] < UNTRIED_TONE,
        "dark": measured["brightness"] < DARK,
        "glare": measured["glare"] > GLARE,
        "low_contrast": measured["contrast"] < LOW_CONTRAST,
        "no_colour": measured["colour"] < COLOURLESS,
        "blurred": measured["sharpness"] < BLURRED[answer.kind],
        "compressed": measured["blockiness"] > COMPRESSED,
        "incomplete": measured["flat_band"] > INCOMPLETE or measured["seam"] > DISPLACED,
    }


def _holding(found: dict[str, bool]) -> list[str]:
    return [name for name, holds in found.items() if holds]
