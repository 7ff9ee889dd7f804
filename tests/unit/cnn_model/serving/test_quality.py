"""What can be assessed, what is doubtful and what is refused, whatever network answers."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from cnn_model.data.synthetic import document, jpeg, skin_photo
from cnn_model.evaluation import corruptions
from cnn_model.serving.measures import blockiness, centroid_offset
from cnn_model.serving.quality import Quality, check_quality
from cnn_model.serving.skin_tone import darkened
from constants import Modality, Status
from tests.answers import ANSWER
from utils.photo import normalise

PHOTO = skin_photo()
PALE = PHOTO.point(lambda value: 100 + value // 5)


def ended(photo: Image.Image, share: float) -> Image.Image:
    """Grey from there on, and saved again."""
    pixels = np.array(photo)
    pixels[int(share * len(pixels)) :] = 128
    return Image.open(io.BytesIO(jpeg(Image.fromarray(pixels)))).convert("RGB")


def repeated(photo: Image.Image, share: float) -> Image.Image:
    pixels = np.array(photo)
    last = int(share * len(pixels))
    pixels[last:] = pixels[last]
    return Image.fromarray(pixels)


def displaced(photo: Image.Image, share: float) -> Image.Image:
    """In other colours from there on."""
    pixels = np.array(photo)
    pixels[int(share * len(pixels)) :] //= 2
    return Image.fromarray(pixels)


def test_a_good_photo_has_nothing_against_it() -> None:
    quality = check_quality(PHOTO, ANSWER)
    assert (quality.issues, quality.refusal_reasons) == ((), ())
    assert quality.cautious(Status.BENIGN) is Status.BENIGN


@pytest.mark.parametrize(
    ("photo", "reason"),
    [
        pytest.param(corruptions.underexposed(PHOTO, 6), "dark", id="dark"),
        pytest.param(corruptions.with_glare(PHOTO, 60), "glare", id="glare"),
        pytest.param(corruptions.blurred(PHOTO, 4), "blurred", id="blurred"),
        pytest.param(document(), "screenshot", id="document"),
        pytest.param(corruptions.on_a_page(PHOTO, 50), "screenshot", id="photo on a page"),
        pytest.param(
            Image.new("RGB", (300, 300), (200, 160, 140)), "no_lesion_in_view", id="blank"
        ),
    ],
)
def test_refuses_what_cannot_be_assessed(photo: Image.Image, reason: str) -> None:
    assert reason in check_quality(photo, ANSWER).refusal_reasons


@pytest.mark.parametrize(
    ("photo", "warning"),
    [
        pytest.param(corruptions.underexposed(PHOTO, 3.5), "dark", id="dark"),
        pytest.param(corruptions.with_glare(PHOTO, 15), "glare", id="glare"),
        pytest.param(PALE, "low_contrast", id="pale"),
        pytest.param(PHOTO.convert("L").convert("RGB"), "no_colour", id="grey"),
        pytest.param(corruptions.blurred(PHOTO, 0.8), "blurred", id="blurred"),
        pytest.param(corruptions.small(PHOTO, 15), "lesion_small", id="small"),
        pytest.param(corruptions.compressed(PHOTO, 10), "compressed", id="compressed"),
        pytest.param(ended(PHOTO, 0.8), "incomplete", id="ended"),
        pytest.param(ended(PHOTO, 0.8).rotate(90), "incomplete", id="ended, turned"),
        pytest.param(repeated(PHOTO, 0.8), "incomplete", id="repeated"),
        pytest.param(displaced(PHOTO, 0.7), "incomplete", id="displaced"),
    ],
)
def test_a_doubtful_photo_is_assessed_and_never_benign(photo: Image.Image, warning: str) -> None:
    quality = check_quality(photo, ANSWER)
    assert quality.refusal_reasons == ()
    assert warning in quality.issues
    assert quality.cautious(Status.BENIGN) is Status.UNCLEAR
    assert quality.cautious(Status.MALIGNANT) is Status.MALIGNANT


def test_refuses_what_the_network_takes_for_no_lesion() -> None:
    answer = replace(ANSWER, lesion_probability=0.05, is_lesion=False, is_uncertain=True)
    assert check_quality(PHOTO, answer).refusal_reasons == ("no_lesion_in_view",)


def test_doubts_what_the_network_hardly_takes_for_a_lesion() -> None:
    quality = check_quality(PHOTO, replace(ANSWER, lesion_probability=0.5, is_uncertain=True))
    assert (quality.refusal_reasons, quality.issues) == ((), ("no_lesion_in_view",))


def test_doubts_a_dermoscopic_lesion_that_stands_out_at_the_edge() -> None:
    quality = check_quality(
        corruptions.cut_off(PHOTO, 50), replace(ANSWER, modality=Modality.DERMOSCOPIC)
    )
    assert quality.issues == ("lesion_cut_off",)


def test_doubts_a_lesion_that_the_network_sees_at_the_edge() -> None:
    quality = check_quality(PHOTO, replace(ANSWER, lesion_offset=0.6, is_off_centre=True))
    assert (quality.refusal_reasons, quality.issues) == ((), ("lesion_cut_off",))


@pytest.mark.parametrize(
    ("place", "expected"),
    [((4, 4), 0.0), ((4, 8), 8 / 9), ((0, 0), 8 / 9 * 2**0.5), (None, 0.0)],
    ids=["middle", "edge", "corner", "nowhere"],
)
def test_tells_how_far_from_the_middle_something_is(
    place: tuple[int, int] | None, expected: float
) -> None:
    weights = np.zeros((9, 9))
    if place:
        weights[place] = 3.0
    assert centroid_offset(weights) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("melanin", "issues"),
    [(1.0, ()), (2.0, ("skin_tone_untried",)), (3.0, ("skin_tone_untried",))],
)
def test_darker_skin_is_not_taken_for_a_dark_photo(melanin: float, issues: tuple[str, ...]) -> None:
    quality = check_quality(darkened(PHOTO, melanin), ANSWER)
    assert (quality.issues, quality.refusal_reasons) == (issues, ())


@pytest.mark.parametrize("size", [(320, 320), (1200, 900), (900, 1200)])
def test_the_size_of_an_upload_does_not_matter(size: tuple[int, int]) -> None:
    quality = check_quality(normalise(jpeg(skin_photo(size))).image, ANSWER)
    assert (quality.issues, quality.refusal_reasons) == ((), ())


def test_a_quality_without_doubts_changes_no_status() -> None:
    assert [Quality({}).cautious(status) for status in Status] == list(Status)


@pytest.mark.parametrize("size", [(1, 2048), (10, 2048), (2048, 10)])
def test_a_strip_has_no_blocks(size: tuple[int, int]) -> None:
    """A photo may be a thousand times as long as wide, and is stored at 2048 pixels."""
    assert blockiness(PHOTO.resize(size)) == 0.0
