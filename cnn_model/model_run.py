"""The front door of the network: a photo and its context in, an assessment out."""

from collections.abc import Iterable
from dataclasses import dataclass

from PIL import Image

from cnn_model.serving.context import NO_CONTEXT, Context
from cnn_model.serving.network import Answer, Network, NetworkUnavailableError
from cnn_model.serving.outline import (
    Outline,
    OutlineUnavailableError,
    bundled_outline_network,
    outline_in,
)
from cnn_model.serving.quality import Quality, check_quality
from cnn_model.serving.region import Region
from constants import QualityIssue, Status

__all__ = [
    "Answer",
    "Assessment",
    "Network",
    "NetworkUnavailableError",
    "Outline",
    "Region",
    "assess",
]


@dataclass(frozen=True)
class Assessment:
    """What may be reported about one photo.

    `answer` is the network's. `status` is the status to report, which the quality of the photo can
    make more cautious; None if the photo cannot be assessed, for `refusal_reasons`. `outline` is
    that of the lesion, None if none can be outlined. `region` is where the lesion is:
    `named_region`, or else that of the outline.
    """

    answer: Answer
    quality: Quality
    outline: Outline | None = None
    named_region: Region | None = None

    @property
    def region(self) -> Region | None:
        return self.named_region or (self.outline.region if self.outline else None)

    @property
    def refusal_reasons(self) -> tuple[QualityIssue, ...]:
        return self.quality.refusal_reasons

    @property
    def status(self) -> Status | None:
        return None if self.refusal_reasons else self.quality.cautious(self.answer.status)


def assess(
    network: Network,
    photo: Image.Image,
    context: Context = NO_CONTEXT,
    file_issues: Iterable[QualityIssue] = (),
    region: Region | None = None,
) -> Assessment:
    """Return the assessment of an RGB photo of any size.

    `file_issues` were found when the file was read (`constants.FILE_ISSUES`). `region` is where the
    user says that the lesion is: then nothing is outlined elsewhere. Raises
    NetworkUnavailableError.
    """
    outline = _outlined(photo, region)
    answer = network.answer(photo, context)
    return Assessment(answer, check_quality(photo, answer, file_issues), outline, region)


def _outlined(photo: Image.Image, region: Region | None) -> Outline | None:
    try:
        outline = bundled_outline_network().outline(photo)
    except OutlineUnavailableError as error:
        raise NetworkUnavailableError("The lesion cannot be outlined.") from error
    return outline_in(outline, photo, region) if region else outline
