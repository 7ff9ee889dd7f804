"""Periodic work of the server."""

import logging
from datetime import timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from utils.clock import now
from utils.errors import ServiceError

logger = logging.getLogger(__name__)

INTERVAL = timedelta(minutes=1)


def start_housekeeping(app: Flask) -> None:
    """Start a thread that tidies up soon after the start and then every minute."""
    # Every process of every machine may do so: each step is safe to repeat and to run twice.
    # It reports every run, and a failed one with its stack trace.
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
    scheduler = BackgroundScheduler(daemon=True)
    scheduler.add_job(
        keep_house,
        "interval",
        seconds=INTERVAL.total_seconds(),
        jitter=20,
        args=[app],
        coalesce=True,
        max_instances=1,
        next_run_time=now() + timedelta(seconds=5),
    )
    scheduler.start()


def keep_house(app: Flask) -> None:
    """Sweep the photos and remove expired logins; the next run tries again after an outage."""
    managers = app.extensions["managers"]
    with app.app_context():
        try:
            managers.photos.sweep()
            managers.tokens.remove_expired()
        except (ServiceError, OSError) as error:
            logger.warning("Tidying up waits: %s", type(error).__name__)
