"""Run schemathesis against the real service: `python -m tests.contract.run --minutes 30`."""

import os
import random
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from tests.service import PROJECT, Service, on_new_data

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
ROLES = ("nobody", "user", "doctor", "admin")
TESTED = {"RATE_LIMITS_ENABLED": "false", "LOG_LEVEL": "error", "MIN_FREE_DISK_MB": "0"}
DEVELOPMENT = {"APP_ENV": "development", "DATABASE_URL": ""}


@contextmanager
def running_service() -> Iterator[Service]:
    """The service on an empty database, without rate limits, which would answer for it."""
    for service in on_new_data():
        service.start(**TESTED)
        service.wait_until_ready()
        yield service


def examine(service: Service, role: str, *options: str) -> "subprocess.CompletedProcess[str]":
    """Send requests that follow and that break the document, as somebody with this role."""
    set_role = [sys.executable, "-m", "flask", "users", "set-role"]
    environment = {
        **os.environ,
        **DEVELOPMENT,
        "DATA_DIR": str(service.folder),
        "ROLE": role,
        "PROMOTE": shlex.join(set_role),
        "SCHEMATHESIS_HOOKS": "tests.contract.hooks",
        "PYTHONPATH": str(PROJECT),
    }
    program = Path(sys.executable).with_name("schemathesis")
    address = f"{service.root}/openapi.json"
    # Routes that are kept for old clients delete what others create, which looks like a fault.
    command = [str(program), "--config-file", str(CONFIGURATION), "run", address]
    command += ["--exclude-deprecated", "--no-color", *options]
    return subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, errors="replace"
    )


@click.command()
@click.option("--minutes", type=click.IntRange(min=1), default=30, show_default=True)
@click.option("--seed", type=int, help="Repeat the run that printed this seed.")
def run(minutes: int, seed: int | None) -> None:
    """Examine the service as every role, for MINUTES in all. Exit with 1 if anything is found."""
    seed = random.randrange(2**32) if seed is None else seed
    click.echo(f"Seed {seed}")
    seconds = str(minutes * 60 // len(ROLES))
    found = False
    with running_service() as service:
        for role in ROLES:
            click.echo(f"As {role}, {seconds} seconds …")
            result = examine(service, role, "--max-time", seconds, "--seed", str(seed))
            found = found or result.returncode != 0
            click.echo(result.stdout)
    sys.exit(int(found))


if __name__ == "__main__":
    run()
