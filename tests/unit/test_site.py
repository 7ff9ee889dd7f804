"""The site of the documentation: `make docs`."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
# What a browser loads by itself, unlike a link that a person follows.
LOADED = re.compile(
    r"<(?:script|img|iframe|source|video|audio|object|embed)\b[^>]*?\s(?:src|data)=[\"']?([^\"'\s>]+)"
    r"|<link\b(?![^>]*\brel=[\"']?(?:canonical|prev|next)\b)[^>]*?\shref=[\"']?([^\"'\s>]+)"
)
LOADED_BY_STYLE = re.compile(r"(?:url\(|@import )\s*[\"']?([^\"')\s]+)")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=PROJECT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    assert "WARNING" not in built.stderr
    return folder


def test_loads_nothing_from_another_host(site: Path) -> None:
    loaded = set()
    for page in site.rglob("*.html"):
        loaded |= {one or other for one, other in LOADED.findall(page.read_text())}
    for sheet in site.rglob("*.css"):
        loaded |= set(LOADED_BY_STYLE.findall(sheet.read_text()))
    assert len(loaded) > 5
    assert [address for address in loaded if re.match(r"(https?:)?//", address)] == []


def test_has_no_diagram_whose_library_is_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        assert 'class="mermaid"' not in page.read_text()


def test_has_the_documents_outside_its_folder(site: Path) -> None:
    for name in ("index.html", "cnn_model/MODEL_CARD.html", "CHANGELOG.html", "LICENSE.txt"):
        assert (site / name).exists()


def test_the_reference_has_the_operations(site: Path) -> None:
    text = (site / "reference.html").read_text()
    for part in ('id="createCheck"', "POST /api/v1/user/checks", 'href="#check"', 'id="check"'):
        assert part in text


def test_languages_are_tabs(site: Path) -> None:
    text = (site / "quickstart.html").read_text()
    assert re.search(r">curl</label>\s*<label[^>]*>Python</label>", text)
