"""Rate limits: they slow guessing and floods down, and lock nobody out."""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from uuid import UUID

from limits import RateLimitItem
from limits.strategies import FixedWindowRateLimiter

from managers.errors import DatabaseUnavailableError, TooManyRequestsError
from services.rate_limit_storage import RateLimitStorage
from utils.clock import now
from utils.security_events import SecurityEvent, log_event

# Seconds.
KNOWN_FOR = 30 * 24 * 3600
MEGABYTE = 1_000_000


class Limit(StrEnum):
    """What is limited, with the setting that has the numbers."""

    LOGIN = "login"
    """Wrong passwords from one address."""
    GUESS = "guess"
    """Wrong passwords of one account from one address."""
    STRANGER_GUESS = "stranger_guess"
    """Wrong passwords of one account from all addresses that its owner does not use."""
    REGISTER = "register"
    """Registrations from one address."""
    REFRESH = "refresh"
    """Refreshes from one address."""
    SESSION_REFRESH = "session_refresh"
    """Refreshes of one login."""
    PASSWORD = "password"  # noqa: S105
    """Changes of the password and deletions of the account, from one address."""
    UPLOAD = "upload"
    """Uploads of one user."""
    UPLOAD_MEGABYTES = "upload_megabytes"


# Not those of guesses: what is left of them tells who tries to get in from where.
PUBLIC = (
    *(Limit.REGISTER, Limit.REFRESH, Limit.SESSION_REFRESH, Limit.PASSWORD),
    *(Limit.UPLOAD, Limit.UPLOAD_MEGABYTES),
)
NEAR = 0.2


@dataclass(frozen=True)
class Quota:
    """What is left of a limit of which less than NEAR is left; `window` and `reset` are seconds."""

    limit: Limit
    amount: int
    window: int
    remaining: int
    reset: int


_quotas: ContextVar[dict[tuple[Limit, int], Quota]] = ContextVar("quotas")


def begin_quotas() -> None:
    """Forget the quotas of the last request of this thread."""
    _quotas.set({})


def near_quotas() -> list[Quota]:
    """Return the public quotas that are nearly used up, since `begin_quotas`."""
    return list(_quotas.get({}).values())


class RateLimitManager:
    """Counts by user, and by the network of the client's address (`utils.ip_address`)."""

    def __init__(
        self,
        limits: Mapping[Limit, tuple[RateLimitItem, ...]],
        storage: RateLimitStorage,
        secret: bytes,
    ) -> None:
        """Set the limits that apply; the secret hides addresses and accounts in the storage."""
        self._limits = limits
        self._storage = storage
        self._limiter = FixedWindowRateLimiter(storage)
        self._secret = secret

    def require(self, limit: Limit, of: str | UUID, cost: int = 1) -> None:
        """Count one more for this network or user. Raise TooManyRequestsError above the limit."""
        name = self._name(limit, str(of))
        for item in self._limits.get(limit, ()):
            key = item.key_for(name)
            remaining = item.amount - self._storage.incr(key, item.get_expiry(), cost)
            if remaining >= NEAR * item.amount:
                continue
            reset = max(1, ceil(self._storage.get_expiry(key) - now().timestamp()))
            _remember(Quota(limit, item.amount, item.get_expiry(), max(0, remaining), reset))
            if remaining < 0:
                log_event(SecurityEvent.RATE_LIMITED, reason=limit)
                raise TooManyRequestsError(reset)

    def require_refresh(self, network: str, refresh_token: str) -> None:
        """Count a refresh. Raise TooManyRequestsError above the limit."""
        # The part before the point is the same in all refresh tokens of a login. A client that
        # refreshes for ever is stopped before it uses up the limit of its network.
        self.require(Limit.SESSION_REFRESH, refresh_token.partition(".")[0])
        self.require(Limit.REFRESH, network)

    def require_upload(self, user_id: UUID, length: int) -> None:
        """Count an upload of `length` bytes. Raise TooManyRequestsError above the limit."""
        self.require(Limit.UPLOAD, user_id)
        self.require(Limit.UPLOAD_MEGABYTES, user_id, ceil(length / MEGABYTE))

    @contextmanager
    def guess(self, network: str, email: str) -> Iterator[None]:
        """Count the password that the block checks. The block raises if it is wrong.

        Guesses from one network slow down that network alone. Guesses from many networks slow down
        strangers, and not a network that the owner uses. Raise TooManyRequestsError.
        """
        # Guesses are counted before they are checked: otherwise, those that arrive together would
        # all be below the limit.
        self.require(Limit.LOGIN, network)
        counted = [(Limit.GUESS, f"{network} {email}")]
        if not self._is_known(network, email):
            counted.append((Limit.STRANGER_GUESS, email))
        for limit, of in counted:
            self.require(limit, of)
        yield
        # The work of the request is done, and must not be lost in an outage of the database.
        with suppress(DatabaseUnavailableError):
            for limit, of in counted:
                self._clear(limit, of)
            # This one is not cleared: an attacker who has an account could do so at will.
            for item in self._limits.get(Limit.LOGIN, ()):
                self._limiter.hit(item, self._name(Limit.LOGIN, network), cost=-1)
        self.remember(network, email)

    def remember(self, network: str, email: str) -> None:
        """Know that the owner of the account uses this network, for 30 days."""
        if self._limits:
            name = self._known(network, email)
            with suppress(DatabaseUnavailableError):
                self._storage.clear(name)
                self._storage.incr(name, KNOWN_FOR)

    def remove_expired(self) -> None:
        """Remove the counters whose window has ended."""
        self._storage.remove_expired()

    def _clear(self, limit: Limit, of: str) -> None:
        for item in self._limits.get(limit, ()):
            self._limiter.clear(item, self._name(limit, of))

    def _is_known(self, network: str, email: str) -> bool:
        return bool(self._limits and self._storage.get(self._known(network, email)))

    def _known(self, network: str, email: str) -> str:
        return self._name("known", f"{network} {email}")

    def _name(self, what: str, whose: str) -> str:
        digest = hmac.new(self._secret, f"{what} {whose}".encode(), hashlib.sha256).hexdigest()
        return f"{what}:{digest[:32]}"


def _remember(quota: Quota) -> None:
    if quota.limit in PUBLIC:
        _quotas.set({**_quotas.get({}), (quota.limit, quota.window): quota})
