"""The measurements of the gate as Markdown."""

from pathlib import Path
from typing import Any

from cnn_model.evaluation.markdown import write_between

HEADING = "| refused | 95 % interval | warned | cancers called benign | photos |"
RULE = "|---|---|---|---|---|"


def table(report: dict[str, Any]) -> str:
    """Three tables: photos as they are, made worse, and on darker skin."""
    return "\n".join(
        [
            f"| photos {HEADING}",
            f"|---{RULE}",
            *(
                f"| {modality.replace('_', ' ')} {_cells(row)}"
                for modality, row in report["modalities"].items()
            ),
            "",
            f"| made worse | strength {HEADING}",
            f"|---|---{RULE}",
            *(
                f"| `{row['name']}`: {row['unit']} | {row['strength']:g} {_cells(row)}"
                for row in report["corrupted"]
            ),
            "",
            f"| melanin added | estimated tone {HEADING}",
            f"|---|---{RULE}",
            *(
                f"| {row['melanin']:g} | {row['band']} {_cells(row)}"
                for row in report["skin_tones"]
            ),
            "",
        ]
    )


def update_page(page: Path, report: dict[str, Any]) -> None:
    """Replaces the tables of the page, if there is one.

    Raises ValueError where the page has lost a marker.
    """
    write_between(page, "quality control", f"{heading(report)}\n\n{table(report)}")


def heading(report: dict[str, Any]) -> str:
    model = report["model"]
    return f"Network {model['version']}, sha256 `{model['sha256'][:12]}`, {report['fold']} fold."


def _cells(row: dict[str, Any]) -> str:
    refused, benign = row["refused"], row["cancers_benign"]
    low, high = (_percent(bound) for bound in refused["interval"])
    of_cancers = f"{benign['hits']} of {benign['count']}" if benign["count"] else "-"
    return (
        f"| {_share(refused)} | {low} to {high} | {_share(row['warned'])} | {of_cancers} "
        f"| {refused['count']} |"
    )


def _share(figure: dict[str, Any]) -> str:
    return _percent(figure["hits"] / figure["count"]) if figure["count"] else "-"


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"
