"""Users of this machine."""

import contextlib
import fcntl
import pwd
import subprocess
from pathlib import Path

from services.embedded_postgres.locks import locked

LOCK = Path("/etc/.pwd.lock")


def system_account(name: str) -> pwd.struct_passwd | None:
    """The account of that name, made if there is none (as root); None where that is impossible."""
    return _account(name) or _new_account(name)


def _account(name: str) -> pwd.struct_passwd | None:
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(name)
    return None


def _new_account(name: str) -> pwd.struct_passwd | None:
    command = ["useradd", "--system", "--no-create-home", "--home-dir=/", "--shell=/bin/false"]
    try:
        # Of two that are run at once both succeed, and the user ends up with another number than
        # the first one gave it. `useradd` itself locks this file in another way.
        with locked(LOCK, fcntl.LOCK_EX):
            if not _account(name):
                subprocess.run([*command, name], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return _account(name)


def user_name(uid: int) -> str:
    """The name of the user, or the number of one without a name."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
