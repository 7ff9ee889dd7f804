"""Start, share and stop the embedded PostgreSQL server."""

import contextlib
import fcntl
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import psycopg2
from sqlalchemy import URL

from services.embedded_postgres.account import postgres_account
from services.embedded_postgres.data_folder import (
    PORT,
    SOCKET,
    initialise_data,
    prepare_folder,
    prepare_socket_folder,
    read_if_there,
    remove_stale_pid_files,
    write_access_rules,
)
from services.embedded_postgres.errors import EmbeddedPostgresError, failure
from services.embedded_postgres.locks import is_free, lock, locked
from services.embedded_postgres.programs import Programs
from services.embedded_postgres.roles import SERVICE, SUPERUSER, prepare_service_role

MAX_SOCKET_PATH = 103  # bytes, on macOS; Linux takes 107
START_TIMEOUT, STOP_TIMEOUT = 60, 60  # seconds
SETTINGS = (
    "listen_addresses=",
    "unix_socket_directories=../socket",
    "timezone=UTC",
    # Statements and their details carry what people typed, and checkpoints would fill the disk of
    # an idle server.
    "log_min_messages=log",
    "log_min_error_statement=panic",
    "log_error_verbosity=terse",
    "log_parameter_max_length=0",
    "log_parameter_max_length_on_error=0",
    "track_activities=off",
    "log_checkpoints=off",
    "min_wal_size=32MB",
    "max_wal_size=128MB",
    "temp_file_limit=64MB",
)
MAX_LOG_BYTES = 1024 * 1024
UNSAFE_FAST_SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@contextlib.contextmanager
def embedded_postgres(
    folder: Path, *, durable: bool = True, client: pwd.struct_passwd | None = None
) -> Iterator["PostgresServer"]:
    """Run a server with its data below `folder` (created), and yield it with its URL.

    Processes that name the same folder share one server, and the last to leave stops it. A server
    that outlived a killed process is taken over. A forked child may use the URL, and leaves the
    server alone when it exits. `durable=False` gives up safety for speed, for tests.

    PostgreSQL refuses to run as root: for root it runs as the system user `pgserver` (created),
    and others must be allowed to pass through every parent of `folder`.

    Raises EmbeddedPostgresError.
    """
    owner = os.getpid()
    server = PostgresServer(folder.absolute(), durable=durable, client=client)
    user_lock = server.join()
    link_folder: Path | None = None
    try:
        if server.socket_path_is_too_long():
            # Not in the configured folder for temporary files, which may be too deep as well.
            link_folder = Path(tempfile.mkdtemp(prefix="postgres-", dir="/tmp"))
            link_folder.chmod(0o711)
        server.connect(link_folder)
        yield server
    finally:
        # A worker that gunicorn forked runs through here too when it exits.
        if os.getpid() == owner:
            if link_folder:
                shutil.rmtree(link_folder, ignore_errors=True)
            server.leave(user_lock)


class PostgresServer:
    """The server of one folder, shared by all processes that joined it.

    Three lock files coordinate them: `start.lock` is held while the server is started or stopped,
    `server.lock` by the server while it runs, and `users.lock` by every process that uses it.
    """

    def __init__(
        self, folder: Path, *, durable: bool, client: pwd.struct_passwd | None = None
    ) -> None:
        """Find or create the account that runs the server. Raises EmbeddedPostgresError."""
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "log"
        self._start_lock, self._server_lock, self._users_lock = (
            folder / f"{name}.lock" for name in ("start", "server", "users")
        )
        self._durable = durable
        self._stop_command = ("stop", "-m", "fast", "-t", str(STOP_TIMEOUT), "-D", self.data)
        self._client = client
        self._socket_folder = self._own_socket_folder = folder / "socket"
        self._programs = Programs(folder, postgres_account())

    def socket_path_is_too_long(self) -> bool:
        return len(os.fsencode(self._own_socket_folder / SOCKET)) > MAX_SOCKET_PATH

    def join(self) -> int:
        """Start the server unless it runs, and return this process's lock as one of its users.

        Raises EmbeddedPostgresError.
        """
        with self._os_errors_translated():
            prepare_folder(self.folder, self._programs.account)
            with locked(self._start_lock, fcntl.LOCK_EX) as start_lock:
                user_lock = lock(self._users_lock, fcntl.LOCK_SH)
                try:
                    self._stop_predecessor()
                    if is_free(self._server_lock):
                        self._start(start_lock)
                except BaseException:
                    self._release(user_lock)
                    raise
                return user_lock

    def _stop_predecessor(self) -> None:
        """Stop a server that an earlier version of the service left, with its socket elsewhere."""
        if not is_free(self._server_lock) and (self.data / SOCKET).exists():
            self._programs.run("pg_ctl", *self._stop_command)

    def leave(self, user_lock: int) -> None:
        """Give up the lock that `join` returned, and stop the server if nobody else uses it.

        Raises EmbeddedPostgresError.
        """
        with self._os_errors_translated(), locked(self._start_lock, fcntl.LOCK_EX):
            self._release(user_lock)

    @property
    def url(self) -> str:
        """The SQLAlchemy URL for the service. Its role owns the tables and has no other rights."""
        return self._url(SERVICE)

    @property
    def superuser_url(self) -> str:
        return self._url(SUPERUSER)

    def is_gone(self) -> bool:
        """Return whether no process of the server is left."""
        return is_free(self._server_lock)

    def answers(self) -> bool:
        """Return whether the server accepts a connection, within two seconds."""
        try:
            psycopg2.connect(
                host=str(self._socket_folder),
                port=PORT,
                user=SERVICE,
                dbname=SUPERUSER,
                connect_timeout=2,
            ).close()
        except psycopg2.Error:
            return False
        return True

    def revive(self) -> None:
        """Start the server again if it is gone. Raise EmbeddedPostgresError."""
        # Without its data it would start with an empty database.
        if self.is_gone() and self.data.exists():
            with (
                self._os_errors_translated(),
                locked(self._start_lock, fcntl.LOCK_EX) as start_lock,
            ):
                if self.is_gone():
                    self._start(start_lock)

    def connect(self, link_folder: Path | None) -> None:
        """Wait until the server answers, and prepare the role of the service.

        With a `link_folder` the URL goes through a link in it, which makes the path of the socket
        short. Raises EmbeddedPostgresError.
        """
        if link_folder:
            self._socket_folder = link_folder / "socket"
            self._socket_folder.symlink_to(self._own_socket_folder)
        deadline = time.monotonic() + START_TIMEOUT
        while True:
            try:
                superuser = psycopg2.connect(
                    host=str(self._socket_folder), port=PORT, user=SUPERUSER, dbname=SUPERUSER
                )
                break
            except psycopg2.OperationalError:
                if is_free(self._server_lock) or time.monotonic() > deadline:
                    raise failure("start", self.folder, read_if_there(self.log)) from None
                time.sleep(0.02)
        with contextlib.closing(superuser):
            prepare_service_role(superuser)

    def _url(self, role: str) -> str:
        query = {"host": str(self._socket_folder)}
        url = URL.create("postgresql+psycopg2", role, port=PORT, database=SUPERUSER, query=query)
        return url.render_as_string(hide_password=False)

    def _start(self, start_lock: int) -> None:
        prepare_socket_folder(self._own_socket_folder, self._programs.account)
        remove_stale_pid_files(self.data, self._own_socket_folder)
        if not self.data.exists():
            initialise_data(self._programs, self.data, durable=self._durable, start_lock=start_lock)
        access = write_access_rules(self.folder, self._programs.account, self._client)
        settings = (*SETTINGS, *access, *(() if self._durable else UNSAFE_FAST_SETTINGS))
        options = [word for setting in settings for word in ("-c", setting)]
        command = [self._programs.path("postgres"), "-D", self.data, *options]
        with locked(self._server_lock, fcntl.LOCK_SH) as inherited, self._open_log() as log:
            # Through a shell that exits at once: a server without a parent leaves no zombie, and
            # is the same to the process that started it and to one that takes it over.
            subprocess.run(
                ["/bin/sh", "-c", 'exec "$@" &', "sh", *command],
                check=True,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(inherited,),
                **self._programs.process_options(),
            )

    def _open_log(self) -> BinaryIO:
        """Return the log, to which the server appends, and which nobody else may read."""
        descriptor = os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.fchmod(descriptor, 0o600)
        log = os.fdopen(descriptor, "ab")
        if log.tell() > MAX_LOG_BYTES:
            log.truncate(0)
        return log

    def _release(self, user_lock: int) -> None:
        # Unlocked, not only closed: forked children hold copies of the descriptor.
        fcntl.flock(user_lock, fcntl.LOCK_UN)
        os.close(user_lock)
        deadline = time.monotonic() + STOP_TIMEOUT
        while is_free(self._users_lock) and not is_free(self._server_lock):
            try:
                self._programs.run("pg_ctl", *self._stop_command)
            except EmbeddedPostgresError:
                # A server that has only just been started does not take orders yet.
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    @contextlib.contextmanager
    def _os_errors_translated(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise EmbeddedPostgresError(
                f"PostgreSQL cannot use {self.folder}: {error.strerror or error}."
            ) from error
