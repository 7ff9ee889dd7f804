"""Where the counters of the rate limits are: in PostgreSQL, or in Redis."""

# All processes and machines share the counters. PostgreSQL is there already and takes one statement
# of a third of a millisecond for each; Redis is for those who have it.

import logging
import time
from abc import abstractmethod
from collections.abc import Callable
from typing import TypeVar

from limits.errors import StorageError
from limits.storage import RedisStorage, Storage
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from db import unit_of_work
from utils.origin import origin_of

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

# Seconds: of a call to Redis, and without any after a call that failed.
REDIS_TIMEOUT, REDIS_REST = 0.5, 10.0

INCREMENT = text(
    """
    INSERT INTO rate_limits (key, count, expires_at)
    VALUES (:key, :amount, now() + make_interval(secs => :expiry))
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN rate_limits.expires_at <= now() THEN excluded.count
                     ELSE rate_limits.count + excluded.count END,
        expires_at = CASE WHEN rate_limits.expires_at <= now() THEN excluded.expires_at
                          ELSE rate_limits.expires_at END
    RETURNING count
    """
)
COUNT = text("SELECT count FROM rate_limits WHERE key = :key AND expires_at > now()")
SECONDS_LEFT = text(
    "SELECT extract(epoch FROM expires_at - now()) FROM rate_limits "
    "WHERE key = :key AND expires_at > now()"
)
CLEAR = text("DELETE FROM rate_limits WHERE key = :key")
RESET = text("DELETE FROM rate_limits")
REMOVE_EXPIRED = text("DELETE FROM rate_limits WHERE expires_at <= now()")


class RateLimitStorage(Storage):
    """A storage for fixed windows, which the service has to tidy up."""

    STORAGE_SCHEME = None

    @abstractmethod
    def remove_expired(self) -> None:
        """Remove the counters whose window has ended."""


class PostgresRateLimitStorage(RateLimitStorage):
    """Counters in the table `rate_limits`. Every method raises DatabaseUnavailableError."""

    @property
    def base_exceptions(self) -> type[Exception]:
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add to a counter, which starts anew after `expiry` seconds, and return it."""
        values = {"key": key, "amount": amount, "expiry": expiry}
        with unit_of_work() as session:
            count = session.execute(INCREMENT, values).scalar_one()
            session.commit()
        return int(count)

    def get(self, key: str) -> int:
        """Return a counter, 0 if there is none."""
        with unit_of_work() as session:
            return int(session.execute(COUNT, {"key": key}).scalar() or 0)

    def get_expiry(self, key: str) -> float:
        """Return when the window of a counter ends, in seconds since the epoch; now if none has."""
        # The clock of the database may differ from that of this machine.
        with unit_of_work() as session:
            return time.time() + float(session.execute(SECONDS_LEFT, {"key": key}).scalar() or 0)

    def check(self) -> bool:
        """Return whether the storage works."""
        self.get("")
        return True

    def reset(self) -> int | None:
        """Remove all counters, and return how many there were."""
        return self._delete(RESET, {})

    def clear(self, key: str) -> None:
        """Remove a counter."""
        self._delete(CLEAR, {"key": key})

    def remove_expired(self) -> None:
        """Remove the counters whose window has ended."""
        self._delete(REMOVE_EXPIRED, {})

    @staticmethod
    def _delete(statement: object, values: dict[str, str]) -> int:
        with unit_of_work() as session:
            result = session.execute(statement, values)  # type: ignore[call-overload]
            session.commit()
            return int(result.rowcount)


class FallbackRateLimitStorage(RateLimitStorage):
    """Counters in `first`, and in `second` from a StorageError of the first until it has rested."""

    def __init__(self, first: Storage, second: RateLimitStorage) -> None:
        super().__init__()
        self._first, self._second = first, second
        self._rests_until = 0.0

    @property
    def base_exceptions(self) -> type[Exception]:
        return StorageError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add to a counter, which starts anew after `expiry` seconds, and return it."""
        return self._call(lambda storage: storage.incr(key, expiry, amount))

    def get(self, key: str) -> int:
        """Return a counter, 0 if there is none."""
        return self._call(lambda storage: storage.get(key))

    def get_expiry(self, key: str) -> float:
        """Return when the window of a counter ends, in seconds since the epoch; now if none has."""
        return self._call(lambda storage: storage.get_expiry(key))

    def check(self) -> bool:
        """Return whether the storage works."""
        return self._call(lambda storage: storage.check())

    def reset(self) -> int | None:
        """Remove all counters, and return how many there were."""
        return self._call(lambda storage: storage.reset())

    def clear(self, key: str) -> None:
        """Remove a counter."""
        self._call(lambda storage: storage.clear(key))

    def remove_expired(self) -> None:
        """Remove the counters of an outage. Redis removes its own."""
        self._second.remove_expired()

    def _call(self, function: Callable[[Storage], Result]) -> Result:
        if time.monotonic() >= self._rests_until:
            try:
                return function(self._first)
            except StorageError as error:
                self._rests_until = time.monotonic() + REDIS_REST
                reason = {"error": origin_of(error.__cause__ or error)}
                logger.error("Rate limits are counted in the database", extra=reason)
        return function(self._second)


def rate_limit_storage(url: str) -> RateLimitStorage:
    """Return the storage at the URL `redis://…`, or PostgreSQL if there is no URL.

    While Redis fails, PostgreSQL counts.
    """
    postgres = PostgresRateLimitStorage()
    if not url:
        return postgres
    # redis-py would repeat a call for seconds by default.
    options = {"socket_timeout": REDIS_TIMEOUT, "socket_connect_timeout": REDIS_TIMEOUT}
    redis = RedisStorage(url, wrap_exceptions=True, retry=None, **options)  # type: ignore[arg-type]
    return FallbackRateLimitStorage(redis, postgres)
