"""Several photos in one request, each with its own outcome."""

import base64
import hashlib
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pybase64
import pytest
from flask import Flask
from limits import parse_many
from PIL import Image
from werkzeug.test import TestResponse

import managers.batch
import resources.batch
from app import create_app
from cnn_model.data.synthetic import jpeg, skin_photo
from config import Settings
from constants import MAX_BATCH_BYTES, MAX_BATCH_PHOTOS
from managers.check import CheckManager
from managers.errors import BusyError
from models import Check, User
from schemas.request.check import Upload
from tests.assertions import assert_problem, ok
from tests.client import Client
from tests.database import count
from tests.factories import make_user

PATH = "/user/checks/batch"
PHOTOS = [jpeg(skin_photo(seed=seed)) for seed in range(3)]
TINY = jpeg(Image.new("RGB", (8, 8)))
ALONE = {"request_id", "instance"}
BOUNDARY = b"boundary"


def item(photo: bytes, **context: Any) -> dict[str, Any]:
    return {"photo": pybase64.b64encode(photo).decode(), **context}


def send(client: Client, photos: Iterable[bytes], key: str | None = None) -> TestResponse:
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(PATH, {"photos": [item(photo) for photo in photos]}, headers=headers)


def send_form(
    client: Client,
    photos: Sequence[bytes],
    context: dict[str, str] | None = None,
    head: Callable[[bytes], bytes] = lambda _: b"",
) -> TestResponse:
    parts = [
        b'Content-Disposition: form-data; name="photo"; filename="a.jpg"\r\n'
        + head(photo)
        + b"\r\n"
        + photo
        for photo in photos
    ]
    parts += [
        f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode()
        for name, value in (context or {}).items()
    ]
    body = b"".join(b"--" + BOUNDARY + b"\r\n" + part + b"\r\n" for part in parts)
    return client.request(
        "POST",
        PATH,
        data=body + b"--" + BOUNDARY + b"--\r\n",
        content_type=f"multipart/form-data; boundary={BOUNDARY.decode()}",
    )


def results(answer: TestResponse) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = ok(answer)["results"]
    assert [result["index"] for result in found] == list(range(len(found)))
    for result in found:
        assert (result["check"] is None) != (result["problem"] is None)
    return found


def statuses(answer: TestResponse) -> list[int]:
    return [result["status"] for result in results(answer)]


def test_each_photo_has_its_own_outcome(user: Client) -> None:
    items = [
        item(PHOTOS[0], age=71, body_site="nose"),
        item(TINY),
        item(PHOTOS[1], age=-1),
        {"photo": "no base64!"},
        item(PHOTOS[2], photo_sha256="0" * 64),
        item(PHOTOS[2]),
    ]
    answer = user.post(PATH, {"photos": items})
    assert statuses(answer) == [201, 422, 422, 422, 400, 201]
    first, *_, last = results(answer)
    assert first["check"] == ok(user.get(f"/user/checks/{first['check']['id']}"))
    assert first["check"]["context"] == {"age": 71, "sex": None, "body_site": "nose"}
    assert {check["id"] for check in ok(user.get("/user/checks"))["checks"]} == {
        first["check"]["id"],
        last["check"]["id"],
    }


@pytest.mark.parametrize(
    "upload", [item(TINY), item(b"text"), {}, item(PHOTOS[0], age="x"), {"photo": None}]
)
def test_a_refused_photo_has_the_problem_that_it_has_alone(
    user: Client, upload: dict[str, Any]
) -> None:
    alone = user.post("/user/checks", upload).json
    answer = user.post(PATH, {"photos": [upload]})
    problem = results(answer)[0]["problem"]
    assert alone
    assert {k: v for k, v in problem.items() if k not in ALONE} == {
        k: v for k, v in alone.items() if k not in ALONE
    }
    assert problem["request_id"] == answer.headers["X-Request-ID"]


def test_a_form_has_one_context_for_all_photos(user: Client) -> None:
    found = results(send_form(user, PHOTOS, {"age": "40", "sex": "female"}))
    assert [result["status"] for result in found] == [201] * 3
    assert {str(result["check"]["context"]) for result in found} == {
        str({"age": 40, "sex": "female", "body_site": None})
    }


def test_a_form_may_have_the_digest_of_each_photo(user: Client) -> None:
    def digest(photo: bytes) -> bytes:
        value = base64.b64encode(hashlib.sha256(photo).digest())
        return b"Content-Digest: sha-256=:" + value + b":\r\n"

    assert statuses(send_form(user, PHOTOS, head=digest)) == [201] * 3
    wrong = send_form(user, PHOTOS, head=lambda _: digest(b"other"))
    assert_problem(wrong, 400, "digest-mismatch")


def test_only_the_photo_may_be_repeated(user: Client) -> None:
    body = b"".join(
        b"--" + BOUNDARY + b'\r\nContent-Disposition: form-data; name="age"\r\n\r\n1\r\n'
        for _ in range(2)
    )
    answer = user.request(
        "POST",
        PATH,
        data=body + b"--" + BOUNDARY + b"--\r\n",
        content_type=f"multipart/form-data; boundary={BOUNDARY.decode()}",
    )
    assert list(assert_problem(answer, 422, "validation")["errors"]) == ["age"]


@pytest.mark.parametrize("context", [{"other": "x"}, {"age": "-1"}, {"sex": "x"}])
def test_a_wrong_context_refuses_the_form(user: Client, context: dict[str, str]) -> None:
    answer = send_form(user, PHOTOS, context)
    assert list(assert_problem(answer, 422, "validation")["errors"]) == list(context)


@pytest.mark.parametrize("number", [0, MAX_BATCH_PHOTOS + 1])
def test_the_number_is_limited(user: Client, number: int) -> None:
    for answer in (send(user, [TINY] * number), send_form(user, [TINY] * number)):
        assert list(assert_problem(answer, 422, "validation")["errors"]) == ["photos"]
    assert count(Check) == 0


def test_the_whole_is_limited(user: Client) -> None:
    answer = user.request(
        "POST", PATH, data=b" " * (MAX_BATCH_BYTES + 1), content_type="application/json"
    )
    assert_problem(answer, 413, "content-too-large")


@pytest.mark.parametrize("body", [{}, {"photo": "x"}, {"photos": None}, {"photos": {}}, []])
def test_other_bodies_are_refused(user: Client, body: Any) -> None:
    assert_problem(user.post(PATH, body), 422, "validation")


class TestIdempotency:
    def test_a_repeated_batch_gets_the_first_checks(self, user: Client) -> None:
        photos, key = [PHOTOS[0], TINY, PHOTOS[1]], str(uuid4())
        first, second = (send(user, photos, key) for _ in range(2))
        assert [result["check"] for result in results(second)] == [
            result["check"] for result in results(first)
        ]
        assert statuses(second) == [201, 422, 201]
        assert count(Check) == 2

    def test_the_same_photo_twice_is_two_checks(self, user: Client) -> None:
        found = results(send(user, [PHOTOS[0]] * 2, str(uuid4())))
        assert len({result["check"]["id"] for result in found}) == count(Check) == 2

    @pytest.mark.parametrize(
        "photos", [PHOTOS[:1], PHOTOS, [PHOTOS[0], PHOTOS[2]], PHOTOS[1::-1]], ids=len
    )
    def test_another_batch_is_refused(self, user: Client, photos: list[bytes]) -> None:
        key = str(uuid4())
        results(send(user, PHOTOS[:2], key))
        assert_problem(send(user, photos, key), 422, "idempotency-key-reused")
        assert count(Check) == 2

    def test_another_context_is_refused(self, user: Client) -> None:
        headers = {"Idempotency-Key": str(uuid4())}
        for age, status in ((1, 200), (2, 422)):
            body = {"photos": [item(PHOTOS[0], age=age)]}
            assert user.post(PATH, body, headers=headers).status_code == status

    def test_the_key_of_another_user_is_free(self, user: Client, other_user: Client) -> None:
        for client in (user, other_user):
            assert statuses(send(client, PHOTOS[:1], "same key")) == [201]
        assert count(Check) == 2

    def test_of_two_at_once_each_gets_the_same_checks(self, app: Flask, user: Client) -> None:
        key, answers = str(uuid4()), []

        def post() -> None:
            with app.app_context():
                answers.append(send(user, PHOTOS, key))

        threads = [threading.Thread(target=post) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        first, second = ([result["check"]["id"] for result in results(a)] for a in answers)
        assert first == second
        assert count(Check) == 3

    def test_a_key_has_room_for_the_index(self, user: Client) -> None:
        assert_problem(send(user, PHOTOS, "k" * 251), 422, "validation")
        assert statuses(send(user, PHOTOS[:1], "k" * 250)) == [201]


class TestBusy:
    @pytest.fixture
    def busy(self, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
        """The photos whose assessment fails, until they are removed."""
        photos: list[bytes] = []
        create = CheckManager.create

        def sometimes(self: CheckManager, user: User, upload: Upload, key: str | None) -> Check:
            if upload.photo in photos:
                raise BusyError("Busy.")
            return create(self, user, upload, key)

        monkeypatch.setattr(CheckManager, "create", sometimes)
        return photos

    def test_the_photo_can_be_sent_again_alone(self, user: Client, busy: list[bytes]) -> None:
        busy.append(PHOTOS[1])
        found = results(send(user, PHOTOS, "key"))
        assert [result["status"] for result in found] == [201, 503, 201]
        assert [result["retry_after"] for result in found] == [None, 5, None]
        busy.clear()
        alone = user.upload(PHOTOS[1], headers={"Idempotency-Key": "key/1"})
        assert alone.status_code == 201
        whole = results(send(user, PHOTOS, "key"))
        assert whole[1]["check"] == ok(alone)
        assert count(Check) == 3

    def test_what_takes_too_long_is_left_for_later(
        self, user: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(managers.batch, "PATIENCE", -1.0)
        assert statuses(send(user, PHOTOS, "key")) == [503] * 3
        monkeypatch.undo()
        assert statuses(send(user, PHOTOS, "key")) == [201] * 3

    def test_another_batch_waits_and_is_told(
        self, user: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(resources.batch, "PATIENCE", 0.01)
        with resources.batch._one_at_a_time():
            answer = send(user, PHOTOS)
        assert_problem(answer, 503, "service-busy")
        assert answer.headers["Retry-After"] == "5"
        assert statuses(send(user, PHOTOS)) == [201] * 3


def test_each_photo_counts(app: Flask, settings: Settings) -> None:
    limits = tuple(parse_many("4 per day"))
    limited = replace(settings, rate_limits_enabled=True, rate_limit_upload=limits)
    client = Client(create_app(limited), make_user())
    assert statuses(send(client, PHOTOS, "first")) == [201] * 3
    found = results(send(client, PHOTOS, "second"))
    assert [result["status"] for result in found] == [201, 429, 429]
    assert 80_000 < found[1]["retry_after"] <= 86_400
    assert_problem(send(client, PHOTOS, "third"), 429, "too-many-requests")
    assert count(Check) == 4
