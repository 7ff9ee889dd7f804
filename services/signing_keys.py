"""The key that signs tokens where no setting names one."""

import secrets
import stat
from pathlib import Path

from config import SettingsError
from utils.files import read_or_create
from utils.setting_values import require_drawn


def signing_keys(data_dir: Path) -> dict[str, str]:
    """Return one generated key, kept in the data folder so that logins outlive a restart.

    Raise SettingsError if others may read or write the file, or if its key is weak.
    """
    path = data_dir / "jwt_key"
    # Replacement characters of a damaged file make a key weak or different, and never reveal it.
    key = read_or_create(path, secrets.token_hex(32).encode()).decode(errors="replace")
    remedy = "Delete the file: the next start makes a new key, and clients refresh their tokens"
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsError([f"{path} was open to other users of this machine. {remedy}."])
    try:
        require_drawn(key)
    except ValueError:
        raise SettingsError([f"{path} holds no strong key. {remedy}."]) from None
    return {"generated": key}
