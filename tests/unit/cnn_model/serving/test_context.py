"""What the person tells, and what it is worth."""

import math
from dataclasses import asdict

import numpy as np
import pytest

from cnn_model.serving.context import NO_CONTEXT, Context, ContextEvidence
from constants import Sex

EVIDENCE = ContextEvidence(
    {
        "age": {"0": (-1.0,) * 8, "7": (1.0,) * 8},
        "body_site": {"back": (0.0, 0.5, *(0.0,) * 6)},
    }
)


def test_nothing_told_changes_nothing() -> None:
    assert not EVIDENCE.shift(NO_CONTEXT).any()
    assert EVIDENCE.used(NO_CONTEXT) == ()


def test_what_was_told_adds_up() -> None:
    context = Context(age=85, sex=Sex.FEMALE, body_site="back")
    assert EVIDENCE.shift(context).tolist() == [1.0, 1.5, *[1.0] * 6]


@pytest.mark.parametrize(
    ("context", "used"),
    [
        (Context(age=19), ("age",)),
        (Context(age=20), ()),
        (Context(sex=Sex.MALE), ()),
        (Context(age=80, body_site="back"), ("age", "body_site")),
        (Context(body_site="ear"), ()),
    ],
)
def test_says_what_it_used(context: Context, used: tuple[str, ...]) -> None:
    assert EVIDENCE.used(context) == used


def test_can_be_taken_in_part() -> None:
    half = EVIDENCE.scaled(0.5)
    assert half.shift(Context(age=5)) == pytest.approx(np.full(8, -0.5))


def test_survives_being_written_down() -> None:
    assert ContextEvidence.from_dict(asdict(EVIDENCE)) == EVIDENCE


@pytest.mark.parametrize(
    "tables",
    [
        {"age": {"0": (1.0,) * 7}},
        {"age": {"0": (math.nan,) * 8}},
        {"age": {"ninety": (1.0,) * 8}},
        {"name": {"x": (1.0,) * 8}},
    ],
)
def test_refuses_tables_that_make_no_sense(tables: dict[str, dict[str, tuple[float, ...]]]) -> None:
    with pytest.raises((KeyError, ValueError)):
        ContextEvidence(tables)
