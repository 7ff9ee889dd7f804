"""The measurements of image quality control as Markdown."""

from pathlib import Path
from typing import Any

from cnn_model.evaluation.markdown import table, write_between

HEADINGS = ("refused", "95 % interval", "warned", "cancers called benign", "photos")


def tables(report: dict[str, Any]) -> str:
    """Return three tables: photos as they are, corrupted, and on darker skin."""
    modalities = report["modalities"].items()
    rows = (
        [("photos", *HEADINGS)]
        + [(modality.replace("_", " "), *_cells(row)) for modality, row in modalities],
        [("made worse", "strength", *HEADINGS)]
        + [
            (f"`{row['name']}`: {row['unit']}", f"{row['strength']:g}", *_cells(row))
            for row in report["corrupted"]
        ],
        [("melanin added", "estimated tone", *HEADINGS)]
        + [(f"{row['melanin']:g}", row["band"], *_cells(row)) for row in report["skin_tones"]],
    )
    return "\n\n".join(map(table, rows)) + "\n"


def update_page(page: Path, report: dict[str, Any]) -> None:
    """Replace the tables of the page, if it exists.

    Raises ValueError if the page has lost a marker.
    """
    write_between(page, "quality control", f"{heading(report)}\n\n{tables(report)}")


def heading(report: dict[str, Any]) -> str:
    """Return which network and which photos were measured."""
    model = report["model"]
    return f"Network {model['version']}, sha256 `{model['sha256'][:12]}`, {report['fold']} fold."


def _cells(row: dict[str, Any]) -> tuple[object, ...]:
    refused, benign = row["refused"], row["cancers_benign"]
    low, high = (_percent(bound) for bound in refused["interval"])
    return (
        _proportion(refused),
        f"{low} to {high}",
        _proportion(row["warned"]),
        f"{benign['hits']} of {benign['count']}" if benign["count"] else "-",
        refused["count"],
    )


def _proportion(item: dict[str, Any]) -> str:
    return _percent(item["hits"] / item["count"]) if item["count"] else "-"


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"
