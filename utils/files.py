"""Files that only the user of the service can read."""

import os
import secrets
from itertools import takewhile
from pathlib import Path


def write_private(path: Path, content: bytes, is_durable: bool = True) -> None:
    """Write the file completely or not at all.

    Without `is_durable`, a loss of power can lose the file until `make_durable`. Raise OSError.
    """
    _make_folder(path.parent)
    # The name ends in .part, so that a sweep can recognise unfinished files.
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            if is_durable:
                os.fsync(file.fileno())
        inherit_owner(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    if is_durable:
        sync_path(path.parent)


def make_durable(path: Path) -> None:
    """Make a file and its name durable. Raise OSError."""
    sync_path(path)
    sync_path(path.parent)


def _make_folder(folder: Path) -> None:
    """Create a private folder with its parents, for the owner of the first one that exists."""
    missing = list(takewhile(lambda path: not path.exists(), [folder, *folder.parents]))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for created in reversed(missing):
        inherit_owner(created)


def inherit_owner(path: Path) -> None:
    """Give what root has written the owner of its folder, with all that is in it. Raise OSError."""
    # The server processes have another account than root, and a command may run as root.
    if os.geteuid() == 0:
        owner = path.parent.stat()
        for item in (path, *path.rglob("*")):
            os.chown(item, owner.st_uid, owner.st_gid, follow_symlinks=False)


def sync_path(path: Path) -> None:
    """Make the content of a file, or the names in a folder, durable. Raise OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_or_create(path: Path, content: bytes) -> bytes:
    """Return the content of the file; write `content` first if there is no file.

    Processes that start at the same time get the same content. Raise OSError.
    """
    if path.exists():
        return path.read_bytes()
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    write_private(part, content)
    try:
        os.link(part, path)
    except FileExistsError:
        pass
    finally:
        part.unlink()
    return path.read_bytes()
