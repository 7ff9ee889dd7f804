"""The requests of the API, as values: what to send, and what the answer is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

import httpx

from skin_cancer_client.decoding import DecodingError, decode
from skin_cancer_client.errors import UnexpectedAnswerError
from skin_cancer_client.model_records import Model
from skin_cancer_client.records import (
    BatchResults,
    BodySite,
    Check,
    CheckList,
    Heatmap,
    SessionList,
    Sex,
    Status,
    Tokens,
    User,
)

T = TypeVar("T")
R = TypeVar("R")
Progress = Callable[[int, int], None]
"""Is told how many bytes of a request were sent, and how many it has. A retry starts again at 0."""


@dataclass(frozen=True, kw_only=True)
class Call(Generic[T]):
    """A request, and how its answer is read."""

    method: str
    path: str
    read: Callable[[httpx.Response], T]
    query: Mapping[str, str] = field(default_factory=dict)
    json: Mapping[str, Any] | None = None
    form: Mapping[str, str] | None = None
    photos: tuple[bytes, ...] = ()
    key: str | None = None
    """The Idempotency-Key: with it, the service does the work once, however often it is asked."""
    is_authenticated: bool = True
    done_if_repeated: int | None = None
    """The status that says, to a request that is repeated, that the first one was carried out."""
    progress: Progress | None = None


def record(kind: type[R], response: httpx.Response) -> R:
    """Return the answer as a record. Raise UnexpectedAnswerError."""
    try:
        return decode(kind, response.json())
    except (DecodingError, ValueError) as error:
        message = f"The answer is not one of this service: {error}. Is the address right?"
        raise UnexpectedAnswerError(message, response.status_code) from error


def nothing(response: httpx.Response) -> None:
    """Read an answer without a body."""


def content(response: httpx.Response) -> bytes:
    return response.content


def new_key() -> str:
    return str(uuid4())


def register(
    email: str, password: str, first_name: str | None, last_name: str | None
) -> Call[Tokens]:
    names = {"first_name": first_name, "last_name": last_name}
    body = {"email": email, "password": password}
    body |= {name: value for name, value in names.items() if value is not None}
    return _tokens("/register", body)


def login(email: str, password: str) -> Call[Tokens]:
    return _tokens("/login", {"email": email, "password": password})


def refresh(refresh_token: str) -> Call[Tokens]:
    return _tokens("/token/refresh", {"refresh_token": refresh_token})


def _tokens(path: str, body: Mapping[str, Any]) -> Call[Tokens]:
    return Call(
        method="POST",
        path=path,
        read=partial(record, Tokens),
        json=body,
        key=new_key(),
        is_authenticated=False,
    )


def change_password(old: str, new: str) -> Call[Tokens]:
    return Call(
        method="POST",
        path="/user/change-password",
        read=partial(record, Tokens),
        json={"old_password": old, "new_password": new},
        key=new_key(),
    )


def logout(everywhere: bool) -> Call[None]:
    path = "/logout/all" if everywhere else "/logout"
    return Call(method="POST", path=path, read=nothing, done_if_repeated=401)


def user() -> Call[User]:
    return Call(method="GET", path="/user", read=partial(record, User))


def delete_account() -> Call[None]:
    return Call(method="DELETE", path="/user", read=nothing, done_if_repeated=401)


def sessions() -> Call[SessionList]:
    return Call(method="GET", path="/user/sessions", read=partial(record, SessionList))


def end_session(session_id: UUID | str) -> Call[None]:
    path = f"/user/sessions/{UUID(str(session_id))}"
    return Call(method="DELETE", path=path, read=nothing, done_if_repeated=404)


def upload(
    photo: bytes,
    *,
    age: int | None,
    sex: Sex | None,
    body_site: BodySite | None,
    region: tuple[float, float, float] | None,
    progress: Progress | None,
    idempotency_key: str | None,
) -> Call[Check]:
    where = None if region is None else ",".join(f"{number:g}" for number in region)
    return Call(
        method="POST",
        path="/user/checks",
        read=partial(record, Check),
        form=_form(age=age, sex=sex, body_site=body_site, region=where),
        photos=(photo,),
        key=idempotency_key or new_key(),
        progress=progress,
    )


def upload_batch(
    photos: tuple[bytes, ...],
    *,
    age: int | None,
    sex: Sex | None,
    body_site: BodySite | None,
    progress: Progress | None,
    idempotency_key: str,
) -> Call[BatchResults]:
    return Call(
        method="POST",
        path="/user/checks/batch",
        read=partial(record, BatchResults),
        form=_form(age=age, sex=sex, body_site=body_site),
        photos=photos,
        key=idempotency_key,
        progress=progress,
    )


def _form(**context: object | None) -> dict[str, str]:
    return {name: str(value) for name, value in context.items() if value is not None}


def page(
    cursor: str | None,
    *,
    limit: int,
    status: Status | None,
    since: datetime | None,
    before: datetime | None,
) -> Call[CheckList]:
    query = {
        "limit": str(limit),
        "cursor": cursor,
        "status": status,
        "from": None if since is None else since.isoformat(),
        "to": None if before is None else before.isoformat(),
    }
    return Call(
        method="GET",
        path="/user/checks",
        read=partial(record, CheckList),
        query={name: value for name, value in query.items() if value is not None},
    )


def check(check_id: UUID | str) -> Call[Check]:
    return Call(method="GET", path=_check_path(check_id), read=partial(record, Check))


def photo(check_id: UUID | str) -> Call[bytes]:
    return Call(method="GET", path=f"{_check_path(check_id)}/photo", read=content)


def heatmap(check_id: UUID | str) -> Call[bytes]:
    return Call(method="GET", path=f"{_check_path(check_id)}/heatmap", read=content)


def heatmap_values(check_id: UUID | str) -> Call[Heatmap]:
    path = f"{_check_path(check_id)}/heatmap"
    return Call(method="GET", path=path, read=partial(record, Heatmap), query={"format": "json"})


def delete_check(check_id: UUID | str) -> Call[None]:
    path = _check_path(check_id)
    return Call(method="DELETE", path=path, read=nothing, done_if_repeated=404)


def model() -> Call[Model]:
    return Call(method="GET", path="/model", read=partial(record, Model), is_authenticated=False)


def _check_path(check_id: UUID | str) -> str:
    # What is no id never becomes a part of an address.
    return f"/user/checks/{UUID(str(check_id))}"
