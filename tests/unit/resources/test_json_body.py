"""A JSON body is parsed as far as the schema could accept it."""

import tracemalloc
from typing import Any

import pytest
from marshmallow import Schema

from constants import MAX_UPLOAD_BYTES
from resources.errors import MAX_ERRORS, MAX_NAME, InvalidJSONError, InvalidRequestError
from resources.json_body import read_json
from schemas.request.batch import BatchRequest
from schemas.request.check import UploadRequest
from schemas.request.idempotency import IdempotencyHeader
from schemas.request.token import LoginRequest

LARGE = MAX_UPLOAD_BYTES - 100


def messages(body: bytes, schema: Schema | None = None) -> dict[str, Any]:
    with pytest.raises(InvalidRequestError) as raised:
        read_json(body, schema or UploadRequest())
    return raised.value.messages


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"{}", {}),
        (b'{"email": "a", "password": null}', {"email": "a", "password": None}),
        (b'\xef\xbb\xbf{"email": 1.5}', {"email": 1.5}),
        (b'{"email": "a", "email": "b"}', {"email": "b"}),
        ('{"email": "Zoë 😀"}'.encode(), {"email": "Zoë 😀"}),
    ],
)
def test_returns_the_fields_that_were_sent(body: bytes, found: dict[str, Any]) -> None:
    assert read_json(body, LoginRequest()) == found


def test_knows_fields_by_the_names_that_clients_use() -> None:
    assert read_json(b'{"Idempotency-Key": "a"}', IdempotencyHeader()) == {"Idempotency-Key": "a"}


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"{]", b'{"email": NaN}', b'{"email": "\xff"}', b'{"email": "\\ud800"}', b"{}x"],
)
def test_refuses_what_is_no_json(body: bytes) -> None:
    with pytest.raises(InvalidJSONError):
        read_json(body, LoginRequest())


@pytest.mark.parametrize("body", [b"[]", b"null", b"1", b'"text"'])
def test_refuses_what_is_no_object(body: bytes) -> None:
    assert list(messages(body)) == ["_schema"]


def test_names_the_unknown_field() -> None:
    assert messages(b'{"age": 1, "colour": 2}') == {"colour": ["Unknown field."]}
    assert list(messages(b'{"`\\n\\"": 2}')) == ['`\n"']


@pytest.mark.parametrize("value", [b"[]", b"{}", b"[" * 1000])
def test_says_what_a_field_may_be(value: bytes) -> None:
    assert messages(b'{"photo": ' + value) == {
        "photo": ["The photo must be base64 text (RFC 4648, section 4)."]
    }


def many_unknown_fields() -> bytes:
    return b"{" + b",".join(b'"f%d":1' % number for number in range(LARGE // 11)) + b"}"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(many_unknown_fields(), id="fields"),
        pytest.param(b"[" + b"{}," * (LARGE // 3), id="objects"),
        pytest.param(b'{"photo": [' + b"{}," * (LARGE // 3), id="objects in a field"),
        pytest.param(b"[" * LARGE, id="depth"),
    ],
)
def test_a_large_body_of_nothing_costs_nothing(body: bytes) -> None:
    tracemalloc.start()
    found = messages(body)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found) == 1
    assert peak < 1_000_000


@pytest.mark.parametrize(
    ("body", "place"),
    [
        pytest.param(b'{"photos": [' + b"{}," * (LARGE // 3), "photos", id="objects"),
        pytest.param(b'{"photos": [' + b"[" * LARGE, "photos[0]", id="depth"),
        pytest.param(b'{"photos": [{"age": ' + b"[" * LARGE, "photos[0].age", id="values"),
        pytest.param(b'{"photos": [{}, {' + many_unknown_fields()[1:], "photos[1].f0", id="fields"),
    ],
)
def test_a_large_list_of_nothing_costs_nothing(body: bytes, place: str) -> None:
    tracemalloc.start()
    found = messages(body, BatchRequest())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert list(found) == [place]
    assert peak < 1_000_000


def test_reads_a_list_of_objects() -> None:
    body = b'{"photos": [{"photo": "YQ==", "age": 1}, {"photo": null}]}'
    found = {"photos": [{"photo": "YQ==", "age": 1}, {"photo": None}]}
    assert read_json(body, BatchRequest()) == found


@pytest.mark.parametrize("value", [b"1", b"null", b"{}", b'"a"'])
def test_says_what_a_list_may_be(value: bytes) -> None:
    found = messages(b'{"photos": ' + value + b"}", BatchRequest())
    assert found == {"photos": ["Must be a list of 1 to 20 objects."]}


def test_an_error_has_few_and_short_parts() -> None:
    error = InvalidRequestError({f"{number}" * 1000: ["Wrong."] for number in range(100)})
    assert len(error.messages) == MAX_ERRORS
    assert max(map(len, error.messages)) == MAX_NAME


def test_a_long_unknown_name_is_cut() -> None:
    (name,) = messages(b'{"' + b"n" * 1_000_000 + b'": 1}')
    assert name == "n" * MAX_NAME
