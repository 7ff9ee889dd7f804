"""The quickstart does what it says, in all its languages."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnn_model.serving.description import BUNDLED, NAME
from tests.quickstart import MARK, blocks, differences, printed, same_text, script
from tests.service import PROJECT, Service, on_new_data

pytestmark = [pytest.mark.slow, pytest.mark.model]


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    for service in on_new_data():
        service.start(WORKERS="1", NETWORK_FILE=str(BUNDLED / f"{NAME}.tflite"))
        service.wait_until_ready()
        yield service


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that has the documents, as that of the project has them."""
    (tmp_path / "docs").symlink_to(PROJECT / "docs")
    return tmp_path


def run(service: Service, folder: Path, language: str, program: str, name: str) -> str:
    """What the code of a language prints."""
    if not shutil.which(program):
        pytest.skip(f"{program} is not installed")
    (folder / name).write_text(script(language, service.root))
    environment = {**os.environ, "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(
        [program, name], cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_curl(service: Service, folder: Path) -> None:
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    output = run(service, folder, "bash", "bash", "quickstart.sh")
    in_curl = [block for block in blocks() if block.language == "bash"]
    answers = [part.strip() for part in output.split(MARK)[1:]]
    for block, answer in zip(in_curl, answers, strict=True):
        if block.shown:
            assert differences(block.shown, json.loads(answer)) == [], answer
    assert sum(block.shown is not None for block in in_curl) == 4
    assert (folder / "heatmap.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads((folder / "again.json").read_text())["id"]
    assert answers[-1] == "204"


@pytest.mark.parametrize(
    ("language", "program", "name"),
    [("python", sys.executable, "quickstart.py"), ("js", "node", "quickstart.mjs")],
    ids=["python", "javascript"],
)
def test_other_languages(
    service: Service, folder: Path, language: str, program: str, name: str
) -> None:
    lines = run(service, folder, language, program, name).splitlines()
    shown = printed(language)
    # The check of the repeated upload comes later: the list has one check.
    assert len(shown) == len(lines) == 7, lines
    for one, other in zip(shown, lines, strict=True):
        assert same_text(one, other)
    assert (folder / "heatmap.png").read_bytes().startswith(b"\x89PNG")
