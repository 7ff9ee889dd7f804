"""Image quality control: whether a photo can be assessed, and what makes its answer uncertain."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from PIL import Image

from cnn_model.serving.measures import SIDE, measure
from cnn_model.serving.network import Answer
from cnn_model.serving.preprocess import central_square
from cnn_model.serving.skin_tone import angle_of
from constants import Modality, QualityIssue, Status

# All limits were chosen on the training and validation folds; docs/quality-control.md has what they
# do on the test fold. The limits of the lesion output belong to each network's description.
DARK, TOO_DARK = 80.0, 40.0
GLARE, TOO_MUCH_GLARE = 0.01, 0.4
BLURRED, TOO_BLURRED = {Modality.CLINICAL: 0.30, Modality.DERMOSCOPIC: 0.18}, 0.06
LOW_CONTRAST, NO_CONTRAST = 9.0, 2.0
COLOURLESS = 0.03
SMALL = 0.045
OFF_CENTRE = {Modality.CLINICAL: 0.83, Modality.DERMOSCOPIC: 0.58}
COMPRESSED = 1.0
INCOMPLETE, DISPLACED = 0.1, 0.75
SCREEN, SCREEN_EDGES = 0.2, 0.025
# Degrees of the individual typology angle: few training photos show darker skin.
UNTRIED_TONE = 0.0


@dataclass(frozen=True)
class Quality:
    """The quality of one photo.

    `measured` has the values of the measures by name. `issues` make the answer uncertain: a photo
    with any of them is never reported as benign. `refusal_reasons` are why it cannot be assessed.
    """

    measured: Mapping[str, float]
    issues: tuple[QualityIssue, ...] = ()
    refusal_reasons: tuple[QualityIssue, ...] = ()

    def cautious(self, status: Status) -> Status:
        """Return the status that may be reported instead of the network's."""
        return Status.UNCLEAR if self.issues and status is Status.BENIGN else status


def check_quality(
    photo: Image.Image,
    answer: Answer,
    file_issues: Iterable[QualityIssue] = (),
    is_found: bool = True,
) -> Quality:
    """Return the quality of an RGB photo, from its pixels and from the network's answer.

    `file_issues` were found when the file was read (`constants.FILE_ISSUES`). `is_found`: whether a
    lesion could be outlined.
    """
    square = central_square(photo, SIDE)
    measured = {
        **measure(photo, square),
        "individual_typology_angle": round(angle_of(square), 1),
        "lesion_probability": round(answer.lesion_probability, 4),
        "lesion_offset": round(answer.lesion_offset, 4),
    }
    return Quality(
        measured,
        issues=(*file_issues, *_found(issue_checks(measured, answer, is_found))),
        refusal_reasons=_found(refusal_checks(measured, answer, is_found)),
    )


def refusal_checks(
    measured: Mapping[str, float], answer: Answer, is_found: bool = True
) -> dict[QualityIssue, bool]:
    """Return what can make a photo impossible to assess, and whether it does."""
    # Two networks, trained for different tasks, see no lesion.
    is_absent = answer.is_uncertain and not is_found
    is_flat = measured["border_contrast"] < NO_CONTRAST
    is_page = measured["uniform_fraction"] > SCREEN and measured["edge_fraction"] > SCREEN_EDGES
    return {
        QualityIssue.SCREENSHOT: is_page,
        QualityIssue.NO_LESION_IN_VIEW: not answer.is_lesion or is_absent or is_flat,
        QualityIssue.DARK: measured["brightness"] < TOO_DARK,
        QualityIssue.GLARE: measured["glare_fraction"] > TOO_MUCH_GLARE,
        QualityIssue.BLURRED: measured["sharpness"] < TOO_BLURRED,
    }


def issue_checks(
    measured: Mapping[str, float], answer: Answer, is_found: bool = True
) -> dict[QualityIssue, bool]:
    """Return what can make an answer uncertain, and whether it does."""
    is_displaced = measured["contrast_offset"] > OFF_CENTRE[answer.modality]
    is_banded = measured["flat_band_fraction"] > INCOMPLETE
    return {
        QualityIssue.NO_LESION_IN_VIEW: answer.is_uncertain or not is_found,
        QualityIssue.LESION_SMALL: measured["lesion_area_fraction"] < SMALL,
        QualityIssue.LESION_CUT_OFF: answer.is_off_centre or is_displaced,
        QualityIssue.UNFAMILIAR: answer.is_unfamiliar,
        QualityIssue.SKIN_TONE_UNTRIED: measured["individual_typology_angle"] < UNTRIED_TONE,
        QualityIssue.DARK: measured["brightness"] < DARK,
        QualityIssue.GLARE: measured["glare_fraction"] > GLARE,
        QualityIssue.LOW_CONTRAST: measured["border_contrast"] < LOW_CONTRAST,
        QualityIssue.NO_COLOUR: measured["saturation"] < COLOURLESS,
        QualityIssue.BLURRED: measured["sharpness"] < BLURRED[answer.modality],
        QualityIssue.COMPRESSED: measured["blockiness"] > COMPRESSED,
        QualityIssue.INCOMPLETE: is_banded or measured["seam_contrast"] > DISPLACED,
    }


def _found(checks: Mapping[QualityIssue, bool]) -> tuple[QualityIssue, ...]:
    return tuple(issue for issue, is_found in checks.items() if is_found)
