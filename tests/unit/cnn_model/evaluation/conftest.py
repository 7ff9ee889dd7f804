"""Fixtures of the evaluation."""

import pytest


@pytest.fixture(autouse=True)
def few_replicates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bootstrap with few draws: the tests need no exact intervals."""
    monkeypatch.setattr("cnn_model.evaluation.metrics.REPLICATES", 100)
