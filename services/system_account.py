"""Users of this machine."""

import contextlib
import pwd
import subprocess
import time


def system_account(name: str) -> pwd.struct_passwd | None:
    """The account of that name, made if there is none (as root); None where that is impossible."""
    command = ["useradd", "--system", "--no-create-home", "--home-dir=/", "--shell=/bin/false"]
    for _ in range(20):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
        try:
            made = subprocess.run([*command, name], check=False, capture_output=True)
        except FileNotFoundError:
            return None
        if made.returncode:
            # It fails while another process makes the same user.
            time.sleep(0.1)
    return None


def user_name(uid: int) -> str:
    """The name of the user, or the number of one without a name."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
