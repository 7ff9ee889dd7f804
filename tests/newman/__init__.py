"""newman, which runs Postman collections; npm installs it here from the lock file."""

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
PROGRAM = HERE / "node_modules" / ".bin" / "newman"
DOCS = HERE.parents[1] / "docs"
# Errors of npm that have nothing to do with the lock file.
NO_REGISTRY = re.compile(
    r"code (ENOTFOUND|EAI_AGAIN|ECONN\w+|ETIMEDOUT|ERR_SOCKET_TIMEOUT|E\d{3})\b"
)


@dataclass(frozen=True)
class Run:
    """What newman reports: its exit status, all assertions, and those that failed."""

    status: int
    assertions: int
    failures: list[str]
    requests: int


def require_newman() -> None:
    """Install newman, or skip the test with the reason."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("node and npm are not installed")
    if PROGRAM.exists():
        return
    command = ["npm", "ci", "--fetch-retries=1", "--fetch-timeout=20000"]
    try:
        done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=180)
    except subprocess.TimeoutExpired:
        pytest.skip("npm cannot install newman: the package registry is too slow")
    if NO_REGISTRY.search(done.stderr):
        pytest.skip("npm cannot install newman: no package registry answers")
    assert done.returncode == 0, done.stderr


def newman(collection: dict[str, Any], folder: Path, **variables: str) -> Run:
    """Run a collection with these variables in its environment."""
    (folder / "collection.json").write_text(json.dumps(collection))
    command = [str(PROGRAM), "run", "collection.json", "--working-dir", str(DOCS)]
    command += ["--reporters", "json", "--reporter-json-export", "report.json"]
    for name, value in variables.items():
        command += ["--env-var", f"{name}={value}"]
    environment = {**os.environ, "NODE_OPTIONS": "--no-deprecation"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=120)
    run = json.loads((folder / "report.json").read_text())["run"]
    failures = [
        f"{one['source']['name']}: {one['error'].get('test', one['error']['message'])}"
        for one in run["failures"]
    ]
    stats = run["stats"]
    return Run(done.returncode, stats["assertions"]["total"], failures, stats["requests"]["total"])
