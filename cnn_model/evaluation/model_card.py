"""The model card as Markdown: the words of `card.toml` with the facts of a network and its figures.

`python -m cnn_model.evaluation.model_card` writes `MODEL_CARD.md`.
"""

import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from cnn_model.evaluation.estimates import ESTIMATES
from cnn_model.evaluation.markdown import table
from cnn_model.serving.card import card_texts, measured_performance
from cnn_model.serving.description import BUNDLED, NAME, Description, lineage

WIDTH = 100
SHOWN = ("temperature", "unclear_threshold", "malignant_threshold", "premalignant_threshold")
RUN_COLUMNS = {
    "architecture": "network",
    "start": "goes on from",
    "recipe": "recipe",
    "size": "pixels",
    "epochs": "epochs",
    "rate": "rate",
    "validation": "folds not learned",
    "seed": "seed",
}
SHA256_DIGITS = 64
TITLES = {"external": "Dermoscopic photos of other clinics"}

Report = Mapping[str, Any]


def render_card(description: Description, performance: Report | None) -> str:
    """The card as Markdown; `performance` as from `measured_performance`."""
    texts = card_texts()
    parts = [
        f"# Model card: {description.name}",
        _paragraph(f"Version {description.version} of {description.created}. {texts['summary']}"),
        *_misfit(description.version),
        "## Intended use",
        _paragraph(texts["intended_use"]),
        "Not to be used",
        _bullets(texts["out_of_scope_uses"]),
        "## Figures",
        *_figures(performance),
        "How to read them:",
        _bullets(texts["interpretation"]),
        "## Data",
        table(_headed(texts["data"])),
        _paragraph(texts["data_notes"]),
        _paragraph(texts["licence"]),
        "## Training",
        _paragraph(texts["training"]["method"]),
        table(_runs(description.training)),
        _paragraph(texts["training"]["cost"]),
        "## Calibration and thresholds",
        _paragraph(texts["chosen_on"]),
        _titled(texts["calibration"]),
        table(_calibration(description)),
        *_strangers(description.validation),
        "## Limits",
        _titled(texts["limitations"]),
    ]
    return "\n\n".join(parts) + "\n"


def _misfit(version: str) -> Iterator[str]:
    """ExternalAnswer where the words were written for another network."""
    described = card_texts()["version"]
    if version != described:
        yield f"What is said of the training and of what goes wrong is about version {described}."


def _figures(performance: Report | None) -> Iterator[str]:
    if performance is None:
        yield "This version has not been judged yet."
        return
    yield _paragraph(
        f"Evaluated on {performance['evaluated']}, on photos that were not trained on. They are "
        "not wholly blind: earlier versions and trials were judged on them too, and what the gate "
        "did with them told where to be more careful (wider intervals, more warnings) and what to "
        "train against (dark skin, distant lesions, reflections). Of two rules for the threshold "
        "of the lesion output, the stricter one was taken with both figures in view, and that "
        "melanomas have a threshold of their own comes of those that were missed here. Networks, "
        'temperatures and all other limits come from other photos. "Cancer" is melanoma, basal '
        'cell and squamous cell carcinoma; the "precursor" is actinic keratosis. Intervals are '
        "95 %: Wilson for proportions, otherwise a bootstrap over patients (smartphone) or lesions "
        "(dermoscopy). "
        '"Photos" is the number a figure rests on.'
    )
    for name, section in performance.items():
        if isinstance(section, Mapping):
            yield from _figure_tables(TITLES.get(name, name.capitalize()), section)
    yield "![ROC curves, reliability and confusion](card/evaluation.png)"


def _figure_tables(title: str, section: Report) -> Iterator[str]:
    """One table of the figures in a section, and those of the sections inside it."""
    rows, inner = [(title, "value", "95 % interval", "photos")], []
    for name, item in section.items():
        if isinstance(item, Mapping) and {"value", "interval", "count"} <= set(item):
            span = " to ".join(map(_number, item["interval"]))
            words = ESTIMATES.get(name, name.replace("_", " "))
            rows.append((words, _number(item["value"]), span, str(item["count"])))
        elif isinstance(item, Mapping):
            inner.append((f"{title}, {name.replace('_', ' ')}", item))
    if len(rows) > 1:
        yield table(rows)
    for inner_title, item in inner:
        yield from _figure_tables(inner_title, item)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _runs(training: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    """One row for each training run of the networks that are part of the one that serves, in the
    order of time, with the numbers of those that went through it.
    """
    yield ("part", *RUN_COLUMNS.values(), "photos", "minutes", "kWh, estimated")
    for numbers, run in _steps(training.get("runs", ())):
        seconds, energy = run.get("wall_seconds"), run.get("estimated_kwh")
        yield (
            ", ".join(map(str, numbers)),
            *(_setting(run.get(name)) for name in RUN_COLUMNS),
            sum(run["photos"]["training"].values()) if "photos" in run else "-",
            "-" if seconds is None else f"{seconds / 60:.0f}",
            "-" if energy is None else f"{energy:.3f}",
        )


def _steps(runs: Iterable[Report]) -> list[tuple[list[int], Report]]:
    """Each run once, with the numbers of the parts whose lineage it is in."""
    steps: dict[str, tuple[list[int], Report]] = {}
    for number, run in enumerate(runs, 1):
        for step in lineage(run):
            steps.setdefault(json.dumps(step), ([], step))[0].append(number)
    return list(steps.values())


def _setting(value: object) -> str:
    """Of a file that the run went on from, the beginning of its SHA-256."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    text = "-" if value is None else str(value)
    return text[:12] if len(text) == SHA256_DIGITS else text


def _calibration(description: Description) -> Iterator[tuple[object, ...]]:
    modalities = description.calibrations
    yield ("", *modalities)
    for name in SHOWN:
        yield (name.replace("_", " "), *(f"{getattr(c, name):.4f}" for c in modalities.values()))
    for name in ("sensitivity", "specificity"):
        values = (_number(c.operating_point[name]) for c in modalities.values())
        yield (f"{name} on the photos that chose the thresholds", *values)
    yield ("used if told", *(", ".join(c.evidence.tables) or "-" for c in modalities.values()))
    limits = description.lesion
    yield ("no lesion in view below", *(f"{limits.refused_below:.4f}" for _ in modalities))
    yield ("doubtful lesion below", *(f"{limits.doubtful_below:.4f}" for _ in modalities))
    yield (
        "off the middle beyond",
        *(f"{limits.off_centre_beyond[modality]:.4f}" for modality in modalities),
    )


def _strangers(validation: Mapping[str, Any]) -> Iterator[str]:
    """Which threshold each collection of other clinics asked for, where there were any."""
    sources = validation.get("strangers", {}).get("sources", {})
    if sources:
        headings = ("other clinics, half that chooses", "melanomas", "may be missed", "threshold")
        names = ("melanomas", "may_be_missed", "threshold")
        rows = [(source, *(item[name] for name in names)) for source, item in sources.items()]
        yield table([headings, *rows])


def _headed(rows: list[dict[str, Any]]) -> Iterator[tuple[object, ...]]:
    yield tuple(name.replace("_", " ") for name in rows[0])
    for row in rows:
        yield tuple(f"{v:,}" if isinstance(v, int) else v for v in row.values())


def _paragraph(text: str, width: int = WIDTH) -> str:
    return textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)


def _bullets(texts: Iterable[str]) -> str:
    return "\n".join(
        textwrap.indent(_paragraph(text, WIDTH - 2), "  ").replace("  ", "- ", 1) for text in texts
    )


def _titled(items: Iterable[Mapping[str, str]]) -> str:
    return _bullets(f"**{item['title']}.** {item['text']}" for item in items)


def write_card(folder: Path = BUNDLED) -> None:
    """Writes the card of the network in `folder`, from its description and `metrics.json`."""
    description = Description.read(folder / f"{NAME}.json")
    performance = measured_performance(description, folder / "card" / "metrics.json")
    (folder / "MODEL_CARD.md").write_text(render_card(description, performance))


if __name__ == "__main__":
    write_card()
