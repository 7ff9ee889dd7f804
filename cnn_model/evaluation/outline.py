"""Evaluate the outline network: `python -m cnn_model.evaluation.outline DATA --to FOLDER`.

Uses the photos of the test fold. Writes `outline.json` and `outline.png`, and tables into
`outline.md` if FOLDER has one.
"""

import json
import time
from pathlib import Path
from typing import Any

import click
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from cnn_model.data.dataset import read_examples
from cnn_model.data.outlines import OutlineData, Pixels, read_outline_data
from cnn_model.evaluation.estimates import Estimate, bootstrapped, proportion
from cnn_model.evaluation.markdown import table, write_between
from cnn_model.evaluation.outline_measures import (
    LESION_SIZES,
    OutlineAnswer,
    answer,
    hits,
    is_outlined,
    overviews,
)
from cnn_model.serving.outline import OutlineNetwork, OutlineUnavailableError

Report = dict[str, Any]

POOR_DICE = 0.5
REPEATS = 3
"""Overview photos of each lesion and size."""
TIMED = 100
MASK_FIGURES = {
    "dice": "Dice, mean; 0 if not outlined",
    "dice_where_outlined": "Dice, mean of those outlined",
    "dice_below_half": "Dice below 0.5",
    "not_outlined": "no lesion can be outlined",
}


def evaluate_masks(answers: list[OutlineAnswer], groups: NDArray[np.str_]) -> dict[str, Estimate]:
    """Return the estimates for photos with a known outline; `groups` (n,) are their patients."""
    dices = np.array([one.dice for one in answers])
    found = np.array([one.is_outlined for one in answers])

    def mean(values: NDArray[np.float64]) -> float:
        return float(values.mean()) if len(values) else float("nan")

    return {
        "dice": bootstrapped(mean, groups, dices),
        "dice_where_outlined": bootstrapped(mean, groups[found], dices[found]),
        "dice_below_half": proportion(dices < POOR_DICE),
        "not_outlined": proportion(~found),
    }


def evaluate_part(network: OutlineNetwork, data: OutlineData) -> Report:
    """Return all figures for the photos of one part of the split."""
    clinical = _answers(network, data.clinical, data.clinical_masks)
    dermoscopic = _answers(network, data.dermoscopic, data.dermoscopic_masks)
    groups = np.array(data.groups)
    alone = np.arange(len(dermoscopic)).astype(np.str_)
    by_size = {}
    for index, sizes in enumerate(LESION_SIZES):
        scenes = [hits(network, overviews(data, sizes, 10 * index + r)) for r in range(REPEATS)]
        by_size["{:.0%} to {:.0%}".format(*sizes)] = proportion(np.concatenate(scenes))
    return {
        "clinical": evaluate_masks(clinical, groups),
        "dermoscopic": evaluate_masks(dermoscopic, alone),
        "hits": by_size,
        "outlined": {
            "skin": proportion(is_outlined(network, data.skin)),
            "others": proportion(is_outlined(network, data.others)),
        },
        "dices": [round(one.dice, 3) for one in clinical],
        "milliseconds": milliseconds(network, data.clinical),
    }


def _answers(network: OutlineNetwork, photos: Pixels, masks: Pixels) -> list[OutlineAnswer]:
    pairs = tqdm(zip(photos, masks, strict=True), total=len(photos), unit="photo")
    return [answer(network, photo, mask) for photo, mask in pairs]


def milliseconds(network: OutlineNetwork, photos: Pixels) -> float:
    """Return the median CPU time of an outline, in milliseconds, on one thread."""
    times = []
    for index in range(TIMED):
        photo = Image.fromarray(photos[index % len(photos)])
        start = time.thread_time()
        network.outline(photo)
        times.append(time.thread_time() - start)
    return round(1000 * float(np.median(times)), 2)


def tables(report: Report) -> str:
    """Return the figures as Markdown tables."""
    rows = [("photos", "figure", "value", "95 % interval", "photos or scenes")]
    for kind in ("clinical", "dermoscopic"):
        for name, title in MASK_FIGURES.items():
            is_share = name not in ("dice", "dice_where_outlined")
            rows.append((kind, title, *_cells(report[kind][name], is_share)))
    for size, estimate in report["hits"].items():
        rows.append(("overview", f"hit, lesion takes {size} of the side", *_cells(estimate)))
    rows.append(("lesion-free skin", "something is outlined", *_cells(report["outlined"]["skin"])))
    rows.append(("other things", "something is outlined", *_cells(report["outlined"]["others"])))
    model = report["model"]
    heading = (
        f"Outline network {model['version']}, sha256 `{model['sha256'][:12]}`, test fold. "
        f"CPU of one photo on one thread: {report['milliseconds']} ms."
    )
    return f"{heading}\n\n{table(rows)}\n"


def _cells(estimate: dict[str, Any], is_share: bool = True) -> tuple[str, str, str]:
    def text(value: float | None) -> str:
        if value is None:
            return "-"
        return f"{100 * value:.1f} %" if is_share else f"{value:.3f}"

    low, high = map(text, estimate["interval"])
    return text(estimate["value"]), f"{low} to {high}", str(estimate["count"])


def draw(report: Report, file: Path) -> None:
    """Save a histogram of the Dice coefficients, and hit rates by lesion size, as PNG."""
    figure = Figure(figsize=(9, 3.5), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.hist(report["dices"], bins=list(np.linspace(0, 1, 21)))
    left.set(title="Clinical photos", xlabel="Dice", ylabel="Photos")
    estimates = list(report["hits"].values())
    # NaN, which is drawn as nothing, where there were no scenes.
    values = np.array([e["value"] for e in estimates], dtype=np.float64)
    low, high = np.array([e["interval"] for e in estimates], dtype=np.float64).T
    errors = [values - low, high - values]
    positions = np.arange(len(values))
    right.bar(positions, values, yerr=errors, capsize=4)
    right.set_xticks(positions, list(report["hits"]))
    right.set(title="Overview photos", xlabel="Lesion, of the side", ylabel="Hits", ylim=(0, 1))
    figure.savefig(file, dpi=110)


def plain(values: Any) -> Any:
    """Return the report with estimates as dictionaries."""
    if isinstance(values, Estimate):
        return values.to_dict()
    if isinstance(values, dict):
        return {name: plain(value) for name, value in values.items()}
    return values


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--to", "folder", required=True, type=click.Path(path_type=Path))
def evaluate_outline(data: Path, folder: Path) -> None:
    """Evaluate the bundled outline network on the held-out photos of DATA."""
    try:
        network = OutlineNetwork.load()
    except OutlineUnavailableError as error:
        raise click.ClickException(str(error)) from error
    part = read_outline_data(data, read_examples(data))["test"]
    model = {"version": network.version, "sha256": network.description.sha256}
    report = plain({"model": model, **evaluate_part(network, part)})
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "outline.json").write_text(json.dumps(report, indent=1, allow_nan=False) + "\n")
    draw(report, folder / "outline.png")
    write_between(folder / "outline.md", "outline", tables(report))
    click.echo(tables(report))


if __name__ == "__main__":
    evaluate_outline()
