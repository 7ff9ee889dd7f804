"""The keys that sign access tokens, for operators."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from managers.errors import KeysNamedError
from services.signing_keys import new_key, rotate_signing_key, signing_keys
from utils.security_events import SecurityEvent, log_event


@dataclass(frozen=True)
class ListedKey:
    """The id of a key, without its secret. One key signs, and all verify."""

    id: str
    signs: bool
    source: Literal["JWT_KEYS", "DATA_DIR"]


class KeyManager:
    """Keys are read once by each process of the service: changes need a restart."""

    def __init__(self, named: Mapping[str, str], data_dir: Path) -> None:
        """Set the keys that JWT_KEYS names; if it names none, they are in `data_dir`."""
        self._named = named
        self._data_dir = data_dir

    def list(self) -> Sequence[ListedKey]:
        """Return the keys, the one that signs first. Raise SettingsError, OSError."""
        ids = list(self._named or signing_keys(self._data_dir))
        source: Literal["JWT_KEYS", "DATA_DIR"] = "JWT_KEYS" if self._named else "DATA_DIR"
        return [ListedKey(name, name == ids[0], source) for name in ids]

    def generate(self) -> tuple[str, str]:
        """Return the id and the secret of a new key, which is stored nowhere."""
        return new_key()

    def rotate(self, *, forget_old: bool = False) -> None:
        """Let a new key in the data folder sign, and the key that has signed so far verify.

        With `forget_old`, only the new key verifies. Raise KeysNamedError, SettingsError, OSError.
        """
        if self._named:
            raise KeysNamedError("JWT_KEYS names the keys. Put a new pair first in this setting.")
        rotate_signing_key(self._data_dir, kept=0 if forget_old else 1)
        log_event(SecurityEvent.ADMIN_ACTION, reason="signing key rotated")
