"""The folder of the embedded PostgreSQL: its permissions, its data and its access rules."""

import os
import pwd
import shutil
from itertools import takewhile
from pathlib import Path

from services.embedded_postgres.account import CLIENT_USER, SYSTEM_USER, user_name
from services.embedded_postgres.errors import EmbeddedPostgresError
from services.embedded_postgres.programs import Programs
from services.embedded_postgres.roles import SERVICE, SUPERUSER
from utils.files import sync_path

PORT = 5432  # names the socket; no port is opened
SOCKET = f".s.PGSQL.{PORT}"
INITDB_OPTIONS = (
    *("-U", SUPERUSER, "--auth=peer", "-E", "UTF8", "--no-locale"),
    *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
)


def prepare_folder(folder: Path, account: pwd.struct_passwd | None) -> None:
    """Create the folder with its parents, and set its permissions.

    If PostgreSQL runs as another `account`, that account may pass through the created folders.
    Raises OSError, and EmbeddedPostgresError where the folder belongs to somebody else or where
    the account cannot reach it.
    """
    mode = 0o711 if account else 0o700
    missing = list(takewhile(lambda path: not path.exists(), [folder, *folder.parents]))
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
        path.chmod(mode)
    owner = folder.stat().st_uid
    if owner != os.geteuid():
        raise EmbeddedPostgresError(
            f"{folder} belongs to user {user_name(owner)}: start the service as that "
            "user, or choose another DATA_DIR."
        )
    folder.chmod(mode)
    closed = (path for path in folder.resolve().parents if not path.stat().st_mode & 1)
    if account and (barrier := next(closed, None)):
        raise EmbeddedPostgresError(
            f"PostgreSQL cannot run as root, and the user {SYSTEM_USER} that runs it instead "
            f"cannot enter {barrier}: choose a DATA_DIR outside of it."
        )


def initialise_data(programs: Programs, data: Path, *, durable: bool, start_lock: int) -> None:
    """Create the data folder `data` with initdb. Raises OSError, EmbeddedPostgresError."""
    # Under another name first: what a crash leaves behind is never taken for data.
    new = data.with_name(f"{data.name}.new")
    if new.exists():
        shutil.rmtree(new)
    new.mkdir(mode=0o700)
    if programs.account:
        os.chown(new, programs.account.pw_uid, programs.account.pw_gid)
    sync = () if durable else ("--no-sync",)
    # It inherits the lock: an initdb that outlives this process keeps the next one waiting.
    programs.run("initdb", *INITDB_OPTIONS, "-D", new, *sync, inherit=start_lock)
    new.rename(data)
    sync_path(data.parent)


def write_access_rules(folder: Path, account: pwd.struct_passwd | None) -> list[str]:
    """Write who may connect, and return the server settings that name the two files.

    Only the user of the service, root and `account` may, and CLIENT_USER with the role of the
    service, by the user id that the kernel reports.
    """
    names = {user_name(os.geteuid()), "root"}
    if account:
        names.add(SYSTEM_USER)
    pairs = [(name, role) for name in sorted(names) for role in (SUPERUSER, SERVICE)]
    if account:
        pairs.append((CLIENT_USER, SERVICE))
    files = {
        "hba_file": "local all all peer map=service\n",
        "ident_file": "".join(f'service "{name}" {role}\n' for name, role in pairs),
    }
    for name, text in files.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o644)
    return [f"{name}={folder / name}" for name in files]


def prepare_socket_folder(folder: Path, account: pwd.struct_passwd | None) -> None:
    """Create the folder of the socket, which clients with other accounts may enter."""
    folder.mkdir(exist_ok=True)
    folder.chmod(0o711 if account else 0o700)
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)


def remove_stale_pid_files(data: Path, socket_folder: Path) -> None:
    """Remove the pid files that a server left when it crashed.

    PostgreSQL takes any process with the recorded id for a running server: one that got the id
    since, and also the dead server itself while no parent has collected it.
    """
    for pid_file in (data / "postmaster.pid", socket_folder / f"{SOCKET}.lock"):
        pid = read_if_there(pid_file).partition("\n")[0].strip() or "none"
        # The command line of a dead process that nobody has collected is empty.
        if "postgres" not in read_if_there(Path("/proc") / pid / "cmdline"):
            pid_file.unlink(missing_ok=True)


def read_if_there(path: Path) -> str:
    """Return the text of a file; an empty one where it cannot be read."""
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
