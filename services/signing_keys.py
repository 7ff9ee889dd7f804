"""The keys that sign tokens where no setting names one."""

import os
import secrets
import stat
from itertools import islice
from pathlib import Path

from config import SettingsError
from utils.clock import now
from utils.files import read_or_create, write_private
from utils.setting_values import keys, require_drawn

FIRST_ID = "generated"
"""The id of the key in a file that has no ids, as the first start writes it."""


def signing_keys(data_dir: Path) -> dict[str, str]:
    """Return the generated keys by id, kept in the data folder so that logins outlive a restart.

    The first one signs, all verify. Raise SettingsError if others may read or write the file, or
    if a key is weak.
    """
    path = _path(data_dir)
    # Replacement characters of a damaged file make a key weak or different, and never reveal it.
    text = read_or_create(path, secrets.token_hex(32).encode()).decode(errors="replace")
    remedy = "Delete the file: the next start makes a new key, and clients refresh their tokens"
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsError([f"{path} was open to other users of this machine. {remedy}."])
    try:
        if ":" in text:
            return keys(text)
        require_drawn(text)
    except ValueError:
        raise SettingsError([f"{path} holds no strong key. {remedy}."]) from None
    return {FIRST_ID: text}


def rotate_signing_key(data_dir: Path, kept: int) -> None:
    """Put a new key before the newest `kept` keys of the file, and forget the others.

    Raise SettingsError as `signing_keys` does, OSError.
    """
    path, pairs = _path(data_dir), [new_key(), *islice(signing_keys(data_dir).items(), kept)]
    text = ",".join(f"{name}:{secret}" for name, secret in pairs)
    owner = path.stat()
    write_private(path, text.encode())
    # The processes that answer requests may have another account than the folder.
    if os.geteuid() == 0:
        os.chown(path, owner.st_uid, owner.st_gid)


def new_key() -> tuple[str, str]:
    """Return the id and the secret of a new key. The id begins with the day (UTC)."""
    return f"{now():%Y-%m-%d}-{secrets.token_hex(3)}", secrets.token_hex(32)


def _path(data_dir: Path) -> Path:
    return data_dir / "jwt_key"
