"""The worst mistakes, to be looked at. Their photos are patients': they stay in the report."""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cnn_model.data.dataset import Example
from cnn_model.data.images import read_photo
from cnn_model.evaluation.answers import Answers
from cnn_model.serving.calibration import CODES
from cnn_model.serving.preprocess import central_square

COUNT = 12
COLUMNS = 6
SIDE = 192

Places = NDArray[np.int64]


def worst_mistakes(answers: Answers, count: int = COUNT) -> tuple[Places, Places]:
    """The places of the cancers with the lowest probability and of the benign lesions with the
    highest, at most `count` of each, the worst first; photos that were refused do not count.
    """
    missed = np.flatnonzero(answers.assessed & answers.cancer)
    alarmed = np.flatnonzero(answers.assessed & answers.benign)
    missed = missed[np.argsort(answers.probability[missed], kind="stable")]
    alarmed = alarmed[np.argsort(-answers.probability[alarmed], kind="stable")]
    return missed[:count], alarmed[:count]


def draw_mistakes(examples: list[Example], answers: Answers, file: Path) -> None:
    """Saves a contact sheet: cancers with the lowest probability above, benign lesions with the
    highest below.
    """
    titles = ("Cancers with the lowest probability", "Benign lesions with the highest")
    figure = Figure(figsize=(2 * COLUMNS, 10), layout="constrained")
    sheets: Any = figure.subfigures(2, 1)
    for sheet, title, places in zip(sheets, titles, worst_mistakes(answers), strict=True):
        sheet.suptitle(title)
        axes = sheet.subplots(-(-COUNT // COLUMNS), COLUMNS).ravel()
        for axis in axes:
            axis.set_axis_off()
        for axis, place in zip(axes, places, strict=False):
            axis.imshow(central_square(read_photo(examples[place]), SIDE))
            axis.set_title(_caption(examples[place], answers, place), fontsize=7)
    figure.savefig(file, dpi=110)


def _caption(example: Example, answers: Answers, place: int) -> str:
    said = f"{answers.probability[place]:.1%}, {answers.statuses[place]}"
    return f"{CODES[example.diagnosis]}: {said}\n{example.modality}/{example.path.stem}"
