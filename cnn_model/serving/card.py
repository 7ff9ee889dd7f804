"""The parts of the model card that the service serves at `GET /model`."""

import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from cnn_model.serving.description import BUNDLED, Description

FOLDER = BUNDLED / "card"
METRICS = FOLDER / "metrics.json"


@cache
def card_texts() -> dict[str, Any]:
    """Return the texts of `card.toml`, each in one line."""
    return dict(_in_one_line(tomllib.loads((FOLDER / "card.toml").read_text())))


def _in_one_line(value: Any) -> Any:
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, list):
        return [_in_one_line(item) for item in value]
    if isinstance(value, dict):
        return {key: _in_one_line(item) for key, item in value.items()}
    return value


def measured_performance(
    description: Description, file: Path | None = None
) -> dict[str, Any] | None:
    """Return the figures in `file` (`METRICS` by default), None if they are of another network."""
    try:
        report = json.loads((file or METRICS).read_text())
        model = report.pop("model")
        same = model["version"] == description.version
        same = same and model["sha256"] in description.sha256.values()
    except (AttributeError, KeyError, OSError, TypeError, ValueError):
        return None
    return dict(report) if same else None
