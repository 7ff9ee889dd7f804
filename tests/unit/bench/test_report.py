"""The page of the benchmark, from made-up measurements."""

import math
from pathlib import Path

import pytest

from bench.measure import Sample
from bench.report import SERVICE, About, Case, cell, disturbed, markdown, plot, ratio

MB = 2**20


def sample(requests: int, failures: int = 0) -> Sample:
    latencies = tuple(number / 100 for number in range(1, requests + 1))
    return Sample(10.0, latencies, failures, cpu=requests * 0.05, memory=300 * MB)


RESULTS = {
    Case(SERVICE, "small", 1): [sample(100), sample(120), sample(140)],
    Case("peer", "small", 1): [sample(60, failures=2)],
}
ABOUT = About(
    3, 10.0, 0.0, "2.2.1", {SERVICE: "flask 3", "peer": "peer 1"}, {SERVICE: "-", "peer": "all"}
)


def test_a_sample_counts_what_succeeded() -> None:
    measured = sample(100, failures=1)
    assert measured.per_second == 10
    assert measured.cpu_ms == pytest.approx(50)
    assert measured.latency_ms(0.95) == pytest.approx(960)


def test_a_server_that_answers_nothing_has_no_latency() -> None:
    measured = sample(0, failures=5)
    assert measured.per_second == 0
    assert math.isnan(measured.latency_ms(0.5))
    assert ratio({**RESULTS, Case("dead", "small", 1): [measured]}, Case("dead", "small", 1)) == "-"


def test_several_rounds_have_a_range() -> None:
    samples = RESULTS[Case(SERVICE, "small", 1)]
    assert cell(samples, lambda each: each.per_second, 1) == "12.0 (10.0 to 14.0)"
    assert cell(samples[:1], lambda each: each.per_second, 1) == "10.0"


def test_the_ratio_is_that_of_the_medians() -> None:
    assert ratio(RESULTS, Case("peer", "small", 1)) == "2.00"
    assert ratio({Case("peer", "small", 1): [sample(1)]}, Case("peer", "small", 1)) == "-"


def test_the_page_has_every_server_and_its_failures() -> None:
    page = markdown(RESULTS, ABOUT)
    assert "| peer | 6.0 | 2.00 | 50 | 310 | 580 | 300 | 2 |" in page
    assert "| peer | peer 1 | all |" in page


def test_the_page_says_whether_other_work_ran() -> None:
    assert disturbed(0.0).startswith("Nothing else")
    assert "Other work" in disturbed(1000.0)


def test_draws_a_plot(tmp_path: Path) -> None:
    plot(RESULTS, tmp_path / "plot.png")
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")
