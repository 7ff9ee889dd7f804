"""The model card."""

from dataclasses import replace
from pathlib import Path

import pytest

from cnn_model.evaluation.model_card import render_card, write_card
from cnn_model.serving.card import card_texts, measured_performance
from cnn_model.serving.description import BUNDLED, Description


@pytest.fixture
def description() -> Description:
    return Description.read(BUNDLED / "skin_cancer_model.json")


def test_the_committed_card_is_what_would_be_written(description: Description) -> None:
    committed = (BUNDLED / "MODEL_CARD.md").read_text()
    assert committed == render_card(description, measured_performance(description))


def test_the_words_are_about_the_network_that_comes_with_the_service(
    description: Description,
) -> None:
    assert card_texts()["version"] == description.version


def test_is_written_beside_the_network(description: Description, tmp_path: Path) -> None:
    description.write(tmp_path / "skin_cancer_model.json")
    write_card(tmp_path)
    assert (tmp_path / "MODEL_CARD.md").read_text() == render_card(description, None)


def test_says_so_where_nothing_was_measured(description: Description) -> None:
    card = render_card(replace(description, version="9.9.9"), None)
    assert "Version 9.9.9" in card
    assert "is about version" in card
    assert "has not been evaluated yet" in card
    assert "evaluation.png" not in card


def test_shows_figures_of_any_depth(description: Description) -> None:
    figure = {"value": 0.9, "interval": [0.8, None], "count": 12}
    performance = {
        "evaluated": "2026-11-23",
        "photos": {"clinical": 93},
        "clinical": {"auc_malignant": figure, "by_sex": {"female": {"brier_score": figure}}},
    }
    card = render_card(description, performance)
    assert "Evaluated on 2026-11-23" in card
    assert "| AUC, malignant against the rest | 0.900 | 0.800 to - | 12 |" in card
    assert "| Clinical, by sex, female | value | 95 % interval | photos |" in card


def test_tells_of_each_training_run(description: Description) -> None:
    run = {"architecture": "mobilenet_v2", "start": "ab" * 32, "validation": [1, 2], "size": 192}
    took = {"photos": {"training": {"smartphone": 3, "dermoscopy": 4}}, "wall_seconds": 120.0}
    card = render_card(replace(description, training={"runs": [run | took, {}]}), None)
    assert "| 1 | mobilenet_v2 | abababababab | - | 192 | - | - | 1, 2 | - | 7 | 2 | - |" in card
    assert f"| 2 |{' - |' * 11}" in card


def test_tells_of_a_run_that_two_went_on_from_once(description: Description) -> None:
    first = {"architecture": "efficientnet_lite2", "epochs": 10}
    runs = [{"epochs": 7, "seed": seed, "before": first} for seed in (3, 4)]
    card = render_card(replace(description, training={"runs": runs}), None)
    rows = [line for line in card.splitlines() if line.startswith(("| 1", "| 2"))]
    assert [row.split(" | ")[:6] for row in rows[:3]] == [
        ["| 1, 2", "efficientnet_lite2", "-", "-", "-", "10"],
        ["| 1", "-", "-", "-", "-", "7"],
        ["| 2", "-", "-", "-", "-", "7"],
    ]


def test_holds_every_text(description: Description) -> None:
    card = " ".join(render_card(description, None).split())
    texts = card_texts()
    for text in (
        texts["summary"],
        texts["intended_use"],
        texts["data_notes"],
        *texts["out_of_scope_uses"],
    ):
        assert text in card
    for item in (*texts["limitations"], *texts["calibration"]):
        assert f"**{item['title']}.** {item['text']}" in card


def test_counts_the_photos_that_were_used(description: Description) -> None:
    performance = measured_performance(description)
    assert performance is not None
    for part in card_texts()["data"]:
        assert part["photos"] == part["trained_on"] + part["validation"] + part["held_out"]
        assert part["validation"] == description.validation["photos"][part["part"]]
        assert part["held_out"] == performance["photos"][part["part"]]


def test_shows_what_was_measured_on_photos_of_other_clinics(description: Description) -> None:
    figure = {"value": 0.04, "interval": [0.02, 0.07], "count": 221}
    strangers = {"Elsewhere": {"melanomas_called_benign": figure}}
    card = render_card(description, {"evaluated": "2026-11-25", "external": strangers})
    assert "| Dermoscopic images of other clinics, Elsewhere | value |" in card
    assert "| Melanomas called benign | 0.040 | 0.020 to 0.070 | 221 |" in card


def test_shows_which_photos_of_other_clinics_chose(description: Description) -> None:
    item = {"melanomas": 60, "may_be_missed": 0, "threshold": 0.002}
    chosen = {"strangers": {"sources": {"Elsewhere": item}}}
    assert "| Elsewhere | 60 | 0 | 0.002 |" in render_card(
        replace(description, validation=chosen), None
    )
    assert "may be missed" not in render_card(replace(description, validation={}), None)
