"""Markdown tables, and pages of `docs/` that hold generated ones between two markers."""

from collections.abc import Iterable
from pathlib import Path

SHORTEST_RULE = 3


def table(rows: Iterable[Iterable[object]], *, is_aligned: bool = False) -> str:
    """Return rows, the first of them the headings, as a Markdown table without a final newline.

    `is_aligned` pads the cells, for tables that are also read as plain text. Raises ValueError if
    the rows differ in length.
    """
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, cells)) if is_aligned else 0 for cells in zip(*texts, strict=True)]
    lines = [
        " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in texts
    ]
    rule = "|".join("-" * max(width + 2, SHORTEST_RULE) for width in widths)
    return "\n".join([f"| {lines[0]} |", f"|{rule}|", *(f"| {line} |" for line in lines[1:])])


def write_between(page: Path, name: str, text: str) -> None:
    """Replace the text between the markers `name: start` and `name: end` of the page, if it exists.

    Raises ValueError if a marker is missing.
    """
    if not page.exists():
        return
    start, end = (f"<!-- {name}: {marker} -->" for marker in ("start", "end"))
    before, _, rest = page.read_text().partition(start)
    _, marker, after = rest.partition(end)
    if not marker:
        raise ValueError(f"{page.name} lacks the markers around its tables.")
    page.write_text(f"{before}{start}\n{text}{end}{after}")
