"""The front door of the network: a photo and its context in, an assessment out."""

from collections.abc import Iterable
from dataclasses import dataclass

from PIL import Image

from cnn_model.serving.context import NO_CONTEXT, Context
from cnn_model.serving.network import Answer, Network, NetworkUnavailableError
from cnn_model.serving.quality import Quality, check_quality
from constants import QualityIssue, Status

__all__ = ["Answer", "Assessment", "Network", "NetworkUnavailableError", "assess"]


@dataclass(frozen=True)
class Assessment:
    """What may be reported about one photo.

    `answer` is the network's. `status` is the status to report, which the quality of the photo can
    make more cautious; None if the photo cannot be assessed, for `refusal_reasons`.
    """

    answer: Answer
    quality: Quality

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
) -> Assessment:
    """Return the assessment of an RGB photo of any size.

    `file_issues` were found when the file was read (`constants.FILE_ISSUES`). Raises
    NetworkUnavailableError.
    """
    answer = network.answer(photo, context)
    return Assessment(answer, check_quality(photo, answer, file_issues))
