"""From answers to the files of a report."""

import datetime
import itertools
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cnn_model.data.dataset import Example
from cnn_model.data.external import ask, read_strangers
from cnn_model.evaluation.answers import REFUSED, agreement
from cnn_model.evaluation.estimates import PREVALENCE, Figure, judge_gate, judge_kind
from cnn_model.evaluation.external import judge_strangers
from cnn_model.evaluation.metrics import decision_curve, net_benefit
from cnn_model.evaluation.mistakes import draw_mistakes
from cnn_model.evaluation.model_card import write_card
from cnn_model.evaluation.plots import (
    THRESHOLDS,
    Kinds,
    draw_evaluation,
    draw_explanation,
    draw_plots,
    draw_subgroups,
)
from cnn_model.evaluation.report import render
from cnn_model.evaluation.robustness import try_changes
from cnn_model.evaluation.saliency import explain, judge_explanation
from cnn_model.evaluation.sources import Heard, ask_network
from cnn_model.evaluation.subgroups import Subgroup, attributes_of, judge_subgroups, read_labels
from cnn_model.model_run import Network
from constants import DERMOSCOPY, SMARTPHONE

KINDS = (SMARTPHONE, DERMOSCOPY)
MISTAKES, SUBGROUPS, EXPLANATION = "mistakes.png", "subgroups.png", "where_it_looked.png"

Report = dict[str, Any]

NO_TRIALS: Report = {"explanation": {}, "robustness": {}}


@dataclass(frozen=True)
class Trials:
    """On how many flagged cancers the activation map is tried, and on how many photos of each kind
    the altered copies; 0 for none.
    """

    explained: int
    robustness: int


def evaluate_network(network: Network, engine: str, examples: list[Example]) -> Report:
    """All figures of the network on these photos, as they are written to `metrics.json`."""
    return metrics_of(ask_network(network, engine, examples))


def metrics_of(heard: Heard) -> Report:
    """What the answers of one engine are worth, in numbers."""
    told, bare = kinds_of(heard), heard.image_only
    return {
        "model": {**heard.model, "engine": heard.engine},
        "evaluated": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "photos": dict(Counter(heard.told.kinds.tolist())),
        "prevalence": PREVALENCE,
        **{
            kind: plain(judge_kind(photos, bare.of_kind(kind) if bare else None))
            for kind, photos in told.items()
        },
        "gate": plain(judge_gate(heard.told)),
    }


def kinds_of(heard: Heard) -> Kinds:
    """The lesions that were assessed, as told, by kind of photo."""
    return {kind: heard.told.of_kind(kind) for kind in KINDS}


def decisions_of(kinds: Kinds) -> Report:
    """The net benefit of referring by probability, by status, and of everyone, by kind of photo."""
    return {
        kind: {
            "thresholds": _rounded(THRESHOLDS),
            "probability": _rounded(decision_curve(p.cancer, p.probability, THRESHOLDS)),
            "status": _rounded([net_benefit(p.cancer, p.flagged, float(t)) for t in THRESHOLDS]),
            "refer_all": _rounded(decision_curve(p.cancer, np.ones(len(p)), THRESHOLDS)),
        }
        for kind, p in kinds.items()
    }


def subgroups_of(heard: Heard, data: Path) -> list[Subgroup]:
    """Those of both kinds of photo; `data` holds the labels."""
    labels, found = read_labels(data), []
    for kind, photos in kinds_of(heard).items():
        members = list(itertools.compress(heard.examples, heard.told.is_of_kind(kind)))
        found += judge_subgroups(kind, photos, attributes_of(members, labels, photos.sharpness))
    return found


def build_report(heard: list[Heard], subgroups: list[Subgroup]) -> Report:
    """All figures of the first of `heard`, and how far the others agree with it."""
    first, *others = heard
    metrics = {one.engine: metrics_of(one) for one in heard}
    refused = first.told.kinds[first.told.statuses == REFUSED]
    return {
        **metrics[first.engine],
        "engine": first.engine,
        "refused": dict(Counter(refused.tolist())),
        "engines": metrics,
        "agreement": [
            {"engines": [first.engine, other.engine], **agreement(first.told, other.told)}
            for other in others
        ],
        "decisions": decisions_of(kinds_of(first)),
        "subgroups": [subgroup.to_dict() for subgroup in subgroups],
    }


def write_report(
    heard: list[Heard], network: Network | None, data: Path, folder: Path, trials: Trials
) -> Report:
    """Writes all files of the report; where there is a network at hand, altered photos are tried
    on it as well.
    """
    first = heard[0]
    subgroups = subgroups_of(first, data)
    report = build_report(heard, subgroups)
    report["plots"] = draw_plots(kinds_of(first), folder)
    draw_subgroups(subgroups, folder / SUBGROUPS)
    draw_mistakes(first.examples, first.told, folder / MISTAKES)
    report["pictures"] = {"subgroups": SUBGROUPS, "mistakes": MISTAKES, "explanation": EXPLANATION}
    report["strangers"] = strangers_of(network, data) if network else {}
    report |= _trials(network, first, folder, trials) if network else NO_TRIALS
    (folder / "report.json").write_text(_json(report))
    (folder / "report.md").write_text(render(report))
    return report


def strangers_of(network: Network, data: Path) -> Report:
    """The figures on photos of other clinics by source; none where there are no such photos."""
    strangers = read_strangers(data)
    figures = judge_strangers(strangers, ask(network, strangers)) if strangers else {}
    return {source: plain(found) for source, found in figures.items()}


def _trials(network: Network, heard: Heard, folder: Path, trials: Trials) -> Report:
    results = dict(NO_TRIALS)
    curves = explain(network, heard.examples, heard.told, trials.explained)
    if curves:
        draw_explanation(curves, folder / EXPLANATION)
        results["explanation"] = {m: plain(f) for m, f in judge_explanation(curves).items()}
    if trials.robustness:
        results["robustness"] = try_changes(network, heard.examples, heard.told, trials.robustness)
    return results


def refresh(heard: Heard, metrics: Report, folder: Path) -> None:
    """Renews what stands beside the network in `folder`: `metrics.json`, `evaluation.png` and the
    card.
    """
    (folder / "card").mkdir(exist_ok=True)
    (folder / "card" / "metrics.json").write_text(_json(metrics))
    draw_evaluation(kinds_of(heard), folder / "card" / "evaluation.png")
    write_card(folder)


def plain(figures: Mapping[str, Figure]) -> Report:
    return {name: figure.to_dict() for name, figure in figures.items()}


def _rounded(values: Any) -> list[float]:
    return [round(float(value), 4) for value in values]


def _json(report: Report) -> str:
    return json.dumps(report, indent=2, allow_nan=False) + "\n"
