"""Started as root, the server processes have an account of their own."""

import os
import pwd
import stat
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from cnn_model.data.synthetic import jpeg, skin_photo
from services.worker_account import NAME, hand_over, worker_account
from tests.service import PROJECT, Service, on_new_data
from utils.files import write_private

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can give up root"),
]
PYTHON = Path("/usr/bin/python3.11")


def test_there_is_none_where_it_could_not_read_the_code(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    assert worker_account([tmp_path]) is None
    (tmp_path / "code").mkdir()
    assert worker_account([tmp_path / "code"]) is None


def test_it_gets_what_the_service_writes(tmp_path: Path) -> None:
    account = worker_account([Path("/usr")])
    assert account
    (tmp_path / "photos" / "ab").mkdir(parents=True)
    (tmp_path / "photos" / "ab" / "cd.jpg").touch()
    hand_over(account, [tmp_path / "photos", tmp_path / "temp"], [tmp_path / "none"])
    owners = {path.stat().st_uid for path in tmp_path.rglob("*")}
    assert owners == {account.pw_uid}
    assert stat.S_IMODE((tmp_path / "temp").stat().st_mode) == 0o700
    write_private(tmp_path / "photos" / "by_root.jpg", b"photo")
    assert (tmp_path / "photos" / "by_root.jpg").stat().st_uid == account.pw_uid


@pytest.fixture
def service() -> Iterator[Service]:
    yield from on_new_data()


@pytest.mark.skipif(
    not PYTHON.exists() or worker_account([PROJECT]) is None,
    reason="no Python that other accounts may run",
)
def test_the_processes_have_it(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = service.folder / "python"
    subprocess.run([PYTHON, "-m", "venv", "--without-pip", environment], check=True)
    packages = environment / "lib" / PYTHON.name / "site-packages"
    (packages / "shared.pth").write_text(sysconfig.get_paths()["purelib"])
    monkeypatch.setattr("tests.service.sys.executable", str(environment / "bin" / "python"))
    process = service.start(WORKERS="1")
    service.wait_until_ready()
    token = service.post(
        "/register", json={"email": "user@example.com", "password": "four random words"}
    ).json()["token"]
    photo = {"photo": ("photo.jpg", jpeg(skin_photo()))}
    check = service.post("/user/checks", token, files=photo)
    assert check.status_code == 201
    workers = psutil.Process(process.pid).children(recursive=True)
    account = pwd.getpwnam(NAME)
    assert workers
    assert {worker.uids().effective for worker in workers} == {account.pw_uid}
    stored = list((service.folder / "photos").rglob("*.jpg"))
    assert [path.stat().st_uid for path in stored] == [account.pw_uid]
    assert "runs as root" not in service.stop()
