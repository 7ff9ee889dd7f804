"""Deletion and insertion curves, of networks whose important pixels are known."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnn_model.evaluation import saliency
from cnn_model.evaluation.answers import collect
from cnn_model.evaluation.saliency import CENTRE, DELETION, INSERTION, MAP, RANDOM
from constants import Modality, Status
from tests.answers import answer, example
from tests.toy_network import toy_network

WHITE = np.full((4, 4, 3), 255, dtype=np.uint8)
BLACK = np.zeros((4, 4, 3), dtype=np.uint8)


def first_row(pixels: np.ndarray) -> float:
    """Return the score of a network that uses the first row only."""
    return float(pixels[0].mean()) / 255


def test_the_score_falls_when_the_important_pixels_are_removed() -> None:
    indices = np.arange(16)
    sooner = saliency.curve(first_row, WHITE, BLACK, indices, steps=4)
    later = saliency.curve(first_row, WHITE, BLACK, indices[::-1], steps=4)
    assert sooner.tolist() == [1, 0, 0, 0, 0]
    assert later.tolist() == [1, 1, 1, 1, 0]
    assert saliency.area(sooner) == pytest.approx(1 / 8)
    assert saliency.area(later) == pytest.approx(7 / 8)


def test_a_curve_does_not_modify_the_photo() -> None:
    photo = WHITE.copy()
    saliency.curve(first_row, photo, BLACK, np.arange(16), steps=4)
    assert (photo == 255).all()


def test_the_most_important_pixel_comes_first() -> None:
    assert saliency.descending(np.array([[0.1, 0.9], [0.5, 0.2]])).tolist() == [1, 2, 3, 0]


def test_the_centred_map_has_its_maximum_in_the_centre() -> None:
    centred = saliency.centred(9)
    assert centred.argmax() == 40
    assert np.allclose(centred, centred[::-1, ::-1])


def test_only_flagged_cancers_are_sampled() -> None:
    codes = ["MEL", "MEL", "NV", "BCC"]
    answers = collect(
        [example(code, number) for number, code in enumerate(codes)],
        [answer(0.9, s) for s in (Status.MALIGNANT, Status.BENIGN, Status.UNCLEAR, Status.UNCLEAR)],
    )
    assert saliency.sample_photos(answers, 9).tolist() == [0, 3]
    assert len(saliency.sample_photos(answers, 1)) == 1


def test_a_faithful_map_is_better_than_a_random_and_a_centred_map(tmp_path: Path) -> None:
    # The toy network uses darkness, here in a corner, and its map shows it.
    examples = []
    for number in range(6):
        pixels = np.full((64, 64, 3), 200, dtype=np.uint8)
        pixels[:24, :24] = 0
        Image.fromarray(np.rot90(pixels, number)).save(tmp_path / f"{number}.png")
        examples.append(example("MEL", number))
    examples = [
        type(e)(tmp_path / f"{n}.png", Modality.CLINICAL, e.stratum, e.group, e.diagnosis)
        for n, e in enumerate(examples)
    ]
    answers = collect(examples, [answer(0.9, Status.MALIGNANT)] * 6)
    curves = saliency.measure_saliency(toy_network(), examples, answers, count=9)
    assert curves is not None
    estimates = saliency.estimate_saliency(curves)
    for mode in (DELETION, INSERTION):
        assert set(estimates[mode]) >= {MAP, RANDOM, CENTRE}
        for other in (RANDOM, CENTRE):
            assert estimates[mode][f"gain over {other}"].low > 0


def test_without_cancers_there_are_no_curves() -> None:
    answers = collect([example("NV")], [answer(0.1)])
    assert saliency.measure_saliency(toy_network(), [example("NV")], answers, count=9) is None
