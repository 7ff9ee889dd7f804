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
from cnn_model.data.external import assess_external_photos, read_external_photos
from cnn_model.evaluation.answers import REFUSED, agreement
from cnn_model.evaluation.estimates import (
    PREVALENCE,
    Estimate,
    estimate_modality,
    estimate_quality_control,
)
from cnn_model.evaluation.external import estimate_external
from cnn_model.evaluation.metrics import decision_curve, net_benefit
from cnn_model.evaluation.mistakes import draw_mistakes
from cnn_model.evaluation.model_card import write_card
from cnn_model.evaluation.plots import (
    THRESHOLDS,
    ByModality,
    draw_evaluation,
    draw_plots,
    draw_saliency,
    draw_subgroups,
)
from cnn_model.evaluation.report import render
from cnn_model.evaluation.robustness import measure_robustness
from cnn_model.evaluation.saliency import estimate_saliency, measure_saliency
from cnn_model.evaluation.sources import EngineAnswers, answers_of_network
from cnn_model.evaluation.subgroups import Subgroup, attributes_of, estimate_subgroups, read_labels
from cnn_model.model_run import Network
from constants import Modality

MODALITIES = Modality
MISTAKES, SUBGROUPS, SALIENCY = "mistakes.png", "subgroups.png", "where_it_looked.png"

Report = dict[str, Any]

NOT_MEASURED: Report = {"saliency": {}, "robustness": {}}


@dataclass(frozen=True)
class EvaluationBudget:
    """How many photos the slow measurements take, 0 for none: flagged cancers for `explained`,
    photos of each modality for `robustness`.
    """

    explained: int
    robustness: int


def evaluate_network(network: Network, engine: str, examples: list[Example]) -> Report:
    """All figures of the network on these photos, as they are written to `metrics.json`."""
    return metrics_of(answers_of_network(network, engine, examples))


def metrics_of(engine_answers: EngineAnswers) -> Report:
    """What the answers of one engine are worth, in numbers."""
    told, bare = assessed_by_modality(engine_answers), engine_answers.image_only
    return {
        "model": {**engine_answers.model, "engine": engine_answers.engine},
        "evaluated": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "photos": dict(Counter(engine_answers.told.modalities.tolist())),
        "prevalence": PREVALENCE,
        **{
            modality: plain(estimate_modality(photos, bare.of_modality(modality) if bare else None))
            for modality, photos in told.items()
        },
        "quality_control": plain(estimate_quality_control(engine_answers.told)),
    }


def assessed_by_modality(engine_answers: EngineAnswers) -> ByModality:
    """The lesions that were assessed, as told, by modality."""
    return {modality: engine_answers.told.of_modality(modality) for modality in MODALITIES}


def decisions_of(modalities: ByModality) -> Report:
    """The net benefit of referring by probability, by status, and of everyone, by modality."""
    return {
        modality: {
            "thresholds": _rounded(THRESHOLDS),
            "probability": _rounded(decision_curve(p.cancer, p.probability, THRESHOLDS)),
            "status": _rounded([net_benefit(p.cancer, p.flagged, float(t)) for t in THRESHOLDS]),
            "refer_all": _rounded(decision_curve(p.cancer, np.ones(len(p)), THRESHOLDS)),
        }
        for modality, p in modalities.items()
    }


def subgroups_of(engine_answers: EngineAnswers, data: Path) -> list[Subgroup]:
    """Those of both modalities; `data` holds the labels."""
    labels, found = read_labels(data), []
    for modality, photos in assessed_by_modality(engine_answers).items():
        members = list(
            itertools.compress(
                engine_answers.examples, engine_answers.told.is_of_modality(modality)
            )
        )
        found += estimate_subgroups(
            modality, photos, attributes_of(members, labels, photos.sharpness)
        )
    return found


def build_report(engine_answers: list[EngineAnswers], subgroups: list[Subgroup]) -> Report:
    """All figures of the first of `engine_answers`, and how far the others agree with it."""
    first, *others = engine_answers
    metrics = {one.engine: metrics_of(one) for one in engine_answers}
    refused = first.told.modalities[first.told.statuses == REFUSED]
    return {
        **metrics[first.engine],
        "engine": first.engine,
        "refused": dict(Counter(refused.tolist())),
        "engines": metrics,
        "agreement": [
            {"engines": [first.engine, other.engine], **agreement(first.told, other.told)}
            for other in others
        ],
        "decisions": decisions_of(assessed_by_modality(first)),
        "subgroups": [subgroup.to_dict() for subgroup in subgroups],
    }


def write_report(
    engine_answers: list[EngineAnswers],
    network: Network | None,
    data: Path,
    folder: Path,
    trials: EvaluationBudget,
) -> Report:
    """Writes all files of the report; where there is a network at hand, altered photos are tried
    on it as well.
    """
    first = engine_answers[0]
    subgroups = subgroups_of(first, data)
    report = build_report(engine_answers, subgroups)
    report["plots"] = draw_plots(assessed_by_modality(first), folder)
    draw_subgroups(subgroups, folder / SUBGROUPS)
    draw_mistakes(first.examples, first.told, folder / MISTAKES)
    report["pictures"] = {"subgroups": SUBGROUPS, "mistakes": MISTAKES, "saliency": SALIENCY}
    report["external"] = external_estimates(network, data) if network else {}
    report |= _trials(network, first, folder, trials) if network else NOT_MEASURED
    (folder / "report.json").write_text(_json(report))
    (folder / "report.md").write_text(render(report))
    return report


def external_estimates(network: Network, data: Path) -> Report:
    """The figures on photos of other clinics by source; none where there are no such photos."""
    photos = read_external_photos(data)
    answers = assess_external_photos(network, photos) if photos else []
    figures = estimate_external(photos, answers)
    return {source: plain(found) for source, found in figures.items()}


def _trials(
    network: Network, engine_answers: EngineAnswers, folder: Path, trials: EvaluationBudget
) -> Report:
    results = dict(NOT_MEASURED)
    curves = measure_saliency(
        network, engine_answers.examples, engine_answers.told, trials.explained
    )
    if curves:
        draw_saliency(curves, folder / SALIENCY)
        results["saliency"] = {m: plain(f) for m, f in estimate_saliency(curves).items()}
    if trials.robustness:
        results["robustness"] = measure_robustness(
            network, engine_answers.examples, engine_answers.told, trials.robustness
        )
    return results


def refresh(engine_answers: EngineAnswers, metrics: Report, folder: Path) -> None:
    """Renews what stands beside the network in `folder`: `metrics.json`, `evaluation.png` and the
    card.
    """
    (folder / "card").mkdir(exist_ok=True)
    (folder / "card" / "metrics.json").write_text(_json(metrics))
    draw_evaluation(assessed_by_modality(engine_answers), folder / "card" / "evaluation.png")
    write_card(folder)


def plain(figures: Mapping[str, Estimate]) -> Report:
    return {name: figure.to_dict() for name, figure in figures.items()}


def _rounded(values: Any) -> list[float]:
    return [round(float(value), 4) for value in values]


def _json(report: Report) -> str:
    return json.dumps(report, indent=2, allow_nan=False) + "\n"
