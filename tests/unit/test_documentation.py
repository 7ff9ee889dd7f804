"""The documents are complete."""

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest
from flask import Flask

from commands import GROUPS
from commands.base import ExitCode
from commands.lazy import LazyCommand
from config import ENVIRONMENTS, Settings
from constants import API_PREFIX, Modality
from resources.problem_types import PROBLEMS

PROJECT = Path(__file__).parents[2]
DOCUMENTS = [
    path.relative_to(PROJECT)
    for pattern in ("*.md", "clients/*/*.md", "cnn_model/*.md", "docs/**/*.md")
    for path in sorted(PROJECT.glob(pattern))
]
SETTINGS = ["APP_ENV", "ENV_FILE", *(item.name.upper() for item in fields(Settings))]


def text(name: str) -> str:
    return (PROJECT / name).read_text()


@pytest.mark.parametrize("document", ["docs/configuration.md", ".env.example"])
def test_names_exactly_the_settings(document: str) -> None:
    pattern = r"^\| `([A-Z0-9_]+)` \|" if document.endswith(".md") else r"^#? ?([A-Z0-9_]+)="
    assert sorted(re.findall(pattern, text(document), re.MULTILINE)) == sorted(SETTINGS)


def test_documents_the_defaults() -> None:
    rows = dict(
        re.findall(r"^\| `([A-Z0-9_]+)` \| (.*?) \|", text("docs/configuration.md"), re.MULTILINE)
    )
    for item in fields(Settings):
        default = item.metadata["default"]
        if not callable(default) and default:
            assert rows[item.name.upper()] == f"`{default}`"


def test_names_the_environments() -> None:
    assert all(f"`{name}`" in text("docs/configuration.md") for name in ENVIRONMENTS)


def test_names_exactly_the_routes(app: Flask) -> None:
    served = {
        f"{method} {rule.rule.removeprefix(API_PREFIX)}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert set(re.findall(r"^\| `([A-Z]+ /[^`]*)` \|", text("docs/api.md"), re.MULTILINE)) == served


def test_names_exactly_the_errors() -> None:
    pattern = r"^\| `([a-z-]+)` \| (\d{3}) \| (\w+) \| \S"
    rows = re.findall(pattern, text("docs/api.md"), re.MULTILINE)
    assert sorted(rows) == sorted(
        (slug, str(int(problem.status)), problem.retry) for slug, problem in PROBLEMS.items()
    )


def test_names_the_commands() -> None:
    documents = "".join(path.read_text() for path in (PROJECT / "docs").glob("*.md"))
    for group in GROUPS:
        for name in group.commands:
            assert re.search(rf"`flask {group.name} {name}\b", documents), name


def test_names_exactly_the_commands_for_operators() -> None:
    rows = re.findall(r"^\| `flask ([a-z]+ [a-z-]+)\b", text("docs/operators.md"), re.MULTILINE)
    assert sorted(rows) == sorted(
        f"{group.name} {name}"
        for group in GROUPS
        for name, command in group.commands.items()
        if not isinstance(command, LazyCommand)
    )


def test_documents_the_exit_codes() -> None:
    rows = re.findall(r"^\| (\d) \|", text("docs/operators.md"), re.MULTILINE)
    assert rows == [str(int(code)) for code in ExitCode]


@pytest.mark.parametrize("document", ["README.md", "cnn_model/MODEL_CARD.md"])
def test_the_figures_are_those_of_the_evaluation(document: str) -> None:
    report = json.loads(text("cnn_model/card/metrics.json"))
    digits = 2 if document == "README.md" else 3
    for modality in Modality:
        for name in ("auc_malignant", "sensitivity_flagged", "expected_calibration_error"):
            assert f"{report[modality][name]['value']:.{digits}f}" in text(document)


def test_the_figures_are_those_of_the_network_that_serves() -> None:
    report = json.loads(text("cnn_model/card/metrics.json"))
    description = json.loads(text("cnn_model/skin_cancer_model.json"))
    assert report["model"]["sha256"] == description["sha256"]["litert"]
    assert report["model"]["version"] == description["version"]


def test_the_readme_names_the_make_targets() -> None:
    for command in ("make run", "make test"):
        assert command in text("README.md")


def prose(document: Path) -> str:
    return re.sub(r"^```.*?^```", "", document.read_text(), flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_the_documents_link_to_what_is_there(document: Path) -> None:
    for link, anchor in re.findall(
        r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)", prose(PROJECT / document)
    ):
        target = PROJECT / document.parent / link if link else PROJECT / document
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), f"{link}#{anchor}"


def anchors(document: Path) -> set[str]:
    """The anchors of headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", prose(document), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in headings}


def test_the_site_has_every_document() -> None:
    """In its navigation; the index of the decisions lists the decisions."""
    navigation = text("mkdocs.yml").partition("\nnav:\n")[2]
    listed = set(re.findall(r": (\S+\.md)$", navigation, re.MULTILINE))
    documents = {path.as_posix().removeprefix("docs/") for path in DOCUMENTS}
    decisions = {name for name in documents if re.match(r"decisions/\d", name)}
    assert listed == documents - decisions - {"README.md"} | {"index.md", "reference.md"}


def test_the_index_lists_every_decision() -> None:
    folder = PROJECT / "docs" / "decisions"
    listed = re.findall(r"\]\((\d{4}-[a-z0-9-]+\.md)\)", (folder / "README.md").read_text())
    assert listed == sorted(path.name for path in folder.glob("0*.md"))


def test_contributing_names_modules_that_are_there() -> None:
    """Those of the guides that are about what exists: paths with a known package in front."""
    named = set(
        re.findall(
            r"`((?:cnn_model|commands|managers|resources|schemas|services|tests|utils)"
            r"/[\w/]+\.py)`",
            text("CONTRIBUTING.md"),
        )
    )
    example = {path for path in named if "lesion" in path}
    assert {path for path in named - example if not (PROJECT / path).exists()} == set()
