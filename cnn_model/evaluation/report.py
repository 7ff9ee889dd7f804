"""The report of an evaluation as Markdown, from what stands in `report.json`."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cnn_model.evaluation.estimates import ESTIMATES
from cnn_model.evaluation.markdown import table
from cnn_model.evaluation.metrics import REPLICATES
from cnn_model.evaluation.robustness import RISE
from cnn_model.evaluation.saliency import STEPS
from cnn_model.evaluation.subgroups import ENOUGH, NOTES
from constants import Modality

Report = Mapping[str, Any]

SECTIONS = (*Modality, "quality_control")
CHANGE_NAMES = {
    "status_changed": "status changes",
    "mean_difference": "mean change of probability",
    "p95_difference": "95th percentile",
    "mean_rise": "mean rise",
    "status_rose": "status more urgent",
    "probability_rose": f"probability up by more than {RISE:.0%}",
}
CHANGE_COLUMNS = ("status_changed", "mean_difference", "p95_difference", "mean_rise")
MARK_COLUMNS = ("status_rose", "probability_rose", "mean_rise")


def figures_table(figures: Mapping[str, Any]) -> str:
    """The sections of figures, one table each, readable as they stand."""
    titled = {section.replace("_", " ").capitalize(): figures.get(section) for section in SECTIONS}
    strangers = figures.get("external", {})
    titled |= {f"Other clinics, {source}": items for source, items in strangers.items()}
    tables = [_figure_rows(title, items) for title, items in titled.items() if items]
    return "\n\n".join(tables)


def _figure_rows(title: str, items: Mapping[str, Any]) -> str:
    rows: list[Iterable[object]] = [(title, "value", "95 % interval", "photos")]
    rows += [
        (ESTIMATES[name], number(item["value"]), interval(item), item["count"])
        for name, item in items.items()
    ]
    return table(rows, is_aligned=True)


def render(report: Report) -> str:
    """The whole report."""
    parts = [*_introduction(report), "## Figures", figures_table(report), *_agreement(report)]
    parts += [_image(title, name) for title, name in report["plots"].items()]
    parts += [*_decisions(report), *render_subgroups(report["subgroups"])]
    parts.append(_image("Subgroups", report["pictures"]["subgroups"]))
    parts += [*_explanation(report), *_robustness(report), *_mistakes(report)]
    return "\n\n".join(parts) + "\n"


def _introduction(report: Report) -> Iterator[str]:
    model = report["model"]
    yield f"# Evaluation of {model['name']} {model['version']}"
    counts = ", ".join(f"{count} {modality}" for modality, count in report["photos"].items())
    refused = sum(report["refused"].values())
    yield (
        f"On {report['evaluated']}, with the engine {report['engine']}, on the held-out photos "
        f"only: {counts}. {refused} of them were refused and are in no figure but those of the "
        "gate. Intervals are 95 %: Wilson for proportions, otherwise a bootstrap of "
        f"{REPLICATES:,} draws over patients (smartphone) or lesions (dermoscopy)."
    )
    yield (
        "The answers rest on the photo and on what was told of the person: age and body site, on "
        'dermoscopic photos also sex. "Nothing told" is the same photo alone. Predictive values '
        f"hold at a prevalence of {report['prevalence']:.0%}. Cancers are far more frequent in "
        "these photos than in a practice."
    )


def _agreement(report: Report) -> Iterator[str]:
    if not report["agreement"]:
        return
    yield "## Do the engines agree?"
    rows: list[Iterable[object]] = [
        ("engines", "photos", "greatest difference of probability", "different statuses", "verdict")
    ]
    for pair in report["agreement"]:
        same = pair["greatest_difference"] <= 1e-4 and not pair["different_statuses"]
        rows.append(
            (
                " and ".join(pair["engines"]),
                f"{pair['compared']} of {pair['photos']}",
                f"{pair['greatest_difference']:.2g}",
                pair["different_statuses"],
                "agree" if same else "differ",
            )
        )
    yield table(rows, is_aligned=True)
    for engine, figures in report["engines"].items():
        if engine != report["engine"]:
            yield f"### Figures of {engine}"
            yield figures_table(figures)


def _decisions(report: Report) -> Iterator[str]:
    yield "## Net benefit"
    yield (
        "True referrals less false ones, weighed by the probability from which one would refer "
        "(Vickers and Elkin 2006), per photo and at the share of cancers in these photos. "
        '"Refer none" is 0.'
    )
    rows: list[Iterable[object]] = [
        ("photos", "refer from", "by probability", "by status", "refer all")
    ]
    for modality, curve in report["decisions"].items():
        for place in range(0, len(curve["thresholds"]), 6):
            columns = [curve[name][place] for name in ("probability", "status", "refer_all")]
            rows.append((modality, f"{curve['thresholds'][place]:.0%}", *map(number, columns)))
    yield table(rows, is_aligned=True)


def render_subgroups(subgroups: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    yield "## Subgroups"
    yield (
        f"Nothing can be claimed from the figures with *: they rest on fewer than {ENOUGH} cancers "
        "or benign lesions."
    )
    heads = ("AUC", "cancers flagged", "benign called benign")
    rows: list[Iterable[object]] = [("photos", "attribute", "value", "photos", "cancers", *heads)]
    for item in subgroups:
        sensitivity, specificity = item["sensitivity_flagged"], item["specificity_flagged"]
        fewest = min(sensitivity["count"], specificity["count"])
        rows.append(
            (
                *(item[name] for name in ("modality", "attribute", "value", "photos", "cancers")),
                _claim(item["auc_malignant"], fewest),
                _claim(sensitivity, sensitivity["count"]),
                _claim(specificity, specificity["count"]),
            )
        )
    yield table(rows, is_aligned=True)
    yield "\n".join(f"- {attribute}: {note}" for attribute, note in NOTES.items())


def _claim(figure: Mapping[str, Any], count: int) -> str:
    """The figure and its interval, marked where it rests on too few photos."""
    if figure["value"] is None:
        return "-"
    return f"{number(figure['value'])} ({interval(figure)}){'' if count >= ENOUGH else ' *'}"


def _explanation(report: Report) -> Iterator[str]:
    if not report["saliency"]:
        return
    yield "## Where it looked"
    yield (
        "Area under the probability of cancer while the photo is removed (deletion; lower is "
        "better) or put back (insertion; higher is better) in the order of the activation map, in "
        f"{STEPS} steps (Petsiuk et al. 2018). A gain whose interval lies above 0 says that the "
        "map shows more of what the network goes by than chance, or than the middle of the photo."
    )
    rows: list[Iterable[object]] = [("curve", "order", "area", "95 % interval", "photos")]
    for mode, figures in report["saliency"].items():
        rows += [
            (mode, name, number(item["value"]), interval(item), item["count"])
            for name, item in figures.items()
        ]
    yield table(rows, is_aligned=True)
    yield _image("Deletion and insertion", report["pictures"]["saliency"])


def _robustness(report: Report) -> Iterator[str]:
    if not report["robustness"]:
        return
    yield "## Robustness"
    yield (
        "Copies that show the same lesion should get the same answer. This is what the network "
        "says; the service also refuses or warns of some of these copies for their quality."
    )
    yield from _changes(report["robustness"], CHANGE_COLUMNS)
    yield "What lies beside a benign lesion should not make it look malignant."
    yield from _changes(report["robustness"], MARK_COLUMNS)


def _changes(robustness: Report, columns: tuple[str, ...]) -> Iterator[str]:
    rows: list[Iterable[object]] = [
        ("photos", "change", *(CHANGE_NAMES[name] for name in columns), "photos")
    ]
    for modality, changes in robustness.items():
        for change, figures in changes.items():
            if set(figures) == set(columns):
                cells = (f"{number(f['value'])} ({interval(f)})" for f in figures.values())
                rows.append((modality, change, *cells, figures["mean_rise"]["count"]))
    yield table(rows, is_aligned=True)


def _mistakes(report: Report) -> Iterator[str]:
    yield "## The worst mistakes"
    yield "Photos of patients: not to be passed on with the network."
    yield _image("Missed cancers and false alarms", report["pictures"]["mistakes"])


def number(value: float | None) -> str:
    return "-" if value is None else f"{value:z.3f}"


def interval(figure: Mapping[str, Any]) -> str:
    low, high = map(number, figure["interval"])
    return f"{low} to {high}"


def _image(title: str, name: str) -> str:
    return f"![{title}]({name})"
