"""The rules of every request: logins, refreshes and retries. It sends nothing itself (sans-IO)."""

import ipaddress
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from itertools import count
from typing import TypeVar
from urllib.parse import urlsplit

import httpx

from skin_cancer_client import calls
from skin_cancer_client.answers import Answers
from skin_cancer_client.calls import Call, Progress
from skin_cancer_client.effects import Alone, Flow, Send, Wait, Work
from skin_cancer_client.errors import (
    NotAuthenticatedError,
    NotLoggedInError,
    ProblemError,
    RefreshSupersededError,
    ServiceUnreachableError,
    error_of,
)
from skin_cancer_client.photos import PhotoSource, read_photo
from skin_cancer_client.prepared import Prepared
from skin_cancer_client.records import BodySite, Check, Sex, Tokens, User
from skin_cancer_client.retries import PASSING, UNSENT, Retries, retry_after
from skin_cancer_client.tokens import TokenStore

T = TypeVar("T")
# Seconds. An access token that ends sooner may end on its way to the service.
MARGIN = 5.0


@dataclass(frozen=True)
class Access:
    """An access token, and when it ends by the monotonic clock."""

    token: str
    ends: float

    def is_valid(self) -> bool:
        return time.monotonic() < self.ends - MARGIN


@dataclass
class Credentials:
    email: str
    password: str

    def __repr__(self) -> str:
        """Return no password."""
        return "Credentials(…)"


class Engine:
    """The state of a client: its login. Its methods are flows for `Client` and `AsyncClient`."""

    def __init__(
        self,
        url: str,
        credentials: Credentials | None,
        tokens: TokenStore,
        retries: Retries,
        user_agent: str,
    ) -> None:
        """Set what all requests have in common."""
        self.url = url.rstrip("/")
        self._credentials = credentials
        self._tokens = tokens
        self.retries = retries
        self._user_agent = user_agent
        self._access: Access | None = None
        self._answers = Answers()

    def call(self, call: Call[T]) -> Flow[T]:
        """Send a call, as often as it needs, and read its answer.

        Raise ProblemError, NotLoggedInError, ServiceUnreachableError, UnexpectedAnswerError.
        """
        known = self._answers.known(call)
        response = yield from self._answer(call, known)
        return call.read(self._answers.whole(call, response, known))

    def login(self) -> Flow[User]:
        """Start a new login. Raise WrongCredentialsError."""
        credentials = self._require_credentials()
        return (yield from self._start(calls.login(credentials.email, credentials.password)))

    def register(self, first_name: str | None, last_name: str | None) -> Flow[User]:
        """Make the account, and start its first login. Raise EmailTakenError."""
        person = self._require_credentials()
        call = calls.register(person.email, person.password, first_name, last_name)
        return (yield from self._start(call))

    def change_password(self, old: str, new: str) -> Flow[User]:
        """Change the password. The login of this client is a new one, and all others end."""
        user = yield from self._start(calls.change_password(old, new))
        if self._credentials:
            self._credentials.password = new
        return user

    def end(self, call: Call[None]) -> Flow[None]:
        """End the login by a call that ends it, and forget it."""
        try:
            yield from self.call(call)
        finally:
            self._forget()

    def upload(
        self,
        photo: PhotoSource,
        *,
        shrink: bool,
        age: int | None,
        sex: Sex | None,
        body_site: BodySite | None,
        region: tuple[float, float, float] | None,
        progress: Progress | None,
        idempotency_key: str | None,
    ) -> Flow[Check]:
        """Read a photo and have it assessed. Raise PhotoFileError, PhotoRefusedError."""
        content: bytes = yield Work(partial(read_photo, photo, shrink))
        call = calls.upload(
            content,
            age=age,
            sex=sex,
            body_site=body_site,
            region=region,
            progress=progress,
            idempotency_key=idempotency_key,
        )
        return (yield from self.call(call))

    def _start(self, call: Call[Tokens]) -> Flow[User]:
        tokens = yield from self.call(call)
        self._answers.forget()
        yield Alone(self._locked(partial(self._kept, tokens)))
        return tokens.user

    def _answer(self, call: Call[T], known: httpx.Response | None) -> Flow[httpx.Response]:
        """Return the answer that is no error, after as many attempts as it needs.

        It is empty if the known answer is still right.
        """
        prepared = Prepared(call, self.url, self._user_agent, known)
        refused: Access | None = None
        may_be_done = False
        for attempt in count(1):
            access = (yield from self._valid_access(refused)) if call.is_authenticated else None
            try:
                response: httpx.Response = yield Send(
                    prepared.request(access.token if access else None)
                )
            except httpx.TransportError as failure:
                may_be_done |= not isinstance(failure, UNSENT)
                wait = self.retries.wait(attempt)
                if wait is None:
                    raise ServiceUnreachableError(_unreachable(self.url, failure)) from failure
            else:
                is_done = may_be_done and response.status_code == call.done_if_repeated
                is_known = known is not None and response.status_code == HTTPStatus.NOT_MODIFIED
                if response.is_success or is_done or is_known:
                    return response
                error = error_of(response, retry_after(response))
                if isinstance(error, NotAuthenticatedError) and access and not refused:
                    refused = access
                    continue
                may_be_done |= response.status_code in PASSING
                wait = self._wait_after(error, response, attempt)
                if wait is None:
                    raise error
            yield Wait(wait)
        raise AssertionError("unreachable")

    def _wait_after(self, error: Exception, response: httpx.Response, attempt: int) -> float | None:
        damaged = isinstance(error, ProblemError) and error.name == "digest-mismatch"
        if response.status_code in PASSING or damaged:
            return self.retries.wait(attempt, retry_after(response))
        return None

    def _valid_access(self, refused: Access | None) -> Flow[Access]:
        """Return an access token other than the refused one."""
        access = self._access
        if access and access is not refused and access.is_valid():
            return access
        renewed: Access = yield Alone(self._renewed(refused))
        return renewed

    def _renewed(self, refused: Access | None) -> Flow[Access]:
        access = self._access
        # While this request waited for its turn, another one may have refreshed.
        if access and access is not refused and access.is_valid():
            return access
        return (yield from self._locked(self._new_access))

    def _locked(self, start: Callable[[], Flow[T]]) -> Flow[T]:
        """Run a flow while no other program uses the stored token."""
        lock = self._tokens.lock()
        # It may wait for a program that refreshes, which must not stop an event loop.
        yield Work(lock.__enter__)
        try:
            return (yield from start())
        finally:
            lock.__exit__(None, None, None)

    def _new_access(self) -> Flow[Access]:
        refreshed = yield from self._refreshed()
        if refreshed:
            return refreshed
        credentials = self._require_credentials()
        call = calls.login(credentials.email, credentials.password)
        return self._keep((yield from self.call(call)))

    def _refreshed(self) -> Flow[Access | None]:
        """Return new tokens for the refresh token, None if there is none or it is void."""
        refresh_token = self._tokens.load()
        if refresh_token is None:
            return None
        try:
            tokens = yield from self.call(calls.refresh(refresh_token))
        except NotAuthenticatedError:
            self._tokens.save(None)
            return None
        except RefreshSupersededError:
            if self._credentials:
                return None
            raise
        return self._keep(tokens)

    def _kept(self, tokens: Tokens) -> Flow[Access]:
        yield from ()
        return self._keep(tokens)

    def _keep(self, tokens: Tokens) -> Access:
        self._tokens.save(tokens.refresh_token)
        self._access = Access(tokens.token, time.monotonic() + tokens.expires_in)
        return self._access

    def _forget(self) -> None:
        self._access = None
        self._answers.forget()
        self._tokens.save(None)

    def _require_credentials(self) -> Credentials:
        if self._credentials is None:
            raise NotLoggedInError("There is no login, or it has ended. Log in again.")
        return self._credentials


def require_private(url: str, allow_http: bool) -> str:
    """Return the address of a service.

    Raise ValueError if passwords and photos would travel there in the clear.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is no address of a service, such as https://skin.example.com")
    if parts.scheme == "http" and not (allow_http or _is_this_machine(parts.hostname)):
        raise ValueError(
            "Over http, passwords and photos can be read on the way. Use https, or allow_http=True "
            "in a network that you trust."
        )
    return url.rstrip("/")


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _unreachable(url: str, error: httpx.TransportError) -> str:
    if isinstance(error, UNSENT):
        return f"No service answers at {url}. Check the address and the connection."
    return f"The connection to {url} broke, or the service took too long. Try again."
