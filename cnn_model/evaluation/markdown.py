"""Figures that are written into pages of `docs/`, between two markers."""

from pathlib import Path


def write_between(page: Path, name: str, text: str) -> None:
    """Replace what stands between the markers `name: start` and `name: end` of the page, if there
    is one.

    Raises ValueError where the page has lost a marker.
    """
    if not page.exists():
        return
    start, end = (f"<!-- {name}: {place} -->" for place in ("start", "end"))
    before, _, rest = page.read_text().partition(start)
    _, marker, after = rest.partition(end)
    if not marker:
        raise ValueError(f"{page.name} lacks the markers around its tables.")
    page.write_text(f"{before}{start}\n{text}{end}{after}")
