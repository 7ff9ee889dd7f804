"""The front door of the network: a photo and its context in, an assessment out."""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass

from PIL import Image

from cnn_model.serving.context import NO_CONTEXT, Context
from cnn_model.serving.network import Answer, Network, NetworkUnavailableError
from cnn_model.serving.outline import (
    Outline,
    OutlineUnavailableError,
    bundled_outline_network,
)
from cnn_model.serving.quality import Quality, check_quality
from cnn_model.serving.region import WHOLE, Region, crop_box, crop_of, region_of
from constants import QualityIssue, RegionSource, Status

__all__ = [
    "Answer",
    "Assessment",
    "Network",
    "NetworkUnavailableError",
    "Outline",
    "Region",
    "assess",
    "check_networks",
]

SMALL_LESION = 0.2
"""Of the shorter side. Smaller lesions are assessed in a crop around them; crops around larger ones
did not improve the answers for validation photos.
"""
CROP_FACTOR = 2.0
"""The side of such a crop, in sides of the lesion: about that of the training photos."""
MIN_CROP_SIDE = 256
"""Pixels. A smaller crop would have to be enlarged, and show no more."""


@dataclass(frozen=True)
class Assessment:
    """What may be reported about one photo.

    - `region`: the square that was assessed, for the reason `source`.
    - `answer` is the network's. `status` is the status to report, which the quality of the photo
      can make more cautious; None if the photo cannot be assessed, for `refusal_reasons`.
    - `outline`: of the lesion in the whole photo, None if none can be outlined.
    """

    answer: Answer
    quality: Quality
    outline: Outline | None = None
    region: Region = WHOLE
    source: RegionSource = RegionSource.CENTRE

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
    named: Region | None = None,
) -> Assessment:
    """Return the assessment of an RGB photo of any size.

    `file_issues` were found when the file was read (`constants.FILE_ISSUES`). `named` is where the
    user says that the lesion is: then only that part counts. Raises NetworkUnavailableError.
    """
    try:
        outline = bundled_outline_network().outline(photo)
    except OutlineUnavailableError as error:
        raise NetworkUnavailableError("The lesion cannot be outlined.") from error
    region, source = region_to_assess(photo, outline, named)
    # Both measure the central square of what they get, so that the whole photo need not be cropped.
    seen = photo if region == WHOLE else crop_of(photo, region)
    answer = network.answer(seen, context)
    # A user who points at a lesion sees one.
    is_found = outline is not None or named is not None
    quality = check_quality(seen, answer, file_issues, is_found)
    return Assessment(answer, quality, outline, region, source)


def region_to_assess(
    photo: Image.Image, outline: Outline | None, named: Region | None
) -> tuple[Region, RegionSource]:
    """Return the square of a photo that the network sees, and why."""
    if named:
        return _inside(photo, named), RegionSource.UPLOAD
    if outline and outline.region.size < SMALL_LESION:
        least = min(MIN_CROP_SIDE / min(photo.size), 1.0)
        size = max(CROP_FACTOR * outline.region.size, least)
        around = dataclasses.replace(outline.region, size=size)
        return _inside(photo, around), RegionSource.OUTLINE
    return WHOLE, RegionSource.CENTRE


def _inside(photo: Image.Image, region: Region) -> Region:
    """Return the region shifted into the photo."""
    return region_of(crop_box(*photo.size, region), *photo.size)


def check_networks(network: Network) -> None:
    """Compare the answers to the reference picture with the known ones (a self-test).

    Those of the network and of the outline network, which every assessment needs too. Raises
    NetworkUnavailableError.
    """
    network.check()
    try:
        bundled_outline_network().check()
    except OutlineUnavailableError as error:
        raise NetworkUnavailableError(str(error)) from error
