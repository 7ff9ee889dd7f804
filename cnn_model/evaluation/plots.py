"""Plots: ROC curves, reliability, confusion, decision curves, subgroups and saliency."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from cnn_model.evaluation.answers import Answers
from cnn_model.evaluation.metrics import (
    bootstrap_band,
    decision_curve,
    net_benefit,
    roc_auc,
    roc_curve,
    wilson_interval,
)
from cnn_model.evaluation.saliency import MODES, ORDERS, Curves
from cnn_model.evaluation.subgroups import Subgroup
from cnn_model.serving.calibration import CODES, Floats

RELIABILITY_BINS = 10
RATES = np.linspace(0, 1, 101)
THRESHOLDS = np.linspace(0.01, 0.20, 39)

ByModality = Mapping[str, Answers]


def draw_evaluation(modalities: ByModality, file: Path) -> None:
    """Save ROC curves and reliability of all modalities, and a confusion matrix of each, as PNG."""
    figure = _figure(11, 10)
    axes = figure.subplots(2, 2)
    _draw_roc(axes[0, 0], modalities)
    _draw_reliability(axes[0, 1], modalities)
    for axis, (modality, photos) in zip(axes[1], modalities.items(), strict=True):
        _draw_confusion(axis, modality, photos)
    figure.savefig(file, dpi=110)


def draw_plots(modalities: ByModality, folder: Path) -> dict[str, str]:
    """Save one PNG per subject; return the file names by title."""
    drawings: dict[str, tuple[str, Callable[[Figure], None]]] = {
        "ROC curves": ("roc.png", lambda f: _draw_roc(f.subplots(), modalities)),
        "Reliability": ("reliability.png", lambda f: _draw_reliability(f.subplots(), modalities)),
        "Confusion": ("confusion.png", lambda f: _draw_each(f, modalities, _draw_confusion)),
        "Decision curves": ("decisions.png", lambda f: _draw_each(f, modalities, _draw_decisions)),
    }
    for name, draw in drawings.values():
        wide = name in ("confusion.png", "decisions.png")
        figure = _figure(11 if wide else 6, 5)
        draw(figure)
        figure.savefig(folder / name, dpi=110)
    return {title: name for title, (name, _) in drawings.items()}


def draw_subgroups(subgroups: list[Subgroup], file: Path) -> None:
    """Save bars of sensitivity and specificity, with intervals and counts."""
    figure = _figure(11, 1.5 + 0.22 * len(subgroups))
    axes = figure.subplots(1, 2, sharey=True)
    names = [f"{s.modality}, {s.attribute}: {s.value} ({s.photos})" for s in subgroups]
    for axis, title, colour in (
        (axes[0], "Cancers called malignant or unclear", "tab:red"),
        (axes[1], "Benign lesions called benign", "tab:blue"),
    ):
        found = [s.sensitivity if axis is axes[0] else s.specificity for s in subgroups]
        rows = [row for row, item in enumerate(found) if item.count]
        values = np.array([found[row].value for row in rows])
        bounds = np.array([(found[row].low, found[row].high) for row in rows]).reshape(-1, 2)
        axis.barh(rows, values, color=colour, alpha=0.6)
        bars = np.abs(bounds.T - values)
        axis.errorbar(values, rows, xerr=bars, fmt="none", ecolor="black", capsize=2)
        for row in rows:
            axis.text(1.01, row, found[row].count, va="center", fontsize=7)
        axis.set(title=title, xlim=(0, 1))
        axis.margins(y=0.01)
    axes[0].set_yticks(range(len(names)), names, fontsize=7)
    axes[0].invert_yaxis()
    figure.savefig(file, dpi=110)


def draw_saliency(curves: Curves, file: Path) -> None:
    """Save the mean deletion and insertion curves, with bootstrap bands."""
    figure = _figure(11, 5)
    for axis, mode in zip(figure.subplots(1, 2), MODES, strict=True):
        for order in ORDERS:
            values = curves.values[mode][order]
            fractions = np.linspace(0, 1, values.shape[1])
            (line,) = axis.plot(fractions, values.mean(axis=0), label=order)
            band = bootstrap_band(_mean_curve, curves.groups, values)
            axis.fill_between(fractions, *band, color=line.get_color(), alpha=0.15)
        verb = "removed" if mode == "deletion" else "put back"
        axis.set(
            title=mode.capitalize(),
            xlabel=f"Fraction of the photo {verb}",
            ylabel="Probability of cancer",
        )
        axis.legend()
    figure.savefig(file, dpi=110)


def _figure(width: float, height: float) -> Figure:
    # Without pyplot there is no back end to choose and no figure to close.
    return Figure(figsize=(width, height), layout="constrained")


def _draw_each(
    figure: Figure, modalities: ByModality, draw: Callable[[Any, str, Answers], None]
) -> None:
    for axis, (modality, photos) in zip(
        figure.subplots(1, len(modalities)), modalities.items(), strict=True
    ):
        draw(axis, modality, photos)


def _draw_roc(axis: Any, modalities: ByModality) -> None:
    for modality, photos in modalities.items():
        cancer, p = photos.cancer, photos.probability
        (line,) = axis.plot(
            *roc_curve(cancer, p), label=f"{modality}, AUC {roc_auc(cancer, p):.3f}"
        )
        low, high = bootstrap_band(_sensitivities, photos.groups, cancer, p)
        axis.fill_between(RATES, low, high, color=line.get_color(), alpha=0.15)
    axis.plot([0, 1], [0, 1], color="grey", linestyle=":")
    axis.set(
        title="Cancer against the rest (95 % bootstrap band)",
        xlabel="1 - specificity",
        ylabel="Sensitivity",
        aspect="equal",
    )
    axis.legend(loc="lower right")


def _sensitivities(truth: Any, score: Floats) -> Floats:
    """Return the sensitivity at each of `RATES`, shape (101,)."""
    false, true = roc_curve(truth, score)
    return true[np.searchsorted(false, RATES, side="right") - 1]


def _draw_reliability(axis: Any, modalities: ByModality) -> None:
    for modality, photos in modalities.items():
        indices = np.minimum(
            (photos.probability * RELIABILITY_BINS).astype(int), RELIABILITY_BINS - 1
        )
        bins = [indices == index for index in np.unique(indices)]
        means = np.array([photos.probability[b].mean() for b in bins])
        proportions = np.array([photos.cancer[b].mean() for b in bins])
        intervals = [wilson_interval(int(photos.cancer[b].sum()), int(b.sum())) for b in bins]
        bars = np.abs(np.array(intervals).T - proportions)
        axis.errorbar(means, proportions, yerr=bars, marker="o", capsize=3, label=modality)
    axis.plot([0, 1], [0, 1], color="grey", linestyle=":")
    axis.set(
        title="Reliability (95 % Wilson intervals)",
        xlabel="Probability of cancer",
        ylabel="Proportion of cancers",
        aspect="equal",
    )
    axis.legend(loc="upper left")


def _draw_confusion(axis: Any, modality: str, photos: Answers) -> None:
    truth, predicted = photos.classes()
    counts = np.zeros((len(CODES), len(CODES)))
    np.add.at(counts, (truth, predicted), 1)
    rows = np.flatnonzero(counts.sum(axis=1))
    proportions = counts[rows] / counts[rows].sum(axis=1, keepdims=True)
    axis.imshow(proportions, cmap="Blues", vmin=0, vmax=1)
    axis.set_xticks(range(len(CODES)), CODES)
    axis.set_yticks(range(len(rows)), [CODES[row] for row in rows])
    axis.set(title=f"Confusion, {modality}", xlabel="Most probable diagnosis", ylabel="Diagnosis")
    for (row, column), proportion in np.ndenumerate(proportions):
        colour = "white" if proportion > 0.5 else "black"
        count = int(counts[rows[row], column])
        axis.text(column, row, count, ha="center", va="center", color=colour)


def _draw_decisions(axis: Any, modality: str, photos: Answers) -> None:
    cancer, p = photos.cancer, photos.probability
    (line,) = axis.plot(THRESHOLDS, decision_curve(cancer, p, THRESHOLDS), label="probability")
    band = bootstrap_band(_decisions, photos.groups, cancer, p)
    axis.fill_between(THRESHOLDS, *band, color=line.get_color(), alpha=0.15)
    everyone = np.ones_like(p)
    status = [net_benefit(cancer, photos.flagged, float(t)) for t in THRESHOLDS]
    axis.plot(THRESHOLDS, status, label="malignant or unclear", linestyle="-.")
    axis.plot(THRESHOLDS, decision_curve(cancer, everyone, THRESHOLDS), label="refer all")
    axis.axhline(0, color="grey", linestyle=":", label="refer none")
    axis.set(
        title=f"Net benefit, {modality} ({cancer.mean():.0%} cancers)",
        xlabel="Threshold: probability of cancer for a referral",
        ylabel="Net benefit",
    )
    axis.legend()


def _decisions(truth: Any, probability: Floats) -> Floats:
    return decision_curve(truth, probability, THRESHOLDS)


def _mean_curve(values: Floats) -> Floats:
    return np.asarray(values.mean(axis=0))
