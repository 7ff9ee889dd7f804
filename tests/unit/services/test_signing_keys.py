"""The generated key: the same after a restart, private and strong."""

from pathlib import Path

import pytest

from config import SettingsError
from services.signing_keys import signing_keys


def test_is_kept_and_private(tmp_path: Path) -> None:
    first = signing_keys(tmp_path)
    assert signing_keys(tmp_path) == first
    assert (tmp_path / "jwt_key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_file_that_others_may_open_is_refused(tmp_path: Path, mode: int) -> None:
    (key,) = signing_keys(tmp_path).values()
    (tmp_path / "jwt_key").chmod(mode)
    with pytest.raises(SettingsError, match=r"jwt_key was open to other users") as caught:
        signing_keys(tmp_path)
    assert key not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"k" * 64, b"\xff" * 64, b"short"])
def test_a_weak_or_damaged_key_is_refused(tmp_path: Path, content: bytes) -> None:
    signing_keys(tmp_path)
    (tmp_path / "jwt_key").write_bytes(content)
    with pytest.raises(SettingsError, match="jwt_key holds no strong key"):
        signing_keys(tmp_path)
