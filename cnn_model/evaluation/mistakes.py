"""A contact sheet of the worst mistakes.

It shows photos of patients, so it stays in the folder of the report.
"""

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

Indices = NDArray[np.int64]


def worst_mistakes(answers: Answers, count: int = COUNT) -> tuple[Indices, Indices]:
    """Return the indices of at most `count` false negatives and false positives, the worst first.

    These are the assessed cancers with the lowest and the assessed benign lesions with the highest
    probability of cancer.
    """
    cancers = np.flatnonzero(answers.assessed & answers.cancer)
    benign = np.flatnonzero(answers.assessed & answers.benign)
    cancers = cancers[np.argsort(answers.probability[cancers], kind="stable")]
    benign = benign[np.argsort(-answers.probability[benign], kind="stable")]
    return cancers[:count], benign[:count]


def draw_mistakes(examples: list[Example], answers: Answers, file: Path) -> None:
    """Save a contact sheet of `worst_mistakes`: cancers above, benign lesions below."""
    titles = ("Cancers with the lowest probability", "Benign lesions with the highest")
    figure = Figure(figsize=(2 * COLUMNS, 10), layout="constrained")
    sheets: Any = figure.subfigures(2, 1)
    for sheet, title, indices in zip(sheets, titles, worst_mistakes(answers), strict=True):
        sheet.suptitle(title)
        axes = sheet.subplots(-(-COUNT // COLUMNS), COLUMNS).ravel()
        for axis in axes:
            axis.set_axis_off()
        for axis, index in zip(axes, indices, strict=False):
            axis.imshow(central_square(read_photo(examples[index]), SIDE))
            axis.set_title(_caption(examples[index], answers, index), fontsize=7)
    figure.savefig(file, dpi=110)


def _caption(example: Example, answers: Answers, index: int) -> str:
    outcome = f"{answers.probability[index]:.1%}, {answers.statuses[index]}"
    return f"{CODES[example.diagnosis]}: {outcome}\n{example.modality}/{example.path.stem}"
