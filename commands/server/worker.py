"""The worker process of the server: an event loop for the connections, and threads for requests."""

import ctypes
import logging
import os
import resource
import signal
import sys
import tempfile
import time
from types import FrameType

from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker as BaseWorker
from waitress import wasyncore
from waitress.task import ThreadedTaskDispatcher

from commands.server.connections import Server, adjustments
from resources.base import max_body_of

# Seconds.
LOOP_TIMEOUT, THREADS_TIMEOUT = 1.0, 5
# mallopt(3): M_ARENA_MAX, M_MMAP_THRESHOLD and M_TRIM_THRESHOLD. A process keeps the memory of a
# usual photo, because new memory took a tenth of the processor time of an upload.
MALLOC_OPTIONS = ((-8, 2), (-3, 32 * 2**20), (-1, 24 * 2**20))
MAX_CONNECTIONS, SPARE_FILES = 2000, 200


class GunicornLogger(Logger):
    """Logs as all other code does."""

    def setup(self, cfg: Config) -> None:
        """Set the level, and leave the format to the handler of the process."""
        self.cfg = cfg
        self.loglevel = self.LOG_LEVELS[cfg.loglevel]
        self.error_log.setLevel(self.loglevel)
        self.error_log.propagate = True


class Worker(BaseWorker):
    """A process that gunicorn starts, watches and stops, with the connections of waitress."""

    def init_process(self) -> None:
        """Prepare the process and serve until the master stops it."""
        # Waitress warns of every request that waits for a thread.
        logging.getLogger("waitress").setLevel(logging.ERROR)
        logging.getLogger("waitress").addFilter(only_origin)
        folder = self.app.settings.temp_dir
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Photos must not lie in a folder that other users can read.
        tempfile.tempdir = str(folder)
        _return_free_memory()
        super().init_process()

    def init_signals(self) -> None:
        """Install the signal handlers. Only the master stops a worker."""
        super().init_signals()
        # A terminal sends Ctrl-C to every process. This would abort the requests that the master
        # waits for.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop after the requests in progress."""
        super().handle_exit(sig, frame)
        if self.booted:
            self._server.pull_trigger()

    def run(self) -> None:
        """Serve until the master stops the process, or is gone."""
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.set_thread_count(self.cfg.threads)
        self._map: dict[int, wasyncore.dispatcher] = {}
        self._server = self._listen(dispatcher)
        while self.alive and self.ppid == os.getppid():
            self._serve_once()
        self._server.stop_accepting()
        for listener in self.sockets:
            listener.close()
        deadline = time.monotonic() + self.cfg.graceful_timeout
        while not self._server.finish() and time.monotonic() < deadline:
            self._serve_once(0.05)
        dispatcher.shutdown(timeout=THREADS_TIMEOUT)

    def _listen(self, dispatcher: ThreadedTaskDispatcher) -> Server:
        (listener,) = self.sockets
        # A connection may need a file for the body and one for the answer.
        connections = min(MAX_CONNECTIONS, (_raise_file_limit() - SPARE_FILES) // 3)
        return Server(
            self.wsgi,
            self._map,
            listener.sock,
            dispatcher,
            adjustments(self.cfg.threads, connections),
            lambda method, path: max_body_of(self.wsgi, method, path),
        )

    def _serve_once(self, timeout: float = LOOP_TIMEOUT) -> None:
        """Handle what happens on the connections, after at most `timeout` seconds."""
        self.notify()
        wasyncore.loop(timeout=timeout, use_poll=True, map=self._map, count=1)


def only_origin(record: logging.LogRecord) -> bool:
    """Keep of an error of waitress where it comes from: its text has the path and values in it."""
    record.msg, record.args = "The server failed to handle a request", ()
    record.exc_info = record.exc_info or sys.exc_info()
    return True


def _return_free_memory() -> None:
    """Let the C library give memory back that large photos needed, where it can be told to."""
    # By default it has an area for each thread, and keeps in each what the largest photo took.
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option:
        for option, value in MALLOC_OPTIONS:
            set_option(option, value)


def _raise_file_limit() -> int:
    """Raise the limit of open files as far as the process may, and return it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = 65536 if hard == resource.RLIM_INFINITY else min(hard, 65536)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    return limit
