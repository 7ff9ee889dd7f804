"""`make run`: start the service on a production server, with the database if needed."""

import dataclasses
import errno
import logging
import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

import click
from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker
from sqlalchemy.exc import SQLAlchemyError

from app import create_app, migrate_database
from commands.base import database_problem
from commands.server.housekeeping import start_housekeeping
from config import PROJECT, VERSION, Settings, SettingsError, read_settings
from constants import API_PREFIX
from db import DatabaseTooNewError, DatabaseUnavailableError, db
from services.embedded_postgres import (
    EmbeddedPostgresError,
    PostgresServer,
    embedded_postgres,
)
from services.worker_account import hand_over, worker_account
from utils.logs import configure_logging, exit_with
from utils.origin import origin_of
from utils.security_events import SecurityEvent, log_event

logger = logging.getLogger(__name__)

# Seconds. No request takes half of the first.
TIMEOUT, GRACEFUL_TIMEOUT, PORT_TIMEOUT = 60, 30, 5
REVIVAL_INTERVAL = 2.0
START_PROBLEMS = (
    SettingsError,
    EmbeddedPostgresError,
    DatabaseTooNewError,
    DatabaseUnavailableError,
)
STOP_SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)

INTRODUCTION = """
The service is at {url}. Try it with a close-up photo of a lesion:

  curl -s {api}/register -H 'Content-Type: application/json' \\
       -d '{{"email": "me@example.com", "password": "four random words"}}'
  TOKEN=$(curl -s {api}/login -H 'Content-Type: application/json' \\
       -d '{{"email": "me@example.com", "password": "four random words"}}' \\
       | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')
  curl -s {api}/user/checks -H "Authorization: Bearer $TOKEN" -F photo=@photo.jpg

Ctrl-C stops it.
"""


class Master(Arbiter):
    """Gunicorn's master process. It finishes the requests in progress before it stops."""

    # Ctrl-C and a closed terminal have the effect of SIGTERM.
    handle_int = handle_hup = Arbiter.handle_term

    def manage_workers(self) -> None:
        """Start the workers that are missing, and the embedded database if it is gone.

        This is called every second.
        """
        super().manage_workers()
        self.app.watch_database()

    def signal(self, sig: int, frame: FrameType | None) -> None:
        """Handle a signal."""
        # A worker that was just forked still has the master's handler, which would lose the signal.
        if os.getpid() != self.pid and sig in STOP_SIGNALS:
            sys.exit(0)
        super().signal(sig, frame)


class Application(BaseApplication):
    """Gunicorn with the settings of the service."""

    def __init__(
        self,
        settings: Settings,
        postgres: PostgresServer | None,
        account: pwd.struct_passwd | None,
    ) -> None:
        """Set the embedded database, None if there is another one, and the account of the workers.

        Without an account, they have that of this process.
        """
        self.settings = settings
        self._account = account
        self._postgres = postgres
        self._next_revival = 0.0
        super().__init__()

    def load_config(self) -> None:
        """Set gunicorn's options."""
        settings = self.settings
        options = {
            "bind": _address(settings),
            "worker_class": "commands.server.worker.Worker",
            "workers": settings.workers,
            "threads": settings.threads,
            "timeout": TIMEOUT,
            "graceful_timeout": GRACEFUL_TIMEOUT,
            "loglevel": "warning" if settings.log_level == "info" else settings.log_level,
            "post_worker_init": self._introduce,
            "logger_class": "commands.server.worker.GunicornLogger",
            "control_socket_disable": True,
        }
        if self._account:
            ids = {"user": self._account.pw_uid, "group": self._account.pw_gid, "initgroups": True}
            options |= ids
        for name, value in options.items():
            self.cfg.set(name, value)

    def run(self) -> None:
        """Serve until a signal stops the process."""
        Master(self).run()

    def watch_database(self) -> None:
        """Start the embedded database again if it was killed, or died of a full disk."""
        if self._postgres is None or time.monotonic() < self._next_revival:
            return
        try:
            if not self._postgres.is_gone():
                return
            log_event(SecurityEvent.CRASH, reason="the embedded PostgreSQL is gone")
            self._postgres.revive()
        # An error must not end the master process: the next attempt may succeed.
        except (EmbeddedPostgresError, OSError, subprocess.SubprocessError) as error:
            logger.error(
                "The embedded PostgreSQL does not start", extra={"error": origin_of(error)}
            )
        self._next_revival = time.monotonic() + REVIVAL_INTERVAL

    def _introduce(self, worker: Worker) -> None:
        """Print an introduction when the last of the first workers is ready."""
        # Workers are numbered by age. A worker that replaces another has a higher number.
        if worker.age == self.settings.workers and not self.settings.json_logs:
            url = f"http://{_address(self.settings)}"
            click.echo(INTRODUCTION.format(url=url, api=url + API_PREFIX))

    def load(self) -> Flask:
        """Return the application of one worker, ready for requests."""
        # The application is created after the fork, because a loaded network does not survive it.
        # The health check loads the network and runs it once before the first request.
        app = create_app(self.settings, self._postgres)
        with app.app_context():
            app.extensions["managers"].health.check()
        app.extensions["managers"].decoder.start()
        start_housekeeping(app)
        return app


@click.command()
@click.version_option(VERSION, prog_name="skin-cancer-detector")
def serve() -> None:
    """Migrate the database and serve until Ctrl-C."""
    # These handlers are active until gunicorn installs its own: the embedded database must be
    # stopped then too.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    try:
        settings = read_settings()
        configure_logging(settings.log_level, as_json=settings.json_logs)
        _require_free_port(settings)
        log_event(SecurityEvent.STARTUP)
        if not settings.json_logs:
            _print_places(settings)
        _run(settings)
    except START_PROBLEMS as error:
        exit_with(str(error))
    except SQLAlchemyError as error:
        exit_with(database_problem(error))
    except OSError as error:
        exit_with(f"The service cannot start: {error}.")


def _run(settings: Settings) -> None:
    """Serve with the database, and the account of the workers, that the settings ask for."""
    master = os.getpid()
    with ExitStack() as stack:
        postgres, account = None, _worker_account()
        if not settings.database_url:
            postgres = stack.enter_context(embedded_postgres(settings.data_dir / "postgres"))
            settings = dataclasses.replace(settings, database_url=postgres.url)
        _migrate(settings)
        if account:
            _hand_over(settings, account)
        try:
            Application(settings, postgres, account).run()
        finally:
            # The workers, which are forked, run through here too when they exit.
            if os.getpid() == master:
                log_event(SecurityEvent.SHUTDOWN)


def _worker_account() -> pwd.struct_passwd | None:
    """Return the account of the workers, None for that of this process."""
    needed = (PROJECT, Path(sys.prefix), Path(sys.base_prefix))
    account = worker_account(needed)
    if os.geteuid() == 0 and account is None:
        logger.warning(
            "The service runs as root, because no other account may read its code. Start it as an "
            "ordinary user, or from folders that others can read",
            extra={"folders": ", ".join(map(str, needed))},
        )
    return account


def _hand_over(settings: Settings, account: pwd.struct_passwd) -> None:
    """Give the account of the workers what they write and read."""
    data = settings.data_dir
    networks = settings.networks_dir or data / "networks"
    hand_over(account, (settings.temp_dir, data / "photos", networks), [data / "jwt_key"])


def _migrate(settings: Settings) -> None:
    app = create_app(settings)
    migrate_database(app)
    # The workers are forked from this process and must not share its connections.
    with app.app_context():
        db.engine.dispose()


def _require_free_port(settings: Settings) -> None:
    """Exit with a message if the port cannot be used. Wait for a port that is in use."""
    # Gunicorn would only log the problem. The workers of a killed server hold the port until they
    # notice, which takes seconds.
    deadline = time.monotonic() + PORT_TIMEOUT
    while problem := _port_problem(settings):
        if problem.errno != errno.EADDRINUSE or time.monotonic() > deadline:
            exit_with(
                f"{_address(settings)} cannot be used: {problem.strerror}. Stop the program that "
                "listens there, or choose another HOST or PORT."
            )
        time.sleep(0.2)


def _port_problem(settings: Settings) -> OSError | None:
    """Return why the port cannot be used, None if it can."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            return error
    return None


def _address(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"{host}:{settings.port}"


def _print_places(settings: Settings) -> None:
    database = "named by DATABASE_URL" if settings.database_url else settings.data_dir / "postgres"
    photos = f"bucket {settings.s3_bucket}" if settings.s3_bucket else settings.data_dir / "photos"
    click.echo(f"Database: {database}\nPhotos: {photos}")
