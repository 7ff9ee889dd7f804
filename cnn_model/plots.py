"""The evaluation in one picture: ROC curves, reliability, confusion."""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from cnn_model.calibration import CODES
from cnn_model.judge import Judged
from cnn_model.metrics import roc_auc, roc_curve, wilson_interval

RELIABILITY_BINS = 10


def draw_evaluation(photos: list[Judged], file: Path) -> None:
    """Saves a PNG with ROC and reliability of all kinds, and one confusion matrix a kind."""
    # Without pyplot there is no window system to choose and nothing to close.
    figure = Figure(figsize=(11, 10), layout="constrained")
    axes = figure.subplots(2, 2)
    _draw_roc(axes[0, 0], photos)
    _draw_reliability(axes[0, 1], photos)
    for axis, kind in zip(axes[1], photos, strict=True):
        _draw_confusion(axis, kind)
    figure.savefig(file, dpi=110)


def _draw_roc(axis: Any, photos: list[Judged]) -> None:
    for kind in photos:
        label = f"{kind.kind}, AUC {roc_auc(kind.cancer, kind.probability):.3f}"
        axis.plot(*roc_curve(kind.cancer, kind.probability), label=label)
    axis.plot([0, 1], [0, 1], color="grey", linestyle=":")
    axis.set(
        title="Cancer against the rest",
        xlabel="1 - specificity",
        ylabel="Sensitivity",
        aspect="equal",
    )
    axis.legend(loc="lower right")


def _draw_reliability(axis: Any, photos: list[Judged]) -> None:
    for kind in photos:
        places = np.minimum((kind.probability * RELIABILITY_BINS).astype(int), RELIABILITY_BINS - 1)
        used = np.unique(places)
        members = [places == place for place in used]
        means = np.array([kind.probability[m].mean() for m in members])
        shares = np.array([kind.cancer[m].mean() for m in members])
        intervals = [wilson_interval(int(kind.cancer[m].sum()), int(m.sum())) for m in members]
        bars = np.abs(np.array(intervals).T - shares)
        axis.errorbar(means, shares, yerr=bars, marker="o", capsize=3, label=kind.kind)
    axis.plot([0, 1], [0, 1], color="grey", linestyle=":")
    axis.set(
        title="Reliability (95 % Wilson intervals)",
        xlabel="Probability of cancer",
        ylabel="Share of cancers",
        aspect="equal",
    )
    axis.legend(loc="upper left")


def _draw_confusion(axis: Any, photos: Judged) -> None:
    truth, predicted = photos.classes()
    counts = np.zeros((len(CODES), len(CODES)))
    np.add.at(counts, (truth, predicted), 1)
    rows = np.flatnonzero(counts.sum(axis=1))
    shares = counts[rows] / counts[rows].sum(axis=1, keepdims=True)
    axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axis.set_xticks(range(len(CODES)), CODES)
    axis.set_yticks(range(len(rows)), [CODES[row] for row in rows])
    axis.set(title=f"Confusion, {photos.kind}", xlabel="Likeliest diagnosis", ylabel="Diagnosis")
    for (row, column), share in np.ndenumerate(shares):
        colour = "white" if share > 0.5 else "black"
        count = int(counts[rows[row], column])
        axis.text(column, row, count, ha="center", va="center", color=colour)
