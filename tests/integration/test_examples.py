"""The examples in the document of the API are real answers."""

from typing import Any

import pytest
from flask import Flask

from resources.openapi import examples
from tests.examples import story


def alike(value: Any, other: Any) -> bool:
    """Whether two answers are the same, but for the last digits of numbers."""
    # Processors round in other ways.
    if isinstance(value, dict) and isinstance(other, dict):
        return value.keys() == other.keys() and all(alike(value[k], other[k]) for k in value)
    if isinstance(value, list) and isinstance(other, list):
        return len(value) == len(other) and all(map(alike, value, other))
    if isinstance(value, float) and isinstance(other, float):
        return value == pytest.approx(other, abs=2e-3)
    if isinstance(value, str) and value.endswith("%"):
        return isinstance(other, str) and other.endswith("%")
    return bool(value == other)


@pytest.mark.model
def test_the_service_answers_as_in_the_examples(app: Flask) -> None:
    told = story(app)
    assert told.keys() == examples().keys()
    differing = [name for name in told if not alike(told[name], examples()[name])]
    assert not differing, "Write the examples again: python -m tests.examples"
