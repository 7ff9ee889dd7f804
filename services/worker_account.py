"""The operating-system account of the server processes when the service is started as root."""

import os
import pwd
from collections.abc import Iterable
from pathlib import Path

from services.embedded_postgres.account import system_account

NAME = "skin-detector"


def worker_account(needed: Iterable[Path]) -> pwd.struct_passwd | None:
    """Return the account, created if needed.

    Return None if the processes keep the account of the service: it is not root, the account cannot
    be created, or it may not enter one of the folders that are needed to run the code.
    """
    if os.geteuid() != 0 or not all(map(_is_open, needed)):
        return None
    return system_account(NAME)


def hand_over(account: pwd.struct_passwd, folders: Iterable[Path], files: Iterable[Path]) -> None:
    """Give the account these folders, created if needed, and the files, with all that is in them.

    Raise OSError.
    """
    folders = list(folders)
    for folder in folders:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    inside = (path for folder in folders for path in folder.rglob("*"))
    for path in (*folders, *inside, *filter(Path.exists, files)):
        os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)


def _is_open(folder: Path) -> bool:
    """Return whether everybody may read the folder and pass through its parents."""
    path = folder.resolve()
    is_readable = path.stat().st_mode & 0o005 == 0o005
    return is_readable and all(parent.stat().st_mode & 0o001 for parent in path.parents)
