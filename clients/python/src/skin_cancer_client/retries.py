"""When a request is sent again, and after how long."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

# The service or a proxy before it was busy, or did not get the request.
PASSING = frozenset({408, 429, 502, 503, 504})
# Nothing was sent, so that nothing can have happened.
UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True, kw_only=True)
class Retries:
    """A request is sent up to `attempts` times, `first_wait` seconds apart and then longer.

    A `Retry-After` of the service is honoured. If it is longer than `longest_wait`, the error is
    raised at once instead, with the seconds in its `retry_after`.
    """

    attempts: int = 5
    first_wait: float = 0.5
    longest_wait: float = 30.0

    def wait(self, attempt: int, retry_after: float | None = None) -> float | None:
        """Return the seconds until the next attempt, None if this attempt was the last one."""
        if attempt >= self.attempts or (retry_after or 0) > self.longest_wait:
            return None
        # At random, so that clients that an outage stopped do not all come back at once.
        backoff = self.first_wait * 2.0 ** (attempt - 1) * random.uniform(0.5, 1)  # noqa: S311
        return max(min(backoff, self.longest_wait), retry_after or 0)


def retry_after(response: httpx.Response) -> float | None:
    """Return the seconds that the answer asks to wait, None if it does not say."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
