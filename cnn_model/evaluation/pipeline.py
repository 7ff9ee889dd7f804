"""The evaluation pipeline: from answers to the files of a report."""

import datetime
import itertools
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

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
from cnn_model.evaluation.sources import EngineAnswers
from cnn_model.evaluation.subgroups import Subgroup, attributes_of, estimate_subgroups, read_labels
from cnn_model.model_run import Network
from cnn_model.training.left_out import left_out_networks
from constants import Modality

MISTAKES, SUBGROUPS, SALIENCY = "mistakes.png", "subgroups.png", "saliency.png"

Report = dict[str, Any]

NOT_MEASURED: Report = {"saliency": {}, "robustness": {}}


@dataclass(frozen=True)
class EvaluationBudget:
    """The number of photos for the slow measurements, 0 to skip one.

    `saliency` counts flagged cancers, `robustness` photos of each modality.
    """

    saliency: int
    robustness: int


def metrics_of(engine_answers: EngineAnswers) -> Report:
    """Return all estimates for the answers of one engine, as in `metrics.json`."""
    image_only = engine_answers.image_only
    estimates = {
        modality: estimate_modality(
            photos, image_only.of_modality(modality) if image_only else None
        )
        for modality, photos in assessed_by_modality(engine_answers).items()
    }
    return {
        "model": {**engine_answers.model, "engine": engine_answers.engine},
        "evaluated": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "photos": dict(Counter(engine_answers.with_context.modalities.tolist())),
        "prevalence": PREVALENCE,
        **{modality: plain(items) for modality, items in estimates.items()},
        "quality_control": plain(estimate_quality_control(engine_answers.with_context)),
    }


def assessed_by_modality(engine_answers: EngineAnswers) -> ByModality:
    """Return the answers with context to the assessed lesions of each modality."""
    return {modality: engine_answers.with_context.of_modality(modality) for modality in Modality}


def decisions_of(modalities: ByModality) -> Report:
    """Return the net benefit of referring by probability, by status, and everyone, by modality."""
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
    """Return the subgroups of both modalities; the labels are below `data`."""
    labels, found = read_labels(data), []
    for modality, photos in assessed_by_modality(engine_answers).items():
        members = list(
            itertools.compress(
                engine_answers.examples, engine_answers.with_context.is_of_modality(modality)
            )
        )
        found += estimate_subgroups(
            modality, photos, attributes_of(members, labels, photos.sharpness)
        )
    return found


def build_report(answers_of_engines: list[EngineAnswers], subgroups: list[Subgroup]) -> Report:
    """Return all estimates for the first engine, and its agreement with the others."""
    first, *others = answers_of_engines
    metrics = {one.engine: metrics_of(one) for one in answers_of_engines}
    refused = first.with_context.modalities[first.with_context.statuses == REFUSED]
    return {
        **metrics[first.engine],
        "engine": first.engine,
        "refused": dict(Counter(refused.tolist())),
        "engines": metrics,
        "agreement": [
            {
                "engines": [first.engine, other.engine],
                **agreement(first.with_context, other.with_context),
            }
            for other in others
        ],
        "decisions": decisions_of(assessed_by_modality(first)),
        "subgroups": [subgroup.to_dict() for subgroup in subgroups],
    }


def write_report(
    answers_of_engines: list[EngineAnswers],
    network: Network | None,
    models: Path,
    data: Path,
    folder: Path,
    budget: EvaluationBudget,
) -> Report:
    """Write all files of the report to `folder` and return it.

    Photos of other clinics, saliency and robustness are measured on `network`, which lies in
    `models`, and skipped without one.
    """
    first = answers_of_engines[0]
    subgroups = subgroups_of(first, data)
    report = build_report(answers_of_engines, subgroups)
    report["plots"] = draw_plots(assessed_by_modality(first), folder)
    draw_subgroups(subgroups, folder / SUBGROUPS)
    draw_mistakes(first.examples, first.with_context, folder / MISTAKES)
    report["pictures"] = {"subgroups": SUBGROUPS, "mistakes": MISTAKES, "saliency": SALIENCY}
    report["external"] = external_estimates(models, data) if network else {}
    report |= _slow_measurements(network, first, folder, budget) if network else NOT_MEASURED
    (folder / "report.json").write_text(_json(report))
    (folder / "report.md").write_text(render(report))
    return report


def external_estimates(models: Path, data: Path) -> Report:
    """Return the figures on photos of other clinics by source, of networks that saw none of them.

    They are parts of the network in the folder `models`. Without such photos there are none.
    """
    photos = read_external_photos(data)
    answers = assess_external_photos(left_out_networks(models), photos) if photos else []
    figures = estimate_external(photos, answers)
    return {source: plain(found) for source, found in figures.items()}


def _slow_measurements(
    network: Network, engine_answers: EngineAnswers, folder: Path, budget: EvaluationBudget
) -> Report:
    results = dict(NOT_MEASURED)
    examples, answers = engine_answers.examples, engine_answers.with_context
    curves = measure_saliency(network, examples, answers, budget.saliency)
    if curves:
        draw_saliency(curves, folder / SALIENCY)
        results["saliency"] = {
            mode: plain(items) for mode, items in estimate_saliency(curves).items()
        }
    if budget.robustness:
        results["robustness"] = measure_robustness(network, examples, answers, budget.robustness)
    return results


def refresh(engine_answers: EngineAnswers, metrics: Report, folder: Path) -> None:
    """Write `metrics.json`, `evaluation.png` and the model card of the network in `folder`."""
    (folder / "card").mkdir(exist_ok=True)
    (folder / "card" / "metrics.json").write_text(_json(metrics))
    draw_evaluation(assessed_by_modality(engine_answers), folder / "card" / "evaluation.png")
    write_card(folder)


def plain(estimates: Mapping[str, Estimate]) -> Report:
    """Return estimates as JSON."""
    return {name: estimate.to_dict() for name, estimate in estimates.items()}


def _rounded(values: Any) -> list[float]:
    return [round(float(value), 4) for value in values]


def _json(report: Report) -> str:
    return json.dumps(report, indent=2, allow_nan=False) + "\n"
