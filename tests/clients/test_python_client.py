"""The Python clients against the service: each test runs with `Client` and with `AsyncClient`."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import anyio
import httpx
import pytest
from flask import Flask
from limits import parse_many
from PIL import Image
from sqlalchemy import select

import skin_cancer_client as package
from app import create_app
from cnn_model.data.synthetic import jpeg, skin_photo
from config import Settings
from constants import Status
from db import DatabaseUnavailableError, db
from models import Check, LoginSession, User
from skin_cancer_client import Client, Retries
from skin_cancer_client import client as sync_client
from tests.breaking_proxy import Break, BreakingProxy
from tests.database import count
from tests.factories import PASSWORD, make_check, make_user
from tests.python_clients import EMAIL, QUICK, MakeClient
from tests.serving import serving

PHOTO = jpeg(skin_photo())
DARK = jpeg(skin_photo().point(lambda value: value // 8))


def test_a_story(client: Client) -> None:
    assert client.user().email == EMAIL
    check = client.upload(PHOTO, age=71, sex="female", body_site="nose", region=(0.5, 0.5, 0.5))
    assert (check.context.age, check.context.sex, check.context.body_site) == (71, "female", "nose")
    assert check.region
    assert (check.region.size, check.region.source) == (0.5, "upload")
    assert client.check(check.id) == check
    assert list(client.checks()) == [check]
    assert Image.open(BytesIO(client.photo(check.id))).format == "JPEG"
    assert Image.open(BytesIO(client.heatmap(check.id))).format == "PNG"
    assert client.heatmap_values(check.id).values
    assert client.model().version == check.model.version
    client.delete_check(check.id)
    with pytest.raises(package.NotFoundError):
        client.check(check.id)


def test_the_account(url: str, client: Client, make_client: MakeClient) -> None:
    new = "quiet zebra tulip ocean"
    make_client(url).login()
    (other,) = [session for session in client.sessions() if not session.current]
    client.end_session(other.id)
    assert len(client.sessions()) == 1
    client.change_password(PASSWORD, new)
    client.logout()
    assert client.user().email == EMAIL  # it logs in again with the new password
    client.logout_everywhere()
    assert count(LoginSession) == 0
    client.delete_account()
    assert count(User) == 0


def test_reads_all_pages(app: Flask, url: str, make_client: MakeClient) -> None:
    user = make_user(email=EMAIL)
    now = datetime.now(UTC)
    rows = [
        make_check(user_id=user.id, status=status, created_at=now - timedelta(days=age))
        for age, status in enumerate([Status.BENIGN, Status.UNCLEAR] * 3)
    ]
    ids = [row.id for row in rows]
    client = make_client(url)
    assert [check.id for check in client.checks(page_size=2)] == ids
    assert [check.id for check in client.checks(status="benign")] == ids[::2]
    since, before = now - timedelta(days=3.5), now - timedelta(days=1.5)
    assert [check.id for check in client.checks(since=since, before=before)] == ids[2:4]


@pytest.mark.parametrize("kind", ["path", "text", "bytes", "file"])
def test_takes_paths_bytes_and_files(client: Client, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "Jane Doe.jpg"
    path.write_bytes(PHOTO)
    sources: dict[str, Any] = {
        "path": path,
        "text": str(path),
        "bytes": PHOTO,
        "file": BytesIO(PHOTO),
    }
    assert client.upload(sources[kind]).status


def test_tells_how_much_was_sent(client: Client) -> None:
    seen: list[tuple[int, int]] = []
    client.upload(PHOTO, progress=lambda sent, total: seen.append((sent, total)))
    sent = [number for number, _ in seen]
    assert sent[0] == 0
    assert sent == sorted(sent)
    assert sent[-1] == seen[0][1] > len(PHOTO)


def test_a_key_of_ones_own_finds_the_check_again(client: Client) -> None:
    key = str(uuid4())
    assert client.upload(PHOTO, idempotency_key=key) == client.upload(PHOTO, idempotency_key=key)
    with pytest.raises(package.ProblemError, match="Idempotency-Key"):
        client.upload(PHOTO, idempotency_key=key, age=3)


class TestRefusals:
    def test_a_photo_that_cannot_be_assessed(self, client: Client) -> None:
        with pytest.raises(package.PhotoRefusedError) as raised:
            client.upload(DARK)
        error = raised.value
        assert (error.name, error.status, error.reasons) == ("photo-not-assessable", 422, ("dark",))
        assert error.detail in str(error)
        assert "daylight" in error.detail or "window" in error.detail
        assert error.request_id

    def test_what_is_no_photo(self, client: Client) -> None:
        with pytest.raises(package.PhotoRefusedError) as raised:
            client.upload(b"no photo")
        assert raised.value.type == "/problems/photo-unreadable"

    def test_what_cannot_be_read_here(self, client: Client, tmp_path: Path) -> None:
        with pytest.raises(package.PhotoFileError, match="No such file"):
            client.upload(tmp_path / "nothing.jpg")
        with pytest.raises(package.PhotoFileError, match="20 MB"):
            client.upload(bytes(20 * 1024**2 + 1))

    def test_what_is_no_id_is_not_sent(self, client: Client) -> None:
        with pytest.raises(ValueError, match="UUID"):
            client.check("../../user")

    def test_a_limit_that_ends_soon_is_waited_for(
        self, settings: Settings, app: Flask, make_client: MakeClient
    ) -> None:
        limited = with_upload_limit(settings, "1 per 1 second")
        make_user(email=EMAIL)
        with serving(limited) as url:
            client = make_client(url)
            for _ in range(3):
                client.upload(PHOTO)
        assert count(Check) == 3

    def test_a_limit_that_ends_later_is_an_error(
        self, settings: Settings, app: Flask, make_client: MakeClient
    ) -> None:
        limited = with_upload_limit(settings, "1 per 1 day")
        make_user(email=EMAIL)
        with serving(limited) as url:
            client = make_client(url)
            client.upload(PHOTO)
            with pytest.raises(package.TooManyRequestsError) as raised:
                client.upload(PHOTO)
        assert raised.value.retry_after
        assert raised.value.retry_after > QUICK.longest_wait


class TestBadNetworks:
    @pytest.mark.parametrize("broken", Break)
    @pytest.mark.parametrize("times", [1, 3])
    def test_makes_one_check(
        self, proxy: BreakingProxy, make_client: MakeClient, broken: Break, times: int
    ) -> None:
        make_user(email=EMAIL)
        client = make_client(proxy.url)
        client.login()
        proxy.breaks.extend([broken] * times)
        check = client.upload(PHOTO)
        assert [row.id for row in db.session.scalars(select(Check))] == [check.id]

    @pytest.mark.parametrize("broken", Break)
    def test_deletes_once(
        self, proxy: BreakingProxy, make_client: MakeClient, broken: Break
    ) -> None:
        make_user(email=EMAIL)
        client = make_client(proxy.url)
        check = client.upload(PHOTO)
        proxy.breaks.append(broken)
        client.delete_check(check.id)
        assert count(Check) == 0

    @pytest.mark.parametrize("broken", Break)
    def test_deletes_the_account_once(
        self, proxy: BreakingProxy, make_client: MakeClient, broken: Break
    ) -> None:
        make_user(email=EMAIL)
        client = make_client(proxy.url)
        client.login()
        proxy.breaks.append(broken)
        client.delete_account()
        assert count(User) == 0

    def test_gives_up_in_the_end(self, proxy: BreakingProxy, make_client: MakeClient) -> None:
        proxy.breaks.extend([Break.BEFORE] * 10)
        with pytest.raises(package.ServiceUnreachableError, match="broke"):
            make_client(proxy.url).model()
        assert proxy.requests == QUICK.attempts

    def test_an_outage_that_passes(
        self, app: Flask, url: str, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        waits: list[float] = []

        async def sleep(seconds: float) -> None:
            waits.append(seconds)

        monkeypatch.setattr(sync_client, "time", SimpleNamespace(sleep=waits.append))
        monkeypatch.setattr(anyio, "sleep", sleep)
        make_user(email=EMAIL)
        checks = app.extensions["managers"].checks
        monkeypatch.setattr(checks, "create", failing_once(checks.create))
        assert make_client(url, retries=Retries()).upload(PHOTO).status
        assert waits == [30]

    def test_a_service_that_is_down(self, make_client: MakeClient) -> None:
        with pytest.raises(package.ServiceUnreachableError, match="No service answers"):
            make_client("http://127.0.0.1:9").model()

    def test_something_else_that_answers(self) -> None:
        page = httpx.MockTransport(lambda request: httpx.Response(200, text="<p>Welcome"))
        with (
            Client("https://example.com", transport=page) as client,
            pytest.raises(package.UnexpectedAnswerError, match="address"),
        ):
            client.model()

    def test_passwords_do_not_travel_in_the_clear(self) -> None:
        with pytest.raises(ValueError, match="https"):
            Client("http://example.com")
        Client("http://example.com", allow_http=True).close()


def test_sends_a_smaller_copy(client: Client) -> None:
    large = jpeg(skin_photo().resize((3000, 2000)), exif=with_place())
    sizes: list[int] = []
    check = client.upload(large, shrink=True, progress=lambda sent, total: sizes.append(total))
    with Image.open(BytesIO(client.photo(check.id))) as photo:
        assert photo.size == (2048, 1365)
    assert max(sizes) < len(large)


def with_upload_limit(settings: Settings, limit: str) -> Flask:
    limits = tuple(parse_many(limit))
    return create_app(replace(settings, rate_limits_enabled=True, rate_limit_upload=limits))


def failing_once(function: Callable[..., Any]) -> Callable[..., Any]:
    failures = iter([DatabaseUnavailableError()])

    def call(*arguments: Any, **options: Any) -> Any:
        for failure in failures:
            raise failure
        return function(*arguments, **options)

    return call


def with_place() -> Image.Exif:
    exif = Image.Exif()
    exif[0x9286] = "where it was taken"
    return exif
