"""The service has one version, and everything that names it agrees."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from commands.server.serve import serve
from config import VERSION

PROJECT = Path(__file__).parents[2]


def test_is_a_semantic_version() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", VERSION)


def test_the_server_prints_it_and_does_not_start() -> None:
    result = CliRunner().invoke(serve, ["--version"])
    assert result.exit_code == 0
    assert result.output == f"skin-cancer-detector, version {VERSION}\n"


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("CHANGELOG.md", f"\n## [{VERSION}] - "),
        ("CITATION.cff", f"\nversion: {VERSION}\n"),
        ("docs/api.md", f'"version": "{VERSION}"'),
    ],
)
def test_the_documents_name_it(document: str, words: str) -> None:
    assert words in (PROJECT / document).read_text()
