"""What the log of a process looks like."""

import logging

FORMAT = "%(asctime)s %(levelname)s %(name)s:%(lineno)d: %(message)s"


def configure_logging(level: str) -> None:
    """Log to standard error from `level` (`debug`, `info`, `warning`, `error`) on.

    For the entry points of a process; a library or an application factory must not call it.
    """
    logging.basicConfig(level=level.upper(), format=FORMAT)
