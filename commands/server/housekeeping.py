"""The background work of the server."""

import logging
from collections.abc import Callable
from datetime import timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from managers.idempotency import remove_expired_keys
from utils.clock import now
from utils.errors import ServiceError
from utils.origin import origin_of

logger = logging.getLogger(__name__)

FIRST_RUN, INTERVAL, JITTER = timedelta(seconds=5), timedelta(minutes=1), timedelta(seconds=20)


def start_housekeeping(app: Flask) -> BackgroundScheduler:
    """Run the housekeeping after five seconds and then every minute in a thread.

    Return the scheduler. Every process of every machine may run it: each step can be repeated and
    can run twice at the same time.
    """
    scheduler = BackgroundScheduler(daemon=True)
    scheduler.add_job(
        run_housekeeping,
        "interval",
        seconds=INTERVAL.total_seconds(),
        jitter=JITTER.total_seconds(),
        args=[app],
        coalesce=True,
        max_instances=1,
        next_run_time=now() + FIRST_RUN,
    )
    scheduler.start()
    return scheduler


def run_housekeeping(app: Flask) -> None:
    """Run every step once. Log a step that fails and continue with the others."""
    managers = app.extensions["managers"]
    steps: dict[str, Callable[[], None]] = {
        "finish deletions": managers.photos.finish_deletions,
        "push waiting photos": managers.photos.push_waiting,
        "remove orphans": managers.photos.remove_orphans,
        "remove expired tokens": managers.tokens.remove_expired,
        "remove expired idempotency keys": remove_expired_keys,
        "remove expired rate limits": managers.rate_limits.remove_expired,
    }
    for name, step in steps.items():
        try:
            # Each step has its own context, and never the database session of a failed step.
            with app.app_context():
                step()
        except (ServiceError, OSError) as error:
            about = {"step": name, "error": type(error).__name__}
            logger.warning("Housekeeping waits", extra=about)
        # An error that is not caught reaches the scheduler, which logs its message and stack trace.
        except Exception as error:  # noqa: BLE001
            about = {"step": name, "error": origin_of(error)}
            logger.error("Housekeeping failed", extra=about)
