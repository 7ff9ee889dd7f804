"""What is pinned is what is locked, and what is locked is what is installed."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

PROJECT = Path(__file__).parents[2]
LOCK: dict[str, Any] = tomllib.loads((PROJECT / "uv.lock").read_text())
DESCRIPTION: dict[str, Any] = tomllib.loads((PROJECT / "pyproject.toml").read_text())
PUBLIC_HOSTS = {"pypi.org", "files.pythonhosted.org"}
TRAINING = {"tensorflow", "keras", "scikit-learn", "torch"}


def uv(*arguments: str) -> str:
    """What uv prints, whatever indexes the settings of this machine name."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("UV_")}
    program = Path(sys.executable).parent / "uv"
    done = subprocess.run(
        [program, "--offline", "--no-config", *arguments],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def packages() -> list[dict[str, Any]]:
    """All of the lock but the service itself."""
    return [package for package in LOCK["package"] if package["name"] != project()["name"]]


def project() -> dict[str, Any]:
    described: dict[str, Any] = DESCRIPTION["project"]
    return described


def requirements() -> list[str]:
    """One of requirements.txt in each item, with its hashes."""
    text = (PROJECT / "requirements.txt").read_text().replace("\\\n", "")
    return [line for line in text.splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("group", ["dependencies", *DESCRIPTION["dependency-groups"]])
def test_every_requirement_is_pinned(group: str) -> None:
    groups = {"dependencies": project()["dependencies"], **DESCRIPTION["dependency-groups"]}
    for requirement in groups[group]:
        assert isinstance(requirement, dict) or re.fullmatch(r"[\w\[\]-]+==[\w.]+", requirement)


def test_the_lock_is_that_of_the_project() -> None:
    uv("lock", "--check")


def test_every_locked_package_has_hashes() -> None:
    for package in packages():
        files = [*package.get("wheels", []), *filter(None, [package.get("sdist")])]
        assert files, package["name"]
        assert all(file["hash"].startswith("sha256:") for file in files), package["name"]


def test_the_lock_names_public_hosts_only() -> None:
    addresses = re.findall(r'"(https?://[^"]+)"', (PROJECT / "uv.lock").read_text())
    assert {urlsplit(address).hostname for address in addresses} == PUBLIC_HOSTS


def test_what_serves_is_what_is_locked() -> None:
    exported = uv("export", "--frozen", "--no-default-groups", "--no-annotate", "--no-header")
    assert exported.replace("\\\n", "").splitlines() == requirements()


def test_what_serves_has_hashes_and_names_no_index() -> None:
    for requirement in requirements():
        assert "--hash=sha256:" in requirement
        assert "://" not in requirement


def test_serving_needs_no_tensorflow() -> None:
    assert not TRAINING & {requirement.partition("==")[0] for requirement in requirements()}


def test_uv_is_in_its_own_lock() -> None:
    """`make test` installs uv with the hashes of its wheels."""
    (found,) = (package for package in packages() if package["name"] == "uv")
    assert found["wheels"]
