"""The model card as Markdown: the texts of `card.toml`, the description of a model and its figures.

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
    "architecture": "architecture",
    "start": "initial weights (SHA-256)",
    "recipe": "recipe",
    "size": "input side, pixels",
    "epochs": "epochs",
    "rate": "learning rate",
    "validation": "validation folds",
    "seed": "seed",
}
SHA256_DIGITS = 64
TITLES = {
    "external": "Dermoscopic images of other clinics",
    "quality_control": "Image quality control",
}

Report = Mapping[str, Any]


def render_card(description: Description, performance: Report | None) -> str:
    """Return the card as Markdown; `performance` is from `measured_performance`."""
    texts = card_texts()
    parts = [
        f"# Model card: {description.name}",
        _paragraph(f"Version {description.version} of {description.created}. {texts['summary']}"),
        *_misfit(description.version),
        "## Intended use",
        _paragraph(texts["intended_use"]),
        "Out-of-scope uses:",
        _bullets(texts["out_of_scope_uses"]),
        "## Performance",
        *_figures(performance),
        "How to interpret the figures:",
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
        *_external_thresholds(description.validation),
        "## Limitations",
        _titled(texts["limitations"]),
    ]
    return "\n\n".join(parts) + "\n"


def _misfit(version: str) -> Iterator[str]:
    """Yield a note if the texts were written for another version."""
    described = card_texts()["version"]
    if version != described:
        yield f"The text about training and limitations is about version {described}."


def _figures(performance: Report | None) -> Iterator[str]:
    if performance is None:
        yield "This version has not been evaluated yet."
        return
    yield _paragraph(
        f"Evaluated on {performance['evaluated']}, on photos that were not used for training. "
        "The evaluation is not completely blind: earlier versions and experiments were "
        "evaluated on these photos too, and the results of image quality control on them showed "
        "where more caution was needed (wider intervals, more quality issues) and what to train "
        "against (dark skin, distant lesions, reflections). Of two rules for the threshold of "
        "the lesion output, the stricter one was taken with the figures of both in view. "
        "Melanomas have a threshold of their own because of the melanomas that were missed on "
        "these photos. The networks, the temperatures and all other limits come from other "
        'photos. "Cancer" is melanoma, basal cell carcinoma and squamous cell carcinoma. A '
        'premalignant lesion ("precursor") is an actinic keratosis. Intervals are 95 %: Wilson '
        "for proportions, otherwise a bootstrap over patients (clinical) or lesions "
        '(dermoscopic). "Photos" is the number of photos that a figure is based on.'
    )
    for name, section in performance.items():
        if isinstance(section, Mapping):
            yield from _figure_tables(TITLES.get(name, name.capitalize()), section)
    yield "![ROC curves, reliability and confusion](card/evaluation.png)"


def _figure_tables(title: str, section: Report) -> Iterator[str]:
    """Yield one table of the figures in a section, then those of the sections inside it."""
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
    """Yield one row for each training run of the networks of the ensemble, in order of time.

    The first column has the numbers of the networks that the run is part of.
    """
    yield ("network", *RUN_COLUMNS.values(), "photos", "minutes", "kWh (estimate)")
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
    """Return each run once, with the numbers of the networks that have it in their lineage."""
    steps: dict[str, tuple[list[int], Report]] = {}
    for number, run in enumerate(runs, 1):
        for step in lineage(run):
            steps.setdefault(json.dumps(step), ([], step))[0].append(number)
    return list(steps.values())


def _setting(value: object) -> str:
    """Return a setting of a run as text."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    text = "-" if value is None else str(value)
    # The SHA-256 of the initial weights is cut: its beginning identifies the file.
    return text[:12] if len(text) == SHA256_DIGITS else text


def _calibration(description: Description) -> Iterator[tuple[object, ...]]:
    modalities = description.calibrations
    yield ("", *modalities)
    for name in SHOWN:
        yield (name.replace("_", " "), *(f"{getattr(c, name):.4f}" for c in modalities.values()))
    for name in ("sensitivity", "specificity"):
        values = (_number(c.operating_point[name]) for c in modalities.values())
        yield (f"{name} on the photos used to choose the thresholds", *values)
    yield (
        "context used if supplied",
        *(", ".join(c.evidence.tables) or "-" for c in modalities.values()),
    )
    limits = description.lesion
    yield ("no lesion in view below", *(f"{limits.refused_below:.4f}" for _ in modalities))
    yield ("uncertain lesion below", *(f"{limits.doubtful_below:.4f}" for _ in modalities))
    yield (
        "off centre beyond",
        *(f"{limits.off_centre_beyond[modality]:.4f}" for modality in modalities),
    )


def _external_thresholds(validation: Mapping[str, Any]) -> Iterator[str]:
    """Yield a table of the threshold that each collection of other clinics requires, if any."""
    sources = validation.get("strangers", {}).get("sources", {})
    if sources:
        headings = ("other clinics, choosing half", "melanomas", "may be missed", "threshold")
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
    """Write the card of the model in `folder`, from its description and `metrics.json`."""
    description = Description.read(folder / f"{NAME}.json")
    performance = measured_performance(description, folder / "card" / "metrics.json")
    (folder / "MODEL_CARD.md").write_text(render_card(description, performance))


if __name__ == "__main__":
    write_card()
