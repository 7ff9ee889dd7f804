"""More networks for the tests: the bundled one under other versions and with other thresholds."""

import json
import shutil
from pathlib import Path
from typing import Any

from cnn_model.serving.description import FILE_KEYS, NAME
from config import Settings

ALL_MALIGNANT = {"unclear_threshold": 1e-12, "malignant_threshold": 1e-12}
ALL_BENIGN = {
    "unclear_threshold": 1.0,
    "malignant_threshold": 1.0,
    "premalignant_threshold": 1.0,
}


def bundled(settings: Settings) -> str:
    """The version of the one that comes with the service."""
    return str(json.loads(settings.network_file.with_suffix(".json").read_text())["version"])


def make_network(folder: Path, settings: Settings, version: str, **thresholds: float) -> Path:
    """A folder with the bundled network under another version, as an export writes it."""
    folder.mkdir(parents=True)
    shutil.copy(settings.network_file, folder / f"{NAME}.tflite")
    shutil.copy(settings.network_file.with_suffix(".json"), folder / f"{NAME}.json")
    describe(folder, version=version)
    values = json.loads((folder / f"{NAME}.json").read_text())
    for key in FILE_KEYS.values():
        values["calibrations"][key] |= thresholds
    describe(folder, **values)
    return folder


def describe(folder: Path, **changes: Any) -> None:
    """Change values in the description of a network."""
    file = folder / f"{NAME}.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))
