"""The report of an evaluation as Markdown, from the content of `report.json`."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cnn_model.evaluation.estimates import ESTIMATES
from cnn_model.evaluation.markdown import table
from cnn_model.evaluation.metrics import REPLICATES
from cnn_model.evaluation.robustness import RISE
from cnn_model.evaluation.saliency import STEPS
from cnn_model.evaluation.subgroups import MIN_COUNT, NOTES
from constants import Modality

Report = Mapping[str, Any]

SECTIONS = (*Modality, "quality_control")
EFFECT_NAMES = {
    "status_changed": "status changes",
    "mean_difference": "mean absolute difference of probability",
    "p95_difference": "95th percentile of it",
    "mean_rise": "mean rise of probability",
    "status_rose": "status more urgent",
    "probability_rose": f"probability up by more than {RISE:.0%}",
}
PERTURBATION_COLUMNS = ("status_changed", "mean_difference", "p95_difference", "mean_rise")
ARTEFACT_COLUMNS = ("status_rose", "probability_rose", "mean_rise")


def estimate_tables(metrics: Mapping[str, Any]) -> str:
    """Return one table of estimates per section, also readable as plain text."""
    titled = {section.replace("_", " ").capitalize(): metrics.get(section) for section in SECTIONS}
    external = metrics.get("external", {})
    titled |= {f"Other clinics, {source}": items for source, items in external.items()}
    return "\n\n".join(_estimate_table(title, items) for title, items in titled.items() if items)


def _estimate_table(title: str, items: Mapping[str, Any]) -> str:
    rows: list[Iterable[object]] = [(title, "value", "95 % interval", "photos")]
    rows += [
        (ESTIMATES[name], number(item["value"]), interval(item), item["count"])
        for name, item in items.items()
    ]
    return table(rows, is_aligned=True)


def render(report: Report) -> str:
    """Return the whole report."""
    parts = [*_introduction(report), "## Figures", estimate_tables(report), *_agreement(report)]
    parts += [_image(title, name) for title, name in report["plots"].items()]
    parts += [*_decisions(report), *render_subgroups(report["subgroups"])]
    parts.append(_image("Subgroups", report["pictures"]["subgroups"]))
    parts += [*_saliency(report), *_robustness(report), *_mistakes(report)]
    return "\n\n".join(parts) + "\n"


def _introduction(report: Report) -> Iterator[str]:
    model = report["model"]
    yield f"# Evaluation of {model['name']} {model['version']}"
    counts = ", ".join(f"{count} {modality}" for modality, count in report["photos"].items())
    refused = sum(report["refused"].values())
    yield (
        f"On {report['evaluated']}, with the engine {report['engine']}, on the held-out photos "
        f"only: {counts}. {refused} of them were refused and count only in the figures of quality "
        "control. Intervals are 95 %: Wilson for proportions, otherwise a bootstrap of "
        f"{REPLICATES:,} draws over patients (clinical) or lesions (dermoscopic)."
    )
    yield (
        "The answers are based on the photo and on the context: age and body site, for dermoscopic "
        'photos also sex. "Without context" is the same photo alone. Predictive values hold at a '
        f"prevalence of {report['prevalence']:.0%}. Cancers are far more frequent in these photos "
        "than in a practice."
    )


def _agreement(report: Report) -> Iterator[str]:
    if not report["agreement"]:
        return
    yield "## Agreement of the engines"
    rows: list[Iterable[object]] = [
        (
            "engines",
            "photos",
            "greatest difference of probability",
            "different statuses",
            "agreement",
        )
    ]
    for pair in report["agreement"]:
        is_same = pair["greatest_difference"] <= 1e-4 and not pair["different_statuses"]
        rows.append(
            (
                " and ".join(pair["engines"]),
                f"{pair['compared']} of {pair['photos']}",
                f"{pair['greatest_difference']:.2g}",
                pair["different_statuses"],
                "yes" if is_same else "no",
            )
        )
    yield table(rows, is_aligned=True)
    for engine, metrics in report["engines"].items():
        if engine != report["engine"]:
            yield f"### Figures of {engine}"
            yield estimate_tables(metrics)


def _decisions(report: Report) -> Iterator[str]:
    yield "## Net benefit"
    yield (
        "True referrals minus false ones, weighted by the threshold probability of a referral "
        "(Vickers and Elkin 2006), per photo and at the proportion of cancers in these photos. "
        '"Refer none" is 0.'
    )
    rows: list[Iterable[object]] = [
        ("photos", "threshold", "by probability", "by status", "refer all")
    ]
    for modality, curve in report["decisions"].items():
        for index in range(0, len(curve["thresholds"]), 6):
            columns = [curve[name][index] for name in ("probability", "status", "refer_all")]
            rows.append((modality, f"{curve['thresholds'][index]:.0%}", *map(number, columns)))
    yield table(rows, is_aligned=True)


def render_subgroups(subgroups: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the section about subgroups."""
    yield "## Subgroups"
    yield (
        f"Figures with * support no claim: they are based on fewer than {MIN_COUNT} cancers or "
        "benign lesions."
    )
    heads = ("AUC", "cancers flagged", "benign called benign")
    rows: list[Iterable[object]] = [("photos", "attribute", "value", "photos", "cancers", *heads)]
    for item in subgroups:
        sensitivity, specificity = item["sensitivity_flagged"], item["specificity_flagged"]
        smallest = min(sensitivity["count"], specificity["count"])
        rows.append(
            (
                *(item[name] for name in ("modality", "attribute", "value", "photos", "cancers")),
                _claim(item["auc_malignant"], smallest),
                _claim(sensitivity, sensitivity["count"]),
                _claim(specificity, specificity["count"]),
            )
        )
    yield table(rows, is_aligned=True)
    yield "\n".join(f"- {attribute}: {note}" for attribute, note in NOTES.items())


def _claim(estimate: Mapping[str, Any], count: int) -> str:
    """Return an estimate with its interval, marked with * if it is based on too few photos."""
    if estimate["value"] is None:
        return "-"
    return f"{number(estimate['value'])} ({interval(estimate)}){'' if count >= MIN_COUNT else ' *'}"


def _saliency(report: Report) -> Iterator[str]:
    if not report["saliency"]:
        return
    yield "## Saliency"
    yield (
        "Area under the curve of the probability of cancer as pixels are removed (deletion; lower "
        "is better) or put back (insertion; higher is better) in the order of the activation map, "
        f"in {STEPS} steps (Petsiuk et al. 2018). If the interval of a gain lies above 0, the map "
        "shows what the network uses better than a random map, or than the centre of the photo."
    )
    rows: list[Iterable[object]] = [("curve", "order", "area", "95 % interval", "photos")]
    for mode, estimates in report["saliency"].items():
        rows += [
            (mode, name, number(item["value"]), interval(item), item["count"])
            for name, item in estimates.items()
        ]
    yield table(rows, is_aligned=True)
    yield _image("Deletion and insertion", report["pictures"]["saliency"])


def _robustness(report: Report) -> Iterator[str]:
    if not report["robustness"]:
        return
    yield "## Robustness"
    yield (
        "Perturbed copies show the same lesion and should get the same answer. The answers are "
        "those of the network; the service also refuses some copies, or reports quality issues."
    )
    yield from _effects(report["robustness"], PERTURBATION_COLUMNS)
    yield "Artefacts beside a benign lesion should not raise the probability of cancer."
    yield from _effects(report["robustness"], ARTEFACT_COLUMNS)


def _effects(robustness: Report, columns: tuple[str, ...]) -> Iterator[str]:
    rows: list[Iterable[object]] = [
        ("photos", "perturbation", *(EFFECT_NAMES[name] for name in columns), "photos")
    ]
    for modality, effects in robustness.items():
        for name, estimates in effects.items():
            if set(estimates) == set(columns):
                cells = (f"{number(e['value'])} ({interval(e)})" for e in estimates.values())
                rows.append((modality, name, *cells, estimates["mean_rise"]["count"]))
    yield table(rows, is_aligned=True)


def _mistakes(report: Report) -> Iterator[str]:
    yield "## The worst mistakes"
    yield "Photos of patients: do not distribute them with the network."
    yield _image("False negatives and false positives", report["pictures"]["mistakes"])


def number(value: float | None) -> str:
    """Return a value with three decimals, or "-"."""
    return "-" if value is None else f"{value:z.3f}"


def interval(estimate: Mapping[str, Any]) -> str:
    """Return the interval of an estimate as text."""
    low, high = map(number, estimate["interval"])
    return f"{low} to {high}"


def _image(title: str, name: str) -> str:
    return f"![{title}]({name})"
