"""The measurements of how files are read, and of external photos, on a network for tests."""

from pathlib import Path

import pytest

from cnn_model.data.dataset import Example, read_examples
from cnn_model.data.external import ExternalPhoto, assess_external_photos
from cnn_model.evaluation.damages import DAMAGES
from cnn_model.evaluation.decoding import FORMATS, measure_damages, measure_encodings, tables
from cnn_model.evaluation.encodings import ENCODINGS
from cnn_model.evaluation.markdown import write_between
from cnn_model.model_run import Network
from cnn_model.serving.calibration import MALIGNANT_INDICES
from tests.photos import make_photos
from tests.toy_network import toy_network


@pytest.fixture(scope="module")
def network() -> Network:
    return toy_network()


@pytest.fixture(scope="module")
def cancers(tmp_path_factory: pytest.TempPathFactory) -> list[Example]:
    examples = read_examples(make_photos(tmp_path_factory.mktemp("data"), size=96))
    return [e for e in examples if e.diagnosis in MALIGNANT_INDICES]


def test_counts_refused_files_with_and_without_damage(
    network: Network, cancers: list[Example]
) -> None:
    rows = measure_damages(network, cancers, count=len(DAMAGES))
    assert len(rows) == len(FORMATS) * (len(DAMAGES) + 1)
    for row in rows:
        if row["damage"] == "none":
            assert (row["count"], row["refused"]) == (len(DAMAGES), 0)
        else:
            assert row["count"] == 1
            assert row["refused"] + row["benign"] <= 1
    assert sum(row["refused"] for row in rows) >= 0.9 * len(FORMATS) * len(DAMAGES)


def test_compares_every_encoding_with_the_pixels(
    network: Network, cancers: list[Example], tmp_path: Path
) -> None:
    rows = measure_encodings(network, cancers[:1])
    assert [row["encoding"] for row in rows] == list(ENCODINGS)
    by_name = {row["encoding"]: row for row in rows}
    assert by_name["PNG"]["largest"] == 0
    assert all(row["count"] == 1 for row in rows)
    model = {"version": "9.9.9", "sha256": "ab" * 32}
    page = tmp_path / "decoding.md"
    page.write_text("a\n<!-- decoding: start -->\nstale\n<!-- decoding: end -->\nb\n")
    write_between(page, "decoding", tables({"model": model, "damages": [], "encodings": rows}))
    assert "stale" not in page.read_text()
    assert "Network 9.9.9, sha256 `abababababab`" in page.read_text()
    assert "| PNG | 0.0000 | 0.000 | 1 | 0 | 1 |" in page.read_text()


def test_external_photos_are_assessed_once(
    network: Network,
    cancers: list[Example],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    photos = [ExternalPhoto(e.path, "ISIC 2017", e.group, True, 1) for e in cancers[:3]]
    answers = assess_external_photos({1: network}, photos, tmp_path)
    monkeypatch.setattr(network, "answer", None)
    assert assess_external_photos({1: network}, photos, tmp_path) == answers
    assert all(0 <= answer.probability <= 1 for answer in answers)
