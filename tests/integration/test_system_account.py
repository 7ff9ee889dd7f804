"""The user that runs PostgreSQL for root."""

import os
import pwd
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
ASK = """
import sys
from services.embedded_postgres.account import system_account
sys.stdin.readline()
print(system_account(sys.argv[1]).pw_uid)
"""


@pytest.fixture
def name() -> Iterator[str]:
    """Of a user that there is not."""
    name = f"skin-test-{secrets.token_hex(4)}"
    yield name
    subprocess.run(["userdel", name], check=False, capture_output=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes users")
def test_processes_that_ask_together_get_the_same_user(name: str) -> None:
    asking = [
        subprocess.Popen(
            [sys.executable, "-c", ASK, name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
        )
        for _ in range(6)
    ]
    for process in asking:
        assert process.stdin is not None
        process.stdin.write("now\n")
        process.stdin.flush()
    numbers = {int(process.communicate(timeout=60)[0]) for process in asking}
    assert numbers == {pwd.getpwnam(name).pw_uid}
