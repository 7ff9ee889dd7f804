"""Services with rate limits, and the passing of time for them."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import func, update

from db import unit_of_work
from models import RateLimit

Limited = Callable[..., Flask]


def pass_time(seconds: int) -> None:
    """Let the windows of all counters end earlier by `seconds`."""
    ends = RateLimit.expires_at - func.make_interval(0, 0, 0, 0, 0, 0, seconds)
    with unit_of_work() as session:
        session.execute(update(RateLimit).values(expires_at=ends))
        session.commit()
