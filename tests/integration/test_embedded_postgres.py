"""The embedded PostgreSQL: data that outlives crashes, and no server that outlives its users."""

import fcntl
import multiprocessing
import os
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

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
        os.kill(postmaster(folder), signal.SIGKILL)
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


def postmaster(folder: Path) -> int:
    return int((folder / "data" / "postmaster.pid").read_text().split("\n")[0])


def test_is_revived_with_its_data(folder: Path) -> None:
    with embedded_postgres(folder) as server:
        run(server.url, "CREATE TABLE t AS SELECT 42 AS n")
        server.revive()
        assert server.answers()
        for _ in range(2):
            os.kill(postmaster(folder), signal.SIGKILL)
            eventually(server.is_gone)
            assert not server.answers()
            server.revive()
            eventually(server.answers)
            assert run(server.url, "SELECT n FROM t") == 42


def eventually(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_is_not_revived_without_its_data(folder: Path) -> None:
    with embedded_postgres(folder, durable=False) as server:
        os.kill(postmaster(folder), signal.SIGKILL)
        eventually(server.is_gone)
        (folder / "data").rename(folder / "elsewhere")
        server.revive()
        assert server.is_gone()
        assert not (folder / "data").exists()


SECRET = "a value that somebody typed"
FORBIDDEN = (
    "COPY t FROM PROGRAM 'id'",
    "SELECT pg_read_file('/etc/hostname')",
    "CREATE ROLE other SUPERUSER",
    "SET ROLE postgres",
)


def test_the_service_has_few_rights_and_the_log_no_values(folder: Path) -> None:
    with embedded_postgres(folder, durable=False) as server:
        run(server.url, f"CREATE TABLE t (n text PRIMARY KEY); INSERT INTO t VALUES ('{SECRET}')")
        rights = "rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls"
        assert (
            run(server.url, f"SELECT {rights} FROM pg_roles WHERE rolname = current_user") is False
        )
        for statement in FORBIDDEN:
            with pytest.raises(DBAPIError, match=r"permission denied"):
                run(server.url, statement)
        for statement in (f"INSERT INTO t VALUES ('{SECRET}')", f"SELECT '{SECRET}'::int"):
            with pytest.raises(DBAPIError):
                run(server.url, statement)
        with pytest.raises(DBAPIError):
            run(server.url, f"SET statement_timeout = 10; SELECT pg_sleep(5), '{SECRET}'")
        with pytest.raises(DBAPIError):
            run(server.superuser_url, f"SELECT '{SECRET}', pg_terminate_backend(pg_backend_pid())")
    log = folder / "log"
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert "ready to accept connections" in log.read_text()
    assert SECRET not in log.read_text()


def test_takes_over_the_tables_of_an_earlier_version(folder: Path) -> None:
    """They belonged to the superuser, which the service was."""
    with embedded_postgres(folder, durable=False) as server:
        run(server.superuser_url, "CREATE TYPE mood AS ENUM ('fine')")
        run(server.superuser_url, "CREATE TABLE t AS SELECT 42 AS n, 'fine'::mood AS m")
        run(server.superuser_url, "CREATE TABLE counted (id serial)")
    with embedded_postgres(folder, durable=False) as server:
        assert run(server.url, "UPDATE t SET n = n RETURNING n") == 42
        run(server.url, "ALTER TABLE counted ADD COLUMN n int")
        assert run(server.url, "INSERT INTO counted (n) VALUES (1) RETURNING id") == 1
        run(server.url, "ALTER TYPE mood ADD VALUE 'better'")
