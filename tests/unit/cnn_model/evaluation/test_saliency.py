"""Deletion and insertion curves, on a network of which we know where it looks."""

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
    """A network that looks at nothing but the first row."""
    return float(pixels[0].mean()) / 255


def test_the_score_falls_as_soon_as_what_counts_is_gone() -> None:
    places = np.arange(16)
    sooner = saliency.curve(first_row, WHITE, BLACK, places, steps=4)
    later = saliency.curve(first_row, WHITE, BLACK, places[::-1], steps=4)
    assert sooner.tolist() == [1, 0, 0, 0, 0]
    assert later.tolist() == [1, 1, 1, 1, 0]
    assert saliency.area(sooner) == pytest.approx(1 / 8)
    assert saliency.area(later) == pytest.approx(7 / 8)


def test_a_curve_leaves_the_photo_as_it_was() -> None:
    photo = WHITE.copy()
    saliency.curve(first_row, photo, BLACK, np.arange(16), steps=4)
    assert (photo == 255).all()


def test_the_most_important_place_comes_first() -> None:
    assert saliency.descending(np.array([[0.1, 0.9], [0.5, 0.2]])).tolist() == [1, 2, 3, 0]


def test_the_middle_of_the_photo_counts_most_in_the_centred_map() -> None:
    centred = saliency.centred(9)
    assert centred.argmax() == 40
    assert np.allclose(centred, centred[::-1, ::-1])


def test_only_flagged_cancers_are_explained() -> None:
    codes = ["MEL", "MEL", "NV", "BCC"]
    answers = collect(
        [example(code, number) for number, code in enumerate(codes)],
        [answer(0.9, s) for s in (Status.MALIGNANT, Status.BENIGN, Status.UNCLEAR, Status.UNCLEAR)],
    )
    assert saliency.chosen_photos(answers, 9).tolist() == [0, 3]
    assert len(saliency.chosen_photos(answers, 1)) == 1


def test_an_honest_map_does_better_than_chance_and_than_the_middle(tmp_path: Path) -> None:
    """Dark spots in a corner are what the toy network goes by, and its map says so."""
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
    figures = saliency.estimate_saliency(curves)
    for mode in (DELETION, INSERTION):
        assert set(figures[mode]) >= {MAP, RANDOM, CENTRE}
        for other in (RANDOM, CENTRE):
            assert figures[mode][f"gain over {other}"].low > 0


def test_without_cancers_there_is_nothing_to_explain() -> None:
    answers = collect([example("NV")], [answer(0.1)])
    assert saliency.measure_saliency(toy_network(), [example("NV")], answers, count=9) is None
