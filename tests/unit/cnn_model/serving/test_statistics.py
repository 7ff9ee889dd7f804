"""Intervals and predictive values that the server computes without SciPy."""

import pytest
from scipy.stats import binomtest

from cnn_model.serving.statistics import ppv_npv, wilson_interval_of_proportion


@pytest.mark.parametrize("count", [1, 2, 20, 263, 10_000])
@pytest.mark.parametrize("proportion", [0.0, 0.1, 0.5, 0.98, 1.0])
def test_the_wilson_interval_is_that_of_scipy(proportion: float, count: int) -> None:
    hits = round(proportion * count)
    expected = binomtest(hits, count).proportion_ci(method="wilson")
    found = wilson_interval_of_proportion(hits / count, count)
    assert found == pytest.approx((expected.low, expected.high), abs=1e-7)
    assert 0 <= found[0] <= hits / count <= found[1] <= 1


def test_predictive_values_at_one_percent() -> None:
    ppv, npv = ppv_npv(0.935, 0.89, 0.01)
    assert ppv == pytest.approx(0.079, abs=1e-3)
    assert npv == pytest.approx(0.9993, abs=1e-4)
