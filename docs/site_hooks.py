"""Hooks of mkdocs: how the documents of the repository become pages of a site.

The documents are written for a reader of the repository, so their links are paths in it. Here they
become links between pages. Nothing that a page loads comes from another host.
"""

import posixpath
import re
from pathlib import Path
from textwrap import indent
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from docs.site_reference import reference

PROJECT = Path(__file__).parents[1]
# Files outside docs/ that are pages or downloads too, with their places in the site.
OUTSIDE = {
    "README.md": "index.md",
    "CHANGELOG.md": "CHANGELOG.md",
    "clients/python/README.md": "clients/python/README.md",
    "clients/typescript/README.md": "clients/typescript/README.md",
    "CONTRIBUTING.md": "CONTRIBUTING.md",
    "SECURITY.md": "SECURITY.md",
    "LICENSE": "LICENSE.txt",
    "CITATION.cff": "CITATION.cff.txt",
    ".env.example": "env.example.txt",
    "cnn_model/MODEL_CARD.md": "cnn_model/MODEL_CARD.md",
    "cnn_model/card/evaluation.png": "cnn_model/card/evaluation.png",
}
INSIDE = {page: place for place, page in OUTSIDE.items()}
CODE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
TAB = re.compile(r"^#### (curl|Python|JavaScript)\n\n(```.*?^```\n)", re.MULTILINE | re.DOTALL)
DIAGRAM = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the files outside docs/, and the reference of the API."""
    for place, page in OUTSIDE.items():
        files.append(File.generated(config, page, abs_src_path=str(PROJECT / place)))
    files.append(File.generated(config, "reference.md", content=reference()))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Return the text of a page as the site needs it."""
    place = page.file.src_uri
    parts = CODE.split(DIAGRAM.sub(_table, markdown))
    parts[::2] = [LINK.sub(lambda link: _to_page(link, place), part) for part in parts[::2]]
    return TAB.sub(_tab, "".join(parts))


def _to_page(link: re.Match[str], page: str) -> str:
    """Return a link between files of the repository as one between pages."""
    place = INSIDE.get(page, f"docs/{page}")
    target = posixpath.normpath(posixpath.join(posixpath.dirname(place), link[1]))
    target = OUTSIDE.get(target, target.removeprefix("docs/"))
    return f"]({posixpath.relpath(target, posixpath.dirname(page) or '.')}"


def _tab(section: re.Match[str]) -> str:
    """Return a section in one language as one of the tabs of all languages."""
    return f'=== "{section[1]}"\n\n{indent(section[2], "    ")}'


def _table(diagram: re.Match[str]) -> str:
    """Return a diagram of arrows as a table: the library that draws it is large, and elsewhere."""
    names: dict[str, Any] = dict(re.findall(r'^ *(\w+)\["(.*)"\]$', diagram[1], re.MULTILINE))
    arrows = re.findall(r"^ *([\w &]+) --> ([\w &]+)$", diagram[1], re.MULTILINE)
    rows = [
        f"| {names[source]} | {', '.join(f'`{target}`' for target in targets.split(' & '))} |"
        for sources, targets in arrows
        for source in sources.split(" & ")
    ]
    return "\n".join(["| from | arrows to |", "|---|---|", *rows])
