"""The client for programs with an event loop: asyncio, or trio."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar
from uuid import UUID

import anyio
import anyio.to_thread
import httpx

from skin_cancer_client import calls
from skin_cancer_client.batch import upload_batch
from skin_cancer_client.calls import Call, Progress
from skin_cancer_client.client import TIMEOUT, USER_AGENT
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

T = TypeVar("T")


class AsyncClient:
    """A user of the service, as `Client` in an event loop. Tasks can share it.

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
        transport: httpx.AsyncBaseTransport | None = None,
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
        self._http = httpx.AsyncClient(timeout=timeout, transport=transport)
        self._lock = anyio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections. The login stays."""
        await self._http.aclose()

    async def register(self, first_name: str | None = None, last_name: str | None = None) -> User:
        """Make an account for the e-mail address and the password of this client, and log in."""
        return await self._run(self._engine.register(first_name, last_name))

    async def login(self) -> User:
        """Log in now, with the e-mail address and the password of this client."""
        return await self._run(self._engine.login())

    async def logout(self) -> None:
        """End this login."""
        await self._run(self._engine.end(calls.logout(everywhere=False)))

    async def logout_everywhere(self) -> None:
        """End all logins of the user."""
        await self._run(self._engine.end(calls.logout(everywhere=True)))

    async def change_password(self, old: str, new: str) -> User:
        """Change the password. All logins end, and this client has a new one."""
        return await self._run(self._engine.change_password(old, new))

    async def delete_account(self) -> None:
        """Delete the account with all its checks and photos. It cannot be undone."""
        await self._run(self._engine.end(calls.delete_account()))

    async def user(self) -> User:
        """Return the profile of the user."""
        return await self._call(calls.user())

    async def sessions(self) -> tuple[Session, ...]:
        """Return the logins of the user, the last used first."""
        return (await self._call(calls.sessions())).sessions

    async def end_session(self, session_id: UUID | str) -> None:
        """End one login."""
        await self._call(calls.end_session(session_id))

    async def upload(
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
        return await self._run(
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

    async def upload_batch(
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
        return await self._run(
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

    async def checks(
        self,
        *,
        status: Status | None = None,
        since: datetime | None = None,
        before: datetime | None = None,
        page_size: int = 20,
    ) -> AsyncIterator[Check]:
        """Return the checks of the user, the newest first. Pages are read as they are needed.

        `since` and `before` need a time zone.
        """
        cursor = None
        while True:
            page = await self._call(
                calls.page(cursor, limit=page_size, status=status, since=since, before=before)
            )
            for check in page.checks:
                yield check
            cursor = page.next_cursor
            if cursor is None:
                return

    async def check(self, check_id: UUID | str) -> Check:
        """Return a check. Raise NotFoundError."""
        return await self._call(calls.check(check_id))

    async def photo(self, check_id: UUID | str) -> bytes:
        """Return the photo of a check as JPEG, upright and without metadata."""
        return await self._call(calls.photo(check_id))

    async def heatmap(self, check_id: UUID | str) -> bytes:
        """Return the class activation map of a check as PNG. It is no evidence of disease."""
        return await self._call(calls.heatmap(check_id))

    async def heatmap_values(self, check_id: UUID | str) -> Heatmap:
        """Return the class activation map of a check as numbers."""
        return await self._call(calls.heatmap_values(check_id))

    async def delete_check(self, check_id: UUID | str) -> None:
        """Delete a check and its photo."""
        await self._call(calls.delete_check(check_id))

    async def model(self) -> Model:
        """Return the active model, as its model card describes it."""
        return await self._call(calls.model())

    async def _call(self, call: Call[T]) -> T:
        return await self._run(self._engine.call(call))

    async def _run(self, flow: Flow[T]) -> T:
        """Carry out the effects of a flow, and return what it returns."""
        try:
            effect = next(flow)
            while True:
                try:
                    result = await self._carry_out(effect)
                except Exception as error:  # noqa: BLE001
                    effect = flow.throw(error)
                else:
                    effect = flow.send(result)
        except StopIteration as stop:
            value: T = stop.value
            return value
        finally:
            flow.close()

    async def _carry_out(self, effect: Effect) -> Any:
        if isinstance(effect, Send):
            return await self._http.send(effect.request)
        if isinstance(effect, Wait):
            return await anyio.sleep(effect.seconds)
        if isinstance(effect, Work):
            return await anyio.to_thread.run_sync(effect.function)
        assert isinstance(effect, Alone)
        async with self._lock:
            return await self._run(effect.flow)
