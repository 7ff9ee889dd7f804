"""Broken and hostile requests get a clear error of one shape, in tests as in production."""

import io
import logging
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from cnn_model.data.synthetic import jpeg, skin_photo
from constants import MAX_PHOTO_BYTES
from managers.check import CheckManager
from models import Check
from resources.problem_types import PROBLEMS
from tests.assertions import assert_problem
from tests.client import API, Client
from tests.database import count
from tests.factories import PASSWORD

LOGIN = f"{API}/login"


@pytest.fixture(params=[True, False], ids=["testing", "production"], autouse=True)
def mode(app: Flask, request: pytest.FixtureRequest) -> Iterator[None]:
    app.config["TESTING"] = request.param
    yield
    app.config["TESTING"] = True


@pytest.mark.parametrize(
    ("body", "content_type", "status", "slug"),
    [
        (b"", "application/json", 400, "invalid-json"),
        (b"{", "application/json", 400, "invalid-json"),
        (b"\xff\xfe", "application/json", 400, "invalid-json"),
        (b'{"email": "\\ud800"}', "application/json", 400, "invalid-json"),
        (b"[" * 100_000, "application/json", 413, "content-too-large"),
        # The parser stops at the first byte: no request is a list.
        (b"[" * 10_000, "application/json", 422, "validation"),
        (b'{"email": ' + b"[" * 10_000, "application/json", 422, "validation"),
        (b"[]", "application/json", 422, "validation"),
        (b"null", "application/json", 422, "validation"),
        (b'"text"', "application/json", 422, "validation"),
        (b"{}", "application/json", 422, "validation"),
        (b"email=a", "application/x-www-form-urlencoded", 415, "unsupported-media-type"),
        (b"{}", "text/plain", 415, "unsupported-media-type"),
        (b"{}", None, 415, "unsupported-media-type"),
    ],
)
def test_bodies(
    http: FlaskClient, body: bytes, content_type: str | None, status: int, slug: str
) -> None:
    assert_problem(http.post(LOGIN, data=body, content_type=content_type), status, slug)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": 1}, "email"),
        ({"email": ["a@example.com"]}, "email"),
        ({"email": None}, "email"),
        ({"email": "nobody"}, "email"),
        ({"email": "a" * 250 + "@example.com"}, "email"),
        ({"email": "a\0@example.com"}, "email"),
        ({"password": {"$ne": ""}}, "password"),
        ({"password": ""}, "password"),
        ({"password": "four\0random words"}, "password"),
        ({"is_admin": True}, "is_admin"),
        ({"role": "admin"}, "role"),
    ],
)
@pytest.mark.parametrize("path", ["/login", "/register"])
def test_fields(http: FlaskClient, path: str, change: dict[str, Any], field: str) -> None:
    body = {"email": "a@example.com", "password": PASSWORD, **change}
    problem = assert_problem(http.post(f"{API}{path}", json=body), 422, "validation")
    assert list(problem["errors"]) == [field]


def test_a_string_of_two_megabytes(http: FlaskClient) -> None:
    body = {"email": "a@example.com", "password": "x" * 2_000_000}
    assert_problem(http.post(LOGIN, json=body), 413, "content-too-large")


def test_a_name_with_a_nul(http: FlaskClient) -> None:
    body = {"email": "a@example.com", "password": PASSWORD, "first_name": "An\0na"}
    assert_problem(http.post(f"{API}/register", json=body), 422, "validation")


@pytest.mark.parametrize(
    "photo",
    [
        None,
        1,
        [],
        {},
        "",
        "x",
        "????",
        "YWJj YWJj",
        "YWJjZA",
        "YWJjZB==",
        "YW==JjZA",
        "data:image/jpeg;base64,",
        "data:image/jpeg,YWJj",
        "é",
        "-_-_",
    ],
)
def test_base64(user: Client, photo: Any) -> None:
    problem = assert_problem(user.post("/user/checks", {"photo": photo}), 422, "validation")
    assert list(problem["errors"]) == ["photo"]


def picture(format: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    skin_photo().save(buffer, format, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("photo", "status", "slug"),
    [
        (b"a text file named .jpg", 422, "photo-unreadable"),
        (jpeg(skin_photo())[:-2000], 422, "photo-unreadable"),
        (picture("GIF"), 422, "photo-unreadable"),
        (bytes(range(256)) * 20, 422, "photo-unreadable"),
        (picture("WEBP", save_all=True, append_images=[skin_photo(seed=1)]), 422, "photo-animated"),
        (jpeg(Image.new("RGB", (1, 1))), 422, "photo-too-small"),
        (b"\xff\xd8\xff" + b"\0" * MAX_PHOTO_BYTES, 413, "photo-too-large"),
    ],
)
@pytest.mark.parametrize("way", ["upload", "upload_file"])
def test_photos(user: Client, photo: bytes, status: int, slug: str, way: str) -> None:
    assert_problem(getattr(user, way)(photo), status, slug)
    assert count(Check) == 0


def test_a_decompression_bomb(user: Client) -> None:
    bomb = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(bomb, "PNG")
    assert_problem(user.upload(bomb.getvalue()), 413, "photo-too-large")


@pytest.mark.parametrize("mode_name", ["CMYK", "L", "RGBA", "P", "I;16", "LA"])
def test_pictures_of_unusual_modes_are_assessed(user: Client, mode_name: str) -> None:
    photo = skin_photo().convert("L" if mode_name == "I;16" else mode_name)
    buffer = io.BytesIO()
    photo.save(buffer, "JPEG" if mode_name == "CMYK" else "PNG")
    assert user.upload(buffer.getvalue()).status_code == 201


def test_an_upload_that_is_too_large(user: Client) -> None:
    answer = user.upload(b"\0" * (MAX_PHOTO_BYTES + 100_000))
    assert_problem(answer, 413, "content-too-large")


def test_a_form_without_the_photo(user: Client) -> None:
    answer = user.request("POST", "/user/checks", data={"picture": (io.BytesIO(b"x"), "x.jpg")})
    problem = assert_problem(answer, 422, "validation")
    assert set(problem["errors"]) == {"photo", "picture"}


def test_a_form_with_text_instead_of_a_file(user: Client) -> None:
    answer = user.request(
        "POST", "/user/checks", data={"photo": "x"}, content_type="multipart/form-data"
    )
    assert_problem(answer, 422, "validation")


def test_a_broken_form(user: Client) -> None:
    answer = user.request(
        "POST", "/user/checks", data=b"--x\r\nbroken", content_type="multipart/form-data"
    )
    assert_problem(answer, 400, "invalid-form")


def test_a_chunked_body(http: FlaskClient) -> None:
    answer = http.post(
        LOGIN,
        input_stream=io.BytesIO(b"{}"),
        headers={"Transfer-Encoding": "chunked"},
        content_type="application/json",
    )
    assert_problem(answer, 411, "length-required")


@pytest.mark.parametrize(
    "path", ["/nothing", "/api/v1", "/api/v1/nothing", "/user", "/api/v1/user/x"]
)
def test_unknown_addresses(http: FlaskClient, path: str) -> None:
    assert_problem(http.get(path), 404, "not-found")


@pytest.mark.parametrize("check_id", ["1", "x", "../../etc/passwd", "%00", "é", UUID(int=1)])
def test_made_up_ids(user: Client, check_id: object) -> None:
    assert_problem(user.get(f"/user/checks/{check_id}"), 404, "not-found")


def test_a_wrong_method(http: FlaskClient) -> None:
    answer = http.delete(LOGIN)
    assert_problem(answer, 405, "method-not-allowed")
    assert "POST" in answer.headers["Allow"]


def test_a_mistake_of_the_service_reveals_nothing(
    user: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret /etc/path token")

    monkeypatch.setattr(CheckManager, "list", fail)
    answer = user.get("/user/checks")
    assert_problem(answer, 500, "internal-error")
    assert "secret" not in answer.text
    [record] = [record for record in caplog.records if record.levelno == logging.ERROR]
    origin = record.__dict__["error"]
    assert re.search(r"RuntimeError in .*resources\.check:\d+ > tests\.\S+:\d+$", origin)
    for leak in ("secret", "Traceback", "/etc/path", user.headers["Authorization"][10:]):
        assert leak not in caplog.text + str(record.__dict__)


@pytest.mark.parametrize("slug", PROBLEMS)
def test_every_type_is_a_page(http: FlaskClient, slug: str) -> None:
    page = http.get(f"/problems/{slug}")
    assert page.status_code == 200
    assert PROBLEMS[slug].title in page.text


@pytest.mark.parametrize(
    ("slug", "title"),
    [
        ("not-found", "Not found"),
        ("internal-error", "Internal server error"),
        ("validation", "Invalid request"),
    ],
)
def test_titles_are_plain(http: FlaskClient, slug: str, title: str) -> None:
    assert PROBLEMS[slug].title == title
    assert f"<h1>{title}</h1>" in http.get(f"/problems/{slug}").text


def test_other_types_are_not(http: FlaskClient) -> None:
    assert_problem(http.get("/problems/nothing"), 404, "not-found")
