"""What the formatter of the log masks, whatever a call passes to it."""

from typing import Any

import pytest

from utils.private_values import MASK, MAX_TEXT, masked

PRIVATE = (
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "0123456789abcdef0123456789abcdef.Zm9vYmFyYmF6Zm9vYmFyYmF6",
    "Zm9vYmFyYmF6Zm9vYmFyYmF6Zm9vYmFyYmF6Zm9vYmE1",
    "f07c73244c25583cec7f973139fcff5b2ce110b1797fd4eef6e00a581b4cad46",
    "anna.berg@example.com",
    "o'berg/anna@example.com",
    "postgresql://service:password@database/checks",
    "QUJD" * 60,
    "203.0.113.77",
    "203.0.113.77:41234",
    "2001:db8:85a3::8a2e:370:7334",
    "2001:db8::1",
    "::1",
    "::ffff:203.0.113.7",
)
HARMLESS = (
    "10:20:30.123",
    "2026-11-26T10:00:00.000000Z",
    "2.3.0",
    "KeyError in managers.photo:152 > services.photo_storage.s3:61",
    "/api/v1/user/checks/<check_id>/photo",
    "0123456789abcdef0123456789abcdef",
    "6f9c1a2b-1111-4222-8333-444455556666",
)


@pytest.mark.parametrize("private", PRIVATE)
def test_masks_what_looks_private(private: str) -> None:
    text = masked("event", f"Got {private} there")
    assert text.startswith(f"Got {MASK}")
    assert text.endswith("there")
    for part in private.split(":", 1)[:1]:
        assert not part or part == "postgresql" or part not in text


@pytest.mark.parametrize("harmless", HARMLESS)
def test_keeps_what_is_harmless(harmless: str) -> None:
    assert masked("event", f"Got {harmless}") == f"Got {harmless}"


@pytest.mark.parametrize(
    "key",
    ["password", "newPassword", "refresh_token", "Authorization", "email", "photo", "first_name",
     "X-Api-Key", "Idempotency-Key", "client_ip", "remote_address", "User-Agent", "age"],
)  # fmt: skip
def test_masks_by_the_name(key: str) -> None:
    assert masked(key, "x1") == masked(key, 7) == MASK


@pytest.mark.parametrize("key", ["user_id", "route", "ms", "bytes", "error", "reason", "step"])
def test_keeps_the_names_that_we_use(key: str) -> None:
    assert masked(key, "x1") == "x1"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"password": "x", "of": ["a@example.com", 1]}, {"password": MASK, "of": [MASK, 1]}),
        (b"\xff\xd8", "2 bytes"),
        (KeyError("a value"), "KeyError"),
        (float("nan"), "nan"),
        (1.5, 1.5),
        (None, None),
        (True, True),
    ],
)
def test_values_that_are_no_text(value: Any, expected: Any) -> None:
    assert masked("value", value) == expected


@pytest.mark.parametrize("letters", ["a", "a ", "@", ":", "1.", "ab:", "a-", "=", "é@", "0:0"])
def test_long_texts_are_cut(letters: str) -> None:
    assert len(masked("event", letters * 1_000_000)) <= MAX_TEXT + 2
