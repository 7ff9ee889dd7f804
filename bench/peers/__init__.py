"""The servers that the service is compared with, and how they are set up and run.

Each peer is a folder with a `server.py` and, if it has an environment of its own, the versions in
`requirements.txt`. The environments are made below `.venvs` when they are first needed.
"""

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path

import jwt
import orjson
import psutil
import pybase64

from bench.measure import Request, databases_in, is_accepted
from cnn_model.serving.description import BUNDLED
from config import PROJECT
from services.embedded_postgres import embedded_postgres

FOLDER = Path(__file__).parent
ENVIRONMENTS = FOLDER / ".venvs"
START_SECONDS, WARM_UP_SECONDS, STOP_SECONDS = 300.0, 60.0, 15.0
JWT_KEY = "a key of the benchmark, of more than 32 bytes"
# By default, a worker that takes seconds to start, as on a busy machine, is killed.
GUNICORN = "-m gunicorn --workers 2 --timeout 300 --bind 127.0.0.1:{port} server:app"
UVICORN = (
    "-m uvicorn server:app --workers 2 --port {port} --no-access-log "
    "--timeout-worker-healthcheck 300"
)
RAW, FORM, JSON = "raw", "form", "json"
BOUNDARY = "f2a9d7c4b1e8"


class PeerError(Exception):
    """A peer does not start."""


@dataclass(frozen=True)
class Peer:
    """A server.

    `command` are the arguments of Python. `leaves_out` is what it does less than the service, and
    `body` how a photo is sent: as the body, in a form, or as base64 in JSON.
    """

    title: str
    folder: str
    command: str
    leaves_out: str
    body: str = FORM
    path: str = "/predict"
    has_database: bool = False

    @property
    def requirements(self) -> Path:
        """The file with the versions; without it, the peer uses the environment of the project."""
        return FOLDER / self.folder / "requirements.txt"


NOTHING_KEPT = "no login, no photo kept, no row, no quality control, no validation"
PEERS = (
    Peer("FastAPI", "fastapi", UVICORN, NOTHING_KEPT),
    Peer(
        "BentoML",
        "bentoml",
        "-m bentoml serve server:Lesions --host 127.0.0.1 --port {port}",
        NOTHING_KEPT,
    ),
    Peer("LitServe", "litserve", "server.py", NOTHING_KEPT, JSON),
    Peer(
        "Mosec",
        "mosec",
        "server.py --address 127.0.0.1 --port {port} --log-level warning",
        NOTHING_KEPT,
        RAW,
        "/inference",
    ),
    Peer("Ray Serve", "ray_serve", "server.py", NOTHING_KEPT, RAW, "/"),
    Peer("the first version's way", "first_version", GUNICORN, NOTHING_KEPT, JSON),
    Peer("the limit", "limit", GUNICORN, f"{NOTHING_KEPT}, no framework", RAW, "/"),
    Peer(
        "FastAPI, the same work",
        "fastapi_same_work",
        UVICORN,
        "no process for the decoder, no detection of damage, no calibration, fewer measures",
        has_database=True,
    ),
    Peer(
        "the limit of our work",
        "limit_same_work",
        GUNICORN,
        "no login, no process for the decoder, no validation, one plain statement for the row",
        RAW,
        "/",
        has_database=True,
    ),
)


def request_for(peer: Peer, photo: bytes) -> Request:
    """Return the request that sends a photo."""
    body, kind = encoded(photo, peer.body)
    return Request(peer.path, body, {"Content-Type": kind, "Authorization": f"Bearer {_token()}"})


def encoded(photo: bytes, way: str) -> tuple[bytes, str]:
    """Return the body that carries a photo, and its type."""
    if way == JSON:
        return orjson.dumps({"photo": pybase64.b64encode(photo).decode()}), "application/json"
    if way == RAW:
        return photo, "image/jpeg"
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n'
    head += "Content-Type: image/jpeg\r\n\r\n"
    body = head.encode() + photo + f"\r\n--{BOUNDARY}--\r\n".encode()
    return body, f"multipart/form-data; boundary={BOUNDARY}"


def _token() -> str:
    claims = {"sub": "bench", "exp": datetime.now(UTC) + timedelta(hours=1)}
    return jwt.encode(claims, JWT_KEY, "HS256")


def set_up(peer: Peer) -> Path:
    """Return the Python of the peer. Install its environment if it is not there."""
    if not peer.requirements.exists():
        return Path(sys.executable)
    place = ENVIRONMENTS / peer.folder
    python, stamp = place / "bin" / "python", place / "installed"
    digest = hashlib.sha256(peer.requirements.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != digest:
        shutil.rmtree(place, ignore_errors=True)
        uv = [sys.executable, "-m", "uv", "--quiet", "--no-python-downloads"]
        subprocess.run([*uv, "venv", "--python", sys.executable, place], check=True)
        install = ["pip", "install", "--python", str(python), "--requirement"]
        subprocess.run([*uv, *install, peer.requirements], check=True)
        stamp.write_text(digest)
    return python


@contextmanager
def running(peer: Peer, warm_up: Request) -> Iterator[tuple[int, list[psutil.Process]]]:
    """Run the peer, and yield its port and its processes once it answers `warm_up`."""
    with ExitStack() as stack:
        # PostgreSQL runs as a user of its own, who must be able to enter.
        folder = Path(tempfile.mkdtemp(prefix="skin-peer-"))
        folder.chmod(0o711)
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        port, roots = free_port(), []
        extra = {"PHOTO_FOLDER": str(folder), "TMPDIR": str(folder)}
        if peer.has_database:
            extra["DATABASE_URL"] = stack.enter_context(embedded_postgres(folder / "database")).url
            roots += databases_in(folder)
        process = _started(peer, port, extra)
        stack.callback(_stop, process)
        _wait_until_ready(process, port, warm_up)
        yield port, [psutil.Process(process.pid), *roots]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _started(peer: Peer, port: int, extra: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    arguments = peer.command.format(port=port).split()
    # Two processes with one thread each for the arithmetic, as many as there are processors.
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, (FOLDER / "shared", PROJECT))),
        "NETWORK_FILES": os.pathsep.join(map(str, sorted(BUNDLED.glob("*.tflite")))),
        "PORT": str(port),
        "JWT_KEY": JWT_KEY,
        "OMP_NUM_THREADS": "1",
        "BENTOML_DO_NOT_TRACK": "True",
        "RAY_USAGE_STATS_ENABLED": "0",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        **extra,
    }
    return subprocess.Popen(
        [set_up(peer), *arguments],
        cwd=FOLDER / peer.folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _wait_until_ready(process: "subprocess.Popen[bytes]", port: int, warm_up: Request) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if is_accepted(HTTPConnection("127.0.0.1", port, timeout=WARM_UP_SECONDS), warm_up):
            return
        time.sleep(0.2)
    raise PeerError(f"it did not answer within {START_SECONDS:.0f} seconds.")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """Stop a server and everything that it started."""
    try:
        family = [*psutil.Process(process.pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        family = []
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for child in family:
        if child.is_running():
            child.kill()
