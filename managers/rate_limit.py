"""Rate limits: they slow guessing and floods down, and lock nobody out."""

import hashlib
import hmac
import ipaddress
import logging
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import partial
from math import ceil
from typing import TypeVar
from uuid import UUID

from limits import RateLimitItem
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter

from managers.errors import TooManyRequestsError
from services.rate_limit_storage import PostgresRateLimitStorage
from utils.clock import now
from utils.origin import origin_of
from utils.security_events import SecurityEvent, log_event

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

# An address from which the owner has logged in stays known for this long, in seconds.
KNOWN_SECONDS = 30 * 24 * 3600
MEGABYTE = 1_000_000
IPV6_NETWORK = 64


class Limit(StrEnum):
    """What is limited, with the setting that has the numbers."""

    LOGIN = "login"
    """Logins from one address."""
    GUESS = "guess"
    """Failed logins to one account from one address."""
    STRANGER_GUESS = "stranger_guess"
    """Logins to one account from all addresses from which its owner never logged in."""
    REGISTER = "register"
    """Registrations from one address."""
    REFRESH = "refresh"
    """Refreshes from one address."""
    PASSWORD = "password"  # noqa: S105
    """Changes of the password and deletions of the account, by one user."""
    UPLOAD = "upload"
    """Uploads of one user."""
    UPLOAD_MEGABYTES = "upload_megabytes"


class RateLimitManager:
    def __init__(
        self, limits: Mapping[Limit, tuple[RateLimitItem, ...]], storage: Storage, secret: bytes
    ) -> None:
        """Set the limits that apply; the secret hides addresses and accounts in the storage."""
        self._limits = limits
        self._storage = storage
        self._limiter = FixedWindowRateLimiter(storage)
        self._secret = secret

    def require(self, limit: Limit, of: str | UUID, cost: int = 1) -> None:
        """Count one more for this address or user. Raise TooManyRequestsError above the limit."""
        name = self._name(limit, str(of))
        for item in self._limits.get(limit, ()):
            if not self._tolerant(partial(self._limiter.hit, item, name, cost=cost), True):
                log_event(SecurityEvent.RATE_LIMITED, reason=limit)
                end = self._limiter.get_window_stats(item, name).reset_time
                raise TooManyRequestsError(max(1, ceil(end - now().timestamp())))

    def require_upload(self, user_id: UUID, length: int) -> None:
        """Count an upload of `length` bytes. Raise TooManyRequestsError above the limit."""
        self.require(Limit.UPLOAD, user_id)
        self.require(Limit.UPLOAD_MEGABYTES, user_id, ceil(length / MEGABYTE))

    def begin_login(self, address: str, email: str) -> None:
        """Count a login before the password is checked. Raise TooManyRequestsError.

        Guesses from one address slow down that address alone. Guesses from many addresses slow
        down strangers, and not an address from which the owner has logged in before.
        """
        if not self._limits:
            return
        network = network_of(address)
        self.require(Limit.LOGIN, network)
        self.require(Limit.GUESS, f"{network} {email}")
        if not self._tolerant(lambda: self._storage.get(self._known(network, email)), 1):
            self.require(Limit.STRANGER_GUESS, email)

    def end_login(self, address: str, email: str) -> None:
        """Forget the guesses of an address, and know it: the password was right."""
        if not self._limits:
            return
        network = network_of(address)
        name = self._name(Limit.GUESS, f"{network} {email}")
        for item in self._limits.get(Limit.GUESS, ()):
            self._tolerant(partial(self._limiter.clear, item, name), None)
        self._tolerant(lambda: self._storage.incr(self._known(network, email), KNOWN_SECONDS), 0)

    def remove_expired(self) -> None:
        """Remove the counters whose window has ended. Redis does so itself."""
        if isinstance(self._storage, PostgresRateLimitStorage):
            self._storage.remove_expired()

    def _tolerant(self, call: Callable[[], Result], otherwise: Result) -> Result:
        """Return the result of a call of the storage; if Redis fails, nothing is limited."""
        try:
            return call()
        except self._storage.base_exceptions as error:
            logger.error("Rate limits do not apply", extra={"error": origin_of(error)})
            return otherwise

    def _known(self, network: str, email: str) -> str:
        return self._name("known", f"{network} {email}")

    def _name(self, what: str, whose: str) -> str:
        digest = hmac.new(self._secret, f"{what} {whose}".encode(), hashlib.sha256).hexdigest()
        return f"{what}:{digest[:32]}"


def network_of(address: str) -> str:
    """Return the address, of IPv6 the network: a household has all addresses in it."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return str(ip.ipv4_mapped)
        return str(ipaddress.ip_network((ip, IPV6_NETWORK), strict=False))
    return str(ip)
