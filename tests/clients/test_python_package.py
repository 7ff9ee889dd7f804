"""The Python package as it is installed from the repository."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from skin_cancer_client import VERSION

PACKAGE = Path(__file__).parents[2] / "clients" / "python"


@pytest.mark.slow
def test_installs_with_its_tool_and_types(tmp_path: Path) -> None:
    # setuptools writes into the folder that it builds from.
    source = shutil.copytree(PACKAGE, tmp_path / "source")
    target = tmp_path / "installed"
    without_network = ["--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run(
        [sys.executable, "-m", "pip", "install", *without_network, "--target", target, source],
        capture_output=True,
        timeout=120,
        check=True,
    )
    assert (target / "skin_cancer_client" / "py.typed").exists()
    said = subprocess.run(
        [target / "bin" / "skin-check", "--version"],
        env={**os.environ, "PYTHONPATH": str(target)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert said.stdout == f"skin-check {VERSION}\n"
