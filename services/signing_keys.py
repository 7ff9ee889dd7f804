"""The key that signs tokens where no setting names one."""

import secrets
from pathlib import Path

from utils.files import read_or_create


def signing_keys(data_dir: Path) -> dict[str, str]:
    """One generated key, kept in the data folder so that logins outlive a restart."""
    content = read_or_create(data_dir / "jwt_key", secrets.token_hex(32).encode())
    return {"generated": content.decode()}
