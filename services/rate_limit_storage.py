"""Where the counters of the rate limits are: in PostgreSQL, or in Redis."""

# All processes and machines share the counters. PostgreSQL is there already and takes one statement
# of a third of a millisecond for each; Redis is for those who have it.

from typing import cast

from limits.storage import Storage, storage_from_string
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from db import unit_of_work

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
EXPIRY = text(
    "SELECT extract(epoch FROM expires_at) FROM rate_limits WHERE key = :key AND expires_at > now()"
)
NOW = text("SELECT extract(epoch FROM now())")
CLEAR = text("DELETE FROM rate_limits WHERE key = :key")
RESET = text("DELETE FROM rate_limits")
REMOVE_EXPIRED = text("DELETE FROM rate_limits WHERE expires_at <= now()")


class PostgresRateLimitStorage(Storage):
    """Fixed windows in the table `rate_limits`. Every method raises DatabaseUnavailableError."""

    STORAGE_SCHEME = None

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
        with unit_of_work() as session:
            expiry = session.execute(EXPIRY, {"key": key}).scalar()
            return float(expiry or session.execute(NOW).scalar_one())

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
        self._delete(REMOVE_EXPIRED, {})

    @staticmethod
    def _delete(statement: object, values: dict[str, str]) -> int:
        with unit_of_work() as session:
            result = session.execute(statement, values)  # type: ignore[call-overload]
            session.commit()
            return int(result.rowcount)


def rate_limit_storage(url: str) -> Storage:
    """Return the storage at the URL `redis://…`, or PostgreSQL if there is no URL.

    Raise ConfigurationError if the package `redis` is not installed.
    """
    return cast(Storage, storage_from_string(url)) if url else PostgresRateLimitStorage()
