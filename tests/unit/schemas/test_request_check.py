"""What may be asked for, and what it is loaded into."""

from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from marshmallow import ValidationError

from constants import PAGE_DEFAULT, Sex
from schemas.fields import REGION_RULE
from schemas.request.base import RequestSchema
from schemas.request.check import (
    CheckListQuery,
    CheckPageRequest,
    HeatmapQuery,
    Upload,
    UploadRequest,
)
from schemas.request.idempotency import IdempotencyHeader
from schemas.request.page import PageQuery
from schemas.request.token import LoginRequest, RefreshRequest
from schemas.request.user import PasswordChangeRequest, RegistrationRequest

PHOTO = b"a file"


def test_reads_the_context() -> None:
    upload = {"photo": PHOTO, "age": 52, "sex": "male", "body_site": "back"}
    assert UploadRequest().load(upload) == Upload(
        photo=PHOTO, age=52, sex=Sex.MALE, body_site="back"
    )


def test_nothing_but_the_photo_is_needed() -> None:
    assert UploadRequest().load({"photo": PHOTO}) == Upload(photo=PHOTO)


@pytest.mark.parametrize(("text", "age"), [("0", 0), ("7", 7), ("007", 7), ("120", 120)])
def test_reads_the_age_of_a_form(text: str, age: int) -> None:
    assert UploadRequest().load({"photo": PHOTO, "age": text}).age == age


@pytest.mark.parametrize(
    "age",
    [
        -1,
        121,
        10**400,
        45.5,
        float("nan"),
        True,
        "-1",
        "121",
        "4 5",
        " 45",
        "4_5",
        "٤٥",
        b"45",
    ],
    ids=repr,
)
def test_refuses_what_is_no_age(age: object) -> None:
    with pytest.raises(ValidationError, match="whole number of years from 0 to 120"):
        UploadRequest().load({"photo": PHOTO, "age": age})


@pytest.mark.parametrize("extension", ["jpg", ".jpg", "JPEG", ".heic", "7z", ".123456789"])
def test_an_extension_is_taken_and_ignored(extension: str) -> None:
    upload = {"photo": PHOTO, "photo_extension": extension}
    assert UploadRequest().load(upload) == Upload(photo=PHOTO)


@pytest.mark.parametrize(
    "extension",
    [
        "",
        ".",
        "..jpg",
        "tar.gz",
        "jpg ",
        "jpg\n",
        "../jpg",
        "image/jpeg",
        "jpé",
        "٤",
        "12345678901",
        ".1234567890",
        7,
        None,
        ["jpg"],
        b"jpg\xff",
    ],
    ids=repr,
)
def test_refuses_what_is_no_extension(extension: object) -> None:
    with pytest.raises(ValidationError) as caught:
        UploadRequest().load({"photo": PHOTO, "photo_extension": extension})
    assert list(caught.value.messages) == ["photo_extension"]


@pytest.mark.parametrize(
    "schema",
    [
        CheckListQuery,
        HeatmapQuery,
        IdempotencyHeader,
        LoginRequest,
        PageQuery,
        PasswordChangeRequest,
        RefreshRequest,
        RegistrationRequest,
        UploadRequest,
    ],
)
def test_every_request_is_loaded_into_a_frozen_dataclass(schema: type[RequestSchema[Any]]) -> None:
    assert is_dataclass(schema.target)
    assert schema.target.__dataclass_params__.frozen  # type: ignore[attr-defined]
    names = {item.name for item in fields(schema.target)}
    assert set(schema().fields) - {"photo_extension"} <= names


def test_what_is_left_out_of_a_query_has_a_default() -> None:
    assert CheckListQuery().load({}) == CheckPageRequest(limit=PAGE_DEFAULT, after=None)


def test_secrets_are_not_in_the_representation() -> None:
    login = {"email": "a@example.com", "password": "four random words"}
    for schema in (LoginRequest(), RegistrationRequest()):
        assert login["password"] not in repr(schema.load(login))


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("0.5,0.4,0.25", (0.5, 0.4, 0.25)),
        (" 0 , 1, 1.0 ", (0.0, 1.0, 1.0)),
        (".5,1.,0.001", (0.5, 1.0, 0.001)),
    ],
)
def test_reads_the_region(text: str, region: tuple[float, float, float]) -> None:
    assert UploadRequest().load({"photo": PHOTO, "region": text}).region == region


@pytest.mark.parametrize(
    "region",
    [
        "",
        "0.5,0.5",
        "0.5,0.5,0.2,0.2",
        "0.5;0.5;0.2",
        "1.01,0.5,0.2",
        "0.5,-0.1,0.2",
        "0.5,0.5,0",
        "0.5,0.5,1.1",
        "0.5,0.5,nan",
        "0.5,0.5,1e-3",
        "\u0660,\u0660,\u0661",
        "." + ",." * 2,
        "9" * 5000,
        0.5,
        True,
        [0.5, 0.5, 0.2],
        b"0.5,0.5,0.2",
    ],
    ids=lambda value: repr(value)[:20],
)
def test_refuses_what_is_no_region(region: object) -> None:
    with pytest.raises(ValidationError) as raised:
        UploadRequest().load({"photo": PHOTO, "region": region})
    assert raised.value.messages == {"region": [REGION_RULE]}
