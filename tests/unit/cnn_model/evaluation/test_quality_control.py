"""The measurement of image quality control, and the page about it."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from PIL import Image

from cnn_model.data.dataset import read_examples
from cnn_model.data.synthetic import skin_photo
from cnn_model.evaluation.corruptions import CORRUPTIONS
from cnn_model.evaluation.quality_control import measure_quality_control, sample
from cnn_model.evaluation.quality_control_table import heading, tables, update_page
from cnn_model.model_run import Network
from cnn_model.serving.preprocess import central_crop
from constants import Modality
from tests.answers import ANSWER
from tests.photos import make_photos

DOCS = Path(__file__).parents[4] / "docs"
NETWORK = cast(
    Network,
    SimpleNamespace(name="n", version="1", sha256="0" * 64, answer=lambda photo, context: ANSWER),
)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = make_photos(tmp_path_factory.mktemp("photos"), groups=1, size=64)
    return {"fold": "test"} | measure_quality_control(NETWORK, read_examples(folder), 1)


def test_measures_every_modality_corruption_and_tone(report: dict[str, Any]) -> None:
    assert set(report["modalities"]) == {*Modality, "not_skin"}
    severities = [(name, value) for name, item in CORRUPTIONS.items() for value in item[2]]
    measured = [(row["name"], row["strength"]) for row in report["corrupted"]]
    assert measured == [*severities, ("no_lesion_in_view", 100)]
    for melanin in (0.0, 1.0, 2.0, 3.0):
        rows = [row for row in report["skin_tones"] if row["melanin"] == melanin]
        assert sum(row["refused"]["count"] for row in rows) == 2


def test_writes_the_tables_between_the_markers(report: dict[str, Any], tmp_path: Path) -> None:
    page = tmp_path / "quality-control.md"
    start, end = "<!-- quality control: start -->", "<!-- quality control: end -->"
    page.write_text(f"before\n{start}\nold\n{end}\nafter\n")
    update_page(page, report)
    assert (
        page.read_text() == f"before\n{start}\n{heading(report)}\n\n{tables(report)}{end}\nafter\n"
    )


def test_refuses_a_page_without_markers(report: dict[str, Any], tmp_path: Path) -> None:
    page = tmp_path / "quality-control.md"
    page.write_text("no markers\n")
    with pytest.raises(ValueError, match="markers"):
        update_page(page, report)


def test_cancers_come_first_into_the_sample(tmp_path: Path) -> None:
    examples = read_examples(make_photos(tmp_path, groups=2, size=48))
    chosen = sample(examples, 4)
    assert len(chosen) == 8
    assert {e.path.name.split("_")[0] for e in chosen} <= {"MEL", "BCC", "SCC"}


@pytest.mark.parametrize("name", list(CORRUPTIONS))
def test_a_corrupted_photo_keeps_its_size(name: str) -> None:
    _, corrupt, severities = CORRUPTIONS[name]
    photo = central_crop(skin_photo((200, 160)))
    for severity in severities:
        corrupted = corrupt(photo, severity)
        assert (corrupted.size, corrupted.mode) == ((160, 160), "RGB")
        assert corrupted.tobytes() != photo.tobytes()


def test_the_centre_of_a_photo_is_square() -> None:
    assert central_crop(Image.new("RGB", (90, 70))).size == (70, 70)


def test_the_page_has_the_tables_of_its_measurements() -> None:
    report = json.loads((DOCS / "quality-control.json").read_text())
    assert f"{heading(report)}\n\n{tables(report)}" in (DOCS / "quality-control.md").read_text()
