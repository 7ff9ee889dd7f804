"""Judges the exported network on photos that were held out: `python -m cnn_model.evaluate DATA`.

Writes `metrics.json` and `evaluation.png` beside the network, and the figures into its card.
"""

import datetime
import json
from collections import Counter
from pathlib import Path
from typing import Any

import click

from cnn_model.data import DERMOSCOPY, SMARTPHONE, Example, read_examples, split
from cnn_model.engines import KERAS, LITERT
from cnn_model.judge import FIGURES, PREVALENCE, Figure, judge_gate, judge_kind, judged
from cnn_model.model_run import Network, NetworkUnavailableError
from cnn_model.plots import draw_evaluation
from cnn_model.predictions import activation_maps, predictions_from_maps

START, END = "<!-- figures: start -->", "<!-- figures: end -->"
NAMES = {LITERT: "skin_cancer_model.tflite", KERAS: "skin_cancer_model.keras"}

Report = dict[str, Any]


def evaluate_network(
    network: Network, engine: str, examples: list[Example], plot: Path | None = None
) -> Report:
    """All figures of the network on these photos, as they are written to `metrics.json`; saves
    the curves to `plot`.
    """
    predictions = predictions_from_maps(examples, activation_maps(examples, network.maps))
    photos = [judged(predictions, kind, network.calibration) for kind in (SMARTPHONE, DERMOSCOPY)]
    sections = {kind.kind: judge_kind(kind) for kind in photos}
    sections["gate"] = judge_gate(predictions, network.lesion_threshold)
    if plot:
        draw_evaluation(photos, plot)
    return {
        "model": {
            "name": network.name,
            "version": network.version,
            "sha256": network.sha256,
            "engine": engine,
        },
        "evaluated": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "photos": dict(Counter(example.kind for example in examples)),
        "prevalence": PREVALENCE,
        **{name: _plain(figures) for name, figures in sections.items()},
    }


def _plain(figures: dict[str, Figure]) -> Report:
    return {name: figure.to_dict() for name, figure in figures.items()}


def table(report: Report) -> str:
    """The report as Markdown, readable as it stands."""
    lines = []
    for section in (SMARTPHONE, DERMOSCOPY, "gate"):
        width = max(len(FIGURES[name]) for name in report[section])
        title = f"{section.capitalize()}".ljust(width)
        lines += [f"| {title} | value | 95 % interval  | photos |", "|---|---|---|---|"]
        for name, figure in report[section].items():
            value, (low, high) = _text(figure["value"]), map(_text, figure["interval"])
            lines.append(
                f"| {FIGURES[name].ljust(width)} | {value} | {low} to {high} "
                f"| {figure['count']:6d} |"
            )
        lines.append("")
    return "\n".join(lines).strip()


def _text(value: float | None) -> str:
    return "    -" if value is None else f"{value:.3f}"


def update_card(card: Path, report: Report) -> None:
    """Replaces what stands between the two markers in the card, if there is one.

    Raises ValueError where the card has lost a marker.
    """
    if not card.exists():
        return
    model = report["model"]
    heading = f"Version {model['version']}, evaluated on {report['evaluated']}."
    before, _, rest = card.read_text().partition(START)
    _, marker, after = rest.partition(END)
    if not marker:
        raise ValueError(f"{card.name} lacks the markers around its figures.")
    card.write_text(f"{before}{START}\n{heading}\n\n{table(report)}\n{END}{after}")


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--engine", type=click.Choice([LITERT, KERAS]), default=LITERT, show_default=True)
@click.option(
    "--models",
    "folder",
    default=Path(__file__).parent,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Where the network is; beside this module unless told.",
)
def evaluate(data: Path, engine: str, folder: Path) -> None:
    """Judge the exported network on the held-out photos of DATA."""
    try:
        network = Network.load(folder / NAMES[engine], engine)
    except NetworkUnavailableError as error:
        raise click.ClickException(str(error)) from error
    examples = split(read_examples(data))["test"]
    report = evaluate_network(network, engine, examples, plot=folder / "evaluation.png")
    (folder / "metrics.json").write_text(json.dumps(report, indent=2, allow_nan=False) + "\n")
    update_card(folder / "MODEL_CARD.md", report)
    click.echo(table(report))


if __name__ == "__main__":
    evaluate()
