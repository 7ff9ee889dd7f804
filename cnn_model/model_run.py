"""The front door: a photo and what was told of it go in, an assessment comes out."""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from cnn_model.serving.context import NOTHING_TOLD, Context
from cnn_model.serving.network import Answer, Network, NetworkUnavailableError
from cnn_model.serving.quality import Quality, assess_quality
from constants import Status

__all__ = ["Answer", "Assessment", "Network", "NetworkUnavailableError", "assess"]


@dataclass(frozen=True)
class Assessment:
    """What the service says of one photo: the answer of the network, and the quality of the photo,
    which can make the status more cautious or refuse any.
    """

    answer: Answer
    quality: Quality

    @property
    def status(self) -> Status | None:
        """The status; None where the photo cannot be assessed."""
        return None if self.quality.reasons else self.quality.cautious(self.answer.status)


def assess(
    network: Network,
    photo: Image.Image,
    context: Context = NOTHING_TOLD,
    file_issues: Sequence[str] = (),
) -> Assessment:
    """Return the assessment of an RGB photo of any size.

    `file_issues` are those found when the file was read (`utils.photo.READING_ISSUES`). Raises
    NetworkUnavailableError.
    """
    answer = network.answer(photo, context)
    return Assessment(answer, assess_quality(photo, answer, file_issues))
