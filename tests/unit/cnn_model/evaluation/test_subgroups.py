"""Estimates for subgroups."""

from pathlib import Path

import numpy as np
import pytest

from cnn_model.data.dataset import Example
from cnn_model.evaluation.answers import collect
from cnn_model.evaluation.report import render_subgroups
from cnn_model.evaluation.subgroups import (
    UNKNOWN,
    attributes_of,
    estimate_subgroups,
    read_labels,
    terciles,
)
from cnn_model.serving.context import Context
from constants import Modality, Status
from tests.answers import ANSWERS, FOUR, answer, example


def test_one_row_for_each_value_and_one_for_all() -> None:
    ages = np.array(["70 and over", "under 30", UNKNOWN, "under 30"])
    table = estimate_subgroups(Modality.CLINICAL, ANSWERS, {"age": ages})
    assert [(row.attribute, row.value, row.photos, row.cancers) for row in table] == [
        ("modality", "all", 4, 2),
        ("age", "under 30", 2, 1),
        ("age", "70 and over", 1, 1),
        ("age", UNKNOWN, 1, 0),
    ]
    young = table[1]
    assert (young.auc.value, young.sensitivity.value, young.specificity.value) == (0, 0, 1)
    assert np.isnan(table[3].sensitivity.value)
    assert table[3].to_dict()["sensitivity_flagged"]["value"] is None


@pytest.mark.parametrize(("count", "mark"), [(29, " *"), (30, "")])
def test_an_estimate_from_few_cancers_is_marked(count: int, mark: str) -> None:
    examples = [example(code, n) for n in range(count) for code in ("MEL", "NV")]
    answers = collect(examples, [answer(0.9, Status.MALIGNANT)] * len(examples))
    (row,) = estimate_subgroups(Modality.CLINICAL, answers, {})
    cells = str(list(render_subgroups([row.to_dict()]))).split("|")
    assert f" 0.500 (0.500 to 0.500){mark} " in cells
    assert any(cell.startswith(" 1.000 (") and cell.rstrip().endswith(f"){mark}") for cell in cells)


def test_an_unknown_attribute_is_left_out() -> None:
    table = estimate_subgroups(
        Modality.CLINICAL, ANSWERS, {"Fitzpatrick type": np.full(4, UNKNOWN)}
    )
    assert [row.attribute for row in table] == ["modality"]


def test_attributes_come_from_the_labels(tmp_path: Path) -> None:
    for folder, header, row in (
        ("smartphone", "image,sex,fitzpatrick", "0.jpg,MALE,2.0"),
        ("dermoscopy", "image,sex", "1.jpg,female"),
    ):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "labels.csv").write_text(f"{header}\n{row}\n")
    context = Context(age=69, body_site="back")
    known = Example(
        tmp_path / "smartphone/images/0.jpg", Modality.CLINICAL, Modality.CLINICAL, "a", 0, context
    )
    found = attributes_of([known, FOUR[2]], read_labels(tmp_path), np.array([1.0, 9.0]))
    assert {name: list(values) for name, values in found.items()} == {
        "diagnosis": ["MEL", "NV"],
        "sex": ["male", UNKNOWN],
        "age": ["50 to 69", UNKNOWN],
        "body site": ["back", UNKNOWN],
        "Fitzpatrick type": ["II", UNKNOWN],
        "sharpness": ["blurred third", "sharp third"],
    }


def test_terciles_have_the_same_size() -> None:
    thirds = terciles(np.array([9.0, 1, 2, 8, 5, 6]))
    assert list(thirds) == [
        "sharp third",
        "blurred third",
        "blurred third",
        "sharp third",
        "middle third",
        "middle third",
    ]
