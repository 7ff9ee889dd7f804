"""What is pinned is what is locked."""

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]


def pins(name: str) -> dict[str, str]:
    """Package to version, those of included files among them."""
    text = (PROJECT / name).read_text()
    found = dict(re.findall(r"^([a-z0-9-]+)(?:\[[a-z0-9,]+\])?==([^\s;]+)", text, re.MULTILINE))
    for other in re.findall(r"^-r (\S+)", text, re.MULTILINE):
        found |= pins(other)
    return found


@pytest.mark.parametrize(
    ("requirements", "lock"),
    [
        ("requirements.txt", "requirements.lock"),
        ("requirements-dev.txt", "requirements-dev.lock"),
    ],
)
def test_the_lock_holds_every_pin(requirements: str, lock: str) -> None:
    wanted, locked = pins(requirements), pins(lock)
    assert {name: locked.get(name) for name in wanted} == wanted


@pytest.mark.parametrize(
    "requirements", ["requirements.txt", "requirements-train.txt", "requirements-dev.txt"]
)
def test_every_requirement_is_pinned(requirements: str) -> None:
    for line in (PROJECT / requirements).read_text().splitlines():
        assert line.startswith(("#", "-r ")) or "==" in line


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_lock_has_hashes_and_names_no_index(lock: str) -> None:
    text = (PROJECT / lock).read_text()
    assert "http" not in text
    for block in re.split(r"\n(?=\S)", text.strip()):
        assert "--hash=sha256:" in block, block.splitlines()[0]


def test_serving_needs_no_tensorflow() -> None:
    assert not {"tensorflow", "keras", "scikit-learn", "torch"} & set(pins("requirements.lock"))
