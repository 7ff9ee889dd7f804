"""The operating-system account that runs PostgreSQL when the service runs as root."""

import fcntl
import os
import pwd
import subprocess
from pathlib import Path

from services.embedded_postgres.errors import EmbeddedPostgresError
from services.embedded_postgres.locks import locked

SYSTEM_USER = "pgserver"
# The server processes of the service, if it is started as root (`services/worker_account.py`).
CLIENT_USER = "skin-detector"
LOCK = Path("/etc/.pwd.lock")
CREATE_ACCOUNT = ("useradd", "--system", "--no-create-home", "--home-dir=/", "--shell=/bin/false")


def postgres_account() -> pwd.struct_passwd | None:
    """Return the account to run PostgreSQL as, created if needed; None: the service's own.

    Raises EmbeddedPostgresError.
    """
    # PostgreSQL refuses to run as root.
    if os.geteuid() != 0:
        return None
    if account := system_account(SYSTEM_USER):
        return account
    raise EmbeddedPostgresError(
        f"PostgreSQL cannot run as root, and the system user {SYSTEM_USER} could not be made "
        "for it: start the service as an ordinary user, or set DATABASE_URL."
    )


def system_account(name: str) -> pwd.struct_passwd | None:
    """Return the account of that name, created if there is none (as root); None if that fails."""
    return _find(name) or _create(name)


def user_name(uid: int) -> str:
    """Return the name of a user, or the number of one without a name."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _find(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _create(name: str) -> pwd.struct_passwd | None:
    try:
        # Two `useradd` at once both succeed, and the user ends up with another number than the
        # first one gave it. `useradd` locks this file too, but in another way (lockf).
        with locked(LOCK, fcntl.LOCK_EX):
            if not _find(name):
                subprocess.run([*CREATE_ACCOUNT, name], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return _find(name)
