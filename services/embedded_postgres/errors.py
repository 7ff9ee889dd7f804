"""The error of the embedded PostgreSQL."""

import re
from pathlib import Path


class EmbeddedPostgresError(Exception):
    """The server could not be started or stopped; the message is one sentence for the operator."""


def failure(action: str, folder: Path, output: str) -> EmbeddedPostgresError:
    """Return the error "PostgreSQL did not `action`", with the reason that `output` gives."""
    reasons = re.findall(r"(?:FATAL|PANIC|error): +(.+)", output) or output.splitlines()[-1:]
    reason = reasons[0] if reasons else f"see {folder / 'log'}"
    return EmbeddedPostgresError(f"PostgreSQL did not {action} in {folder}: {reason}.")
