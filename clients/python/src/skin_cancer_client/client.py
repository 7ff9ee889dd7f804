"""The client for programs that wait for each answer."""

import threading
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar
from uuid import UUID

import httpx

from skin_cancer_client import calls
from skin_cancer_client.batch import upload_batch
from skin_cancer_client.calls import Call, Progress
from skin_cancer_client.effects import Alone, Effect, Flow, Send, Wait, Work
from skin_cancer_client.engine import Credentials, Engine, require_private
from skin_cancer_client.model_records import Model
from skin_cancer_client.photos import PhotoSource
from skin_cancer_client.records import (
    BatchResult,
    BodySite,
    Check,
    Heatmap,
    Session,
    Sex,
    Status,
    User,
)
from skin_cancer_client.retries import Retries
from skin_cancer_client.tokens import MemoryTokens, TokenStore
from skin_cancer_client.version import VERSION

T = TypeVar("T")
USER_AGENT = f"skin-cancer-client/{VERSION}"
# Seconds. An upload waits for other photos, and for its assessment.
TIMEOUT = httpx.Timeout(60, connect=10)


class Client:
    """A user of the service. Threads can share it.

    With `email` and `password`, it logs in when a request needs it. Without them, `tokens` has the
    refresh token of an earlier login. Access tokens are refreshed before they end. Requests that
    fail in passing are repeated, safely: the service does the work once.

    Every method raises ProblemError if the service refuses, ServiceUnreachableError if it does not
    answer, and NotLoggedInError if there is no login.
    """

    def __init__(
        self,
        url: str,
        email: str | None = None,
        password: str | None = None,
        *,
        tokens: TokenStore | None = None,
        retries: Retries | None = None,
        timeout: float | httpx.Timeout = TIMEOUT,
        transport: httpx.BaseTransport | None = None,
        user_agent: str = USER_AGENT,
        allow_http: bool = False,
    ) -> None:
        """Send nothing yet. Raise ValueError if `url` is not an https address.

        http is for this machine, and with `allow_http` for others.
        """
        self._engine = Engine(
            require_private(url, allow_http),
            Credentials(email, password) if email is not None and password is not None else None,
            tokens or MemoryTokens(),
            retries or Retries(),
            user_agent,
        )
        self._http = httpx.Client(timeout=timeout, transport=transport)
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections. The login stays."""
        self._http.close()

    def register(self, first_name: str | None = None, last_name: str | None = None) -> User:
        """Make an account for the e-mail address and the password of this client, and log in."""
        return self._run(self._engine.register(first_name, last_name))

    def login(self) -> User:
        """Log in now, with the e-mail address and the password of this client."""
        return self._run(self._engine.login())

    def logout(self) -> None:
        """End this login."""
        self._run(self._engine.end(calls.logout(everywhere=False)))

    def logout_everywhere(self) -> None:
        """End all logins of the user."""
        self._run(self._engine.end(calls.logout(everywhere=True)))

    def change_password(self, old: str, new: str) -> User:
        """Change the password. All logins end, and this client has a new one."""
        return self._run(self._engine.change_password(old, new))

    def delete_account(self) -> None:
        """Delete the account with all its checks and photos. It cannot be undone."""
        self._run(self._engine.end(calls.delete_account()))

    def user(self) -> User:
        """Return the profile of the user."""
        return self._call(calls.user())

    def sessions(self) -> tuple[Session, ...]:
        """Return the logins of the user, the last used first."""
        return self._call(calls.sessions()).sessions

    def end_session(self, session_id: UUID | str) -> None:
        """End one login."""
        self._call(calls.end_session(session_id))

    def upload(
        self,
        photo: PhotoSource,
        *,
        age: int | None = None,
        sex: Sex | None = None,
        body_site: BodySite | None = None,
        region: tuple[float, float, float] | None = None,
        shrink: bool = False,
        progress: Progress | None = None,
        idempotency_key: str | None = None,
    ) -> Check:
        """Have a photo assessed: a path, bytes, or a file that is open for reading bytes.

        `age`, `sex` and `body_site` make the probabilities better. `region` is the square with the
        lesion: x and y of its centre and its side, as fractions of the photo. `shrink` sends a
        smaller copy of a large photo (needs Pillow). `progress` is called with the bytes that were
        sent and their total. The Idempotency-Key is drawn once for all attempts; give your own to
        repeat an upload in another run of the program. Raise PhotoRefusedError, PhotoFileError.
        """
        return self._run(
            self._engine.upload(
                photo,
                age=age,
                sex=sex,
                body_site=body_site,
                region=region,
                shrink=shrink,
                progress=progress,
                idempotency_key=idempotency_key,
            )
        )

    def upload_batch(
        self,
        photos: Sequence[PhotoSource],
        *,
        age: int | None = None,
        sex: Sex | None = None,
        body_site: BodySite | None = None,
        shrink: bool = False,
        progress: Progress | None = None,
        idempotency_key: str | None = None,
    ) -> tuple[BatchResult, ...]:
        """Have up to 20 photos (60 MB) of one person assessed by one request.

        Return the outcome of each photo in their order: `check`, or the `problem` for which it was
        refused. Photos that the service has no time for are sent again, one by one. The arguments
        are those of `upload`; an Idempotency-Key of your own has at most 250 characters. Raise
        PhotoFileError if a photo cannot be read: nothing is sent then.
        """
        return self._run(
            upload_batch(
                self._engine.call,
                self._engine.retries,
                photos,
                age=age,
                sex=sex,
                body_site=body_site,
                shrink=shrink,
                progress=progress,
                idempotency_key=idempotency_key,
            )
        )

    def checks(
        self,
        *,
        status: Status | None = None,
        since: datetime | None = None,
        before: datetime | None = None,
        page_size: int = 20,
    ) -> Iterator[Check]:
        """Return the checks of the user, the newest first. Pages are read as they are needed.

        `since` and `before` need a time zone.
        """
        cursor = None
        while True:
            page = self._call(
                calls.page(cursor, limit=page_size, status=status, since=since, before=before)
            )
            yield from page.checks
            cursor = page.next_cursor
            if cursor is None:
                return

    def check(self, check_id: UUID | str) -> Check:
        """Return a check. Raise NotFoundError."""
        return self._call(calls.check(check_id))

    def photo(self, check_id: UUID | str) -> bytes:
        """Return the photo of a check as JPEG, upright and without metadata."""
        return self._call(calls.photo(check_id))

    def heatmap(self, check_id: UUID | str) -> bytes:
        """Return the class activation map of a check as PNG. It is no evidence of disease."""
        return self._call(calls.heatmap(check_id))

    def heatmap_values(self, check_id: UUID | str) -> Heatmap:
        """Return the class activation map of a check as numbers."""
        return self._call(calls.heatmap_values(check_id))

    def delete_check(self, check_id: UUID | str) -> None:
        """Delete a check and its photo."""
        self._call(calls.delete_check(check_id))

    def model(self) -> Model:
        """Return the active model, as its model card describes it."""
        return self._call(calls.model())

    def _call(self, call: Call[T]) -> T:
        return self._run(self._engine.call(call))

    def _run(self, flow: Flow[T]) -> T:
        """Carry out the effects of a flow, and return what it returns."""
        try:
            effect = next(flow)
            while True:
                try:
                    result = self._carry_out(effect)
                except Exception as error:  # noqa: BLE001
                    effect = flow.throw(error)
                else:
                    effect = flow.send(result)
        except StopIteration as stop:
            value: T = stop.value
            return value
        finally:
            flow.close()

    def _carry_out(self, effect: Effect) -> Any:
        if isinstance(effect, Send):
            return self._http.send(effect.request)
        if isinstance(effect, Wait):
            return time.sleep(effect.seconds)
        if isinstance(effect, Work):
            return effect.function()
        assert isinstance(effect, Alone)
        with self._lock:
            return self._run(effect.flow)
