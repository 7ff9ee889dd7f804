"""The embedded PostgreSQL: data that outlives crashes, and no server that outlives its users."""

import fcntl
import multiprocessing
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, text

from services.embedded_postgres import EmbeddedPostgresError, embedded_postgres
from services.embedded_postgres.locks import is_free, locked
from services.embedded_postgres.server import PostgresServer

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).parents[2]

# A shell starts jobs in the background with SIGINT ignored, and they hand that on.
HOLDER = """
import pathlib, signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)
from services.embedded_postgres import embedded_postgres
with embedded_postgres(pathlib.Path(sys.argv[1]), durable=False) as server:
    print(server.url, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not below pytest's folders, which the user that runs the server for root cannot enter."""
    path = Path(tempfile.gettempdir()) / f"skin-postgres-{secrets.token_hex(4)}"
    yield path
    shutil.rmtree(path, ignore_errors=True)


def run(url: str, statement: str) -> object:
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        result = connection.execute(text(statement))
        return result.scalar() if result.returns_rows else None


def is_running(folder: Path) -> bool:
    return (folder / "data" / "postmaster.pid").exists()


def holder(folder: Path) -> subprocess.Popen[str]:
    """Another process that uses the server and says so."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("postgresql")
    return process


def finish(process: subprocess.Popen[str], number: signal.Signals) -> None:
    process.send_signal(number)
    process.wait(10)
    assert process.stdout is not None
    process.stdout.close()


def test_keeps_the_data_and_stops(folder: Path) -> None:
    with embedded_postgres(folder) as server:
        run(server.url, "CREATE TABLE t AS SELECT 42 AS n")
        assert run(server.url, "SHOW fsync") == "on"
        assert run(server.url, "SHOW listen_addresses") == ""
    assert not is_running(folder)
    with embedded_postgres(folder) as server:
        assert run(server.url, "SELECT n FROM t") == 42


def test_the_last_user_stops_it(folder: Path) -> None:
    other = holder(folder)
    with embedded_postgres(folder, durable=False) as server:
        assert run(server.url, "SELECT 1") == 1
    assert is_running(folder)
    finish(other, signal.SIGINT)
    assert not is_running(folder)


def test_recovers_from_a_killed_owner(folder: Path) -> None:
    victim = holder(folder)
    finish(victim, signal.SIGKILL)
    assert is_running(folder)
    with embedded_postgres(folder, durable=False) as server:
        assert run(server.url, "SELECT 1") == 1
    assert not is_running(folder)


def test_recovers_from_a_killed_server(folder: Path) -> None:
    with embedded_postgres(folder) as server:
        run(server.url, "CREATE TABLE t AS SELECT 42 AS n")
        postmaster = int((folder / "data" / "postmaster.pid").read_text().split("\n")[0])
        os.kill(postmaster, signal.SIGKILL)
        time.sleep(0.5)
    with embedded_postgres(folder) as server:
        assert run(server.url, "SELECT n FROM t") == 42


def test_stops_a_server_that_has_only_just_been_started(folder: Path) -> None:
    server = PostgresServer(folder, durable=False)
    server.leave(server.join())
    assert is_free(folder / "server.lock")


def test_asking_for_a_held_lock_keeps_no_descriptor(tmp_path: Path) -> None:
    with locked(tmp_path / "lock", fcntl.LOCK_SH):
        before = len(list(Path("/proc/self/fd").iterdir()))
        assert not is_free(tmp_path / "lock")
        assert len(list(Path("/proc/self/fd").iterdir())) == before
    assert is_free(tmp_path / "lock")


def test_makes_half_made_data_anew(folder: Path) -> None:
    with embedded_postgres(folder, durable=False):
        pass
    (folder / "data").rename(folder / "data.new")
    (folder / "data.new" / "PG_VERSION").unlink()
    with embedded_postgres(folder, durable=False) as server:
        assert run(server.url, "SELECT 1") == 1


def _use(folder: Path) -> None:
    with embedded_postgres(folder, durable=False) as server:
        assert run(server.url, "SELECT 1") == 1


def test_processes_may_start_together(folder: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_use, args=(folder,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [p.exitcode for p in processes] == [0, 0, 0]
    assert not is_running(folder)


def test_works_in_a_deep_folder(folder: Path) -> None:
    with embedded_postgres(folder / ("deep" * 20) / ("er" * 20), durable=False) as server:
        assert run(server.url, "SELECT 1") == 1


def test_says_in_a_sentence_what_is_wrong(folder: Path) -> None:
    folder.write_text("in the way")
    try:
        with pytest.raises(EmbeddedPostgresError) as caught, embedded_postgres(folder / "x"):
            pass
    finally:
        folder.unlink()
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)
