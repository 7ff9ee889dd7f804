"""The configuration of logging."""

import logging

FORMAT = "%(asctime)s %(levelname)s %(name)s:%(lineno)d: %(message)s"


def configure_logging(level: str) -> None:
    """Log to standard error from `level` (`debug`, `info`, `warning`, `error`) on.

    Call this only in the entry point of a process, not in a library or an application factory.
    """
    logging.basicConfig(level=level.upper(), format=FORMAT)
