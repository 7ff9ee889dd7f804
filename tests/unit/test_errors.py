"""The family of errors, and the response to each."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from cnn_model.model_run import NetworkUnavailableError
from cnn_model.serving.outline import OutlineUnavailableError
from cnn_model.serving.registry import NetworkNotFoundError
from db import DatabaseTooNewError, DatabaseUnavailableError
from managers.errors import (
    DomainError,
    KeysNamedError,
    ServiceUnavailableError,
    TooManyRequestsError,
)
from resources.errors import RequestError
from resources.problem_types import BY_ERROR, OTHERS, PROBLEMS
from resources.problems import respond_to
from services.photo_decoder import DecoderUnavailableError
from services.photo_storage import (
    PhotoNotFoundError,
    StorageError,
    StorageTimeoutError,
    StorageUnavailableError,
)
from utils.email_address import EmailAddressError
from utils.errors import ServiceError
from utils.photo import PhotoError

PROJECT = Path(__file__).parents[2]
ROOTS = {DomainError, PhotoError, RequestError, StorageError}
"""Never raised themselves."""
TRANSLATED = {
    StorageUnavailableError: "managers.photo lets the photo wait, or raises PhotoUnavailableError",
    StorageTimeoutError: "as StorageUnavailableError",
    PhotoNotFoundError: "managers.photo raises PhotoUnavailableError",
    DecoderUnavailableError: "managers.check raises ServiceUnavailableError",
    NetworkUnavailableError: "managers.check and managers.model raise ServiceUnavailableError",
    NetworkNotFoundError: "as NetworkUnavailableError; commands.base exits with another status",
    OutlineUnavailableError: "cnn_model.model_run raises NetworkUnavailableError",
    EmailAddressError: "schemas.fields and commands.base; no manager normalises an address",
    KeysNamedError: "only a command rotates keys",
    DatabaseTooNewError: "raised before the server starts",
}


def family(kind: type[ServiceError] = ServiceError) -> Iterator[type[ServiceError]]:
    for child in kind.__subclasses__():
        # Those that tests derive are none of the service.
        if not child.__module__.startswith("tests."):
            yield child
            yield from family(child)


def test_every_error_that_can_leave_a_manager_has_a_problem_type() -> None:
    mapped = {kind for kind in BY_ERROR if issubclass(kind, ServiceError)}
    assert set(family()) == mapped | ROOTS | set(TRANSLATED)
    assert not mapped & (ROOTS | set(TRANSLATED))


def test_roots_are_not_raised() -> None:
    names = [kind.__name__ for kind in (*ROOTS, ServiceError)]
    for package in ("commands", "managers", "resources", "schemas", "services", "utils"):
        for path in (PROJECT / package).rglob("*.py"):
            assert not [
                line
                for line in path.read_text().splitlines()
                if any(f"raise {name}" in line for name in names)
            ], path


def test_no_two_problem_types_have_one_address() -> None:
    types = {*BY_ERROR.values(), *OTHERS}
    assert len({problem.slug for problem in types}) == len(types) == len(PROBLEMS)


@pytest.mark.parametrize("error", [*TRANSLATED, RuntimeError])
def test_the_messages_of_other_errors_are_not_revealed(app: Flask, error: type[Exception]) -> None:
    with app.test_request_context():
        answer = respond_to(error("key 7 in /etc/secret"))
    assert answer.status_code == 500
    assert b"secret" not in answer.data


@pytest.mark.parametrize("error", [DatabaseUnavailableError(), ServiceUnavailableError()])
def test_an_outage_has_one_sentence(app: Flask, error: ServiceError) -> None:
    with app.test_request_context():
        answer = respond_to(error)
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["detail"] == str(error)
    assert str(error).endswith("Try again later.")


def test_every_outage_says_when_to_try_again() -> None:
    outages = [problem for problem in PROBLEMS.values() if problem.status == 503]
    assert outages
    assert all(problem.retry_after for problem in outages)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "a second"),
        (60, "60 seconds"),
        (120, "120 seconds"),
        (121, "3 minutes"),
        (7200, "120 minutes"),
        (7201, "3 hours"),
        (86400, "24 hours"),
    ],
)
def test_a_refusal_says_when_to_try_again(app: Flask, seconds: int, words: str) -> None:
    with app.test_request_context():
        answer = respond_to(TooManyRequestsError(seconds))
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == str(seconds)
    assert answer.json is not None
    assert answer.json["detail"].endswith(f"Try again in {words}.")
