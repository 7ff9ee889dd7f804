"""A client of the service, against answers that are made up."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from cnn_model.evaluation import api_client
from cnn_model.evaluation.answers import REFUSED
from cnn_model.evaluation.api_client import ApiClient, ApiError, photo_answer
from cnn_model.serving.calibration import CODES
from cnn_model.serving.context import NO_CONTEXT, Context
from constants import Sex

URL = "http://service.example/"
API = "http://service.example/api/v1"
TOKENS = {"token": "t1", "refresh_token": "r1"}
CHECK = {
    "id": "c1",
    "status": "unclear",
    "probability": 0.3,
    "premalignant_probability": 0.1,
    "interval": [0.2, 0.4],
    "conformal_set": ["malignant", "not_malignant"],
    "diagnoses": [{"code": code, "probability": place / 28} for place, code in enumerate(CODES)],
    "quality": {"issues": [], "measured": {"sharpness": 4.5}},
}
Scripted = tuple[int, Any] | tuple[int, Any, dict[str, str]] | Exception


def response(status: int, body: Any, headers: dict[str, str] | None = None) -> requests.Response:
    made = requests.Response()
    made.status_code, made.url = status, API
    made._content = body if isinstance(body, bytes) else json.dumps(body).encode()
    made.headers.update(headers or {})
    return made


class Service:
    """Gives the answers of a script, one after the other, and remembers what it was asked."""

    def __init__(self) -> None:
        self.script: list[Scripted] = []
        self.asked: list[tuple[str, str, dict[str, Any]]] = []
        self.waited: list[float] = []

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        self.asked.append((method, url.removeprefix(API), options))
        item = self.script.pop(0)
        if isinstance(item, Exception):
            raise item
        return response(*item)

    def client(self, email: str | None = None, password: str | None = None) -> ApiClient:
        return ApiClient(URL, email, password, self.waited.append)

    def paths(self) -> list[str]:
        return [f"{method} {path}" for method, path, _ in self.asked]


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    made = Service()
    ask: Callable[..., Any] = lambda _, *args, **options: made.request(*args, **options)  # noqa: E731
    monkeypatch.setattr(requests.Session, "request", ask)
    return made


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "photo.jpg"
    file.write_bytes(b"photo")
    return file


def test_a_made_account_is_deleted_at_the_end(service: Service, photo: Path) -> None:
    service.script = [(201, TOKENS), (201, CHECK), (204, b"")]
    with service.client() as client:
        check = client.check(photo, Context(age=50, sex=Sex.MALE, body_site="back"))
    assert check == CHECK
    assert service.paths() == ["POST /register", "POST /user/checks", "DELETE /user/delete"]
    assert service.asked[1][2]["data"] == {"age": "50", "sex": "male", "body_site": "back"}


def test_a_made_account_is_deleted_also_after_an_error(service: Service, photo: Path) -> None:
    service.script = [(201, TOKENS), (500, {"detail": "a mistake"}), (204, b"")]
    with pytest.raises(ApiError, match="500: a mistake"), service.client() as client:
        client.check(photo, NO_CONTEXT)
    assert service.paths()[-1] == "DELETE /user/delete"


def test_an_own_account_is_left_as_it_was(service: Service, photo: Path) -> None:
    service.script = [(201, TOKENS), (201, CHECK), (204, b""), (204, b"")]
    with service.client("me@example.com", "four random words") as client:
        client.check(photo, NO_CONTEXT)
    assert service.paths() == [
        "POST /login",
        "POST /user/checks",
        "DELETE /user/checks/c1/delete",
        "POST /logout",
    ]
    assert service.asked[0][2]["json"]["password"] == "four random words"
    assert service.asked[1][2]["data"] == {}


def test_waits_where_it_is_told_to(service: Service, photo: Path) -> None:
    busy: Scripted = (503, {}, {"Retry-After": "7"})
    far: Scripted = (503, {}, {"Retry-After": "9999"})
    service.script = [
        (201, TOKENS),
        busy,
        far,
        requests.ConnectionError(),
        (201, CHECK),
        (204, b""),
    ]
    with service.client() as client:
        assert client.check(photo, NO_CONTEXT) == CHECK
    assert service.waited == [7, api_client.LONGEST_WAIT, 3]
    keys = {o["headers"]["Idempotency-Key"] for _, path, o in service.asked if "checks" in path}
    assert len(keys) == 1


@pytest.mark.parametrize("trouble", ["down", "busy"])
def test_gives_up_in_the_end(service: Service, trouble: str) -> None:
    answer: Any = requests.ConnectionError() if trouble == "down" else (503, {"detail": "busy"})
    service.script = [answer] * api_client.ATTEMPTS
    with pytest.raises(ApiError, match=r"reached|busy"), service.client():
        pass
    assert len(service.waited) == api_client.ATTEMPTS - 1


def test_renews_its_tokens(service: Service, photo: Path) -> None:
    renewed = {"token": "t2", "refresh_token": "r2"}
    service.script = [(201, TOKENS), (401, {}), (201, renewed), (201, CHECK), (204, b"")]
    with service.client() as client:
        assert client.check(photo, NO_CONTEXT) == CHECK
    assert service.paths()[2] == "POST /token/refresh"
    assert service.asked[2][2]["json"] == {"refresh_token": "r1"}


def test_a_wrong_password_is_an_error(service: Service) -> None:
    service.script = [(401, {"detail": "The password is wrong."})]
    with pytest.raises(ApiError, match="wrong"), service.client("me@example.com", "x"):
        pass


@pytest.mark.parametrize(
    ("status", "problem"), [(422, "photo-not-assessable"), (422, "photo-too-small")]
)
def test_a_refused_photo_is_no_error(
    service: Service, photo: Path, status: int, problem: str
) -> None:
    service.script = [(201, TOKENS), (status, {"type": f"/problems/{problem}"}), (204, b"")]
    with service.client() as client:
        assert client.check(photo, NO_CONTEXT) is None


def test_a_request_that_is_not_understood_is_an_error(service: Service, photo: Path) -> None:
    refusal = {"type": "/problems/validation", "errors": {"age": ["Unknown field."]}}
    service.script = [(201, TOKENS), (422, refusal), (204, b"")]
    with pytest.raises(ApiError, match="Unknown field"), service.client() as client:
        client.check(photo, NO_CONTEXT)


def test_something_else_at_the_address_is_an_error(service: Service) -> None:
    service.script = [(200, b"<html>")]
    with pytest.raises(ApiError, match="does not answer like this service"), service.client():
        pass


def test_reads_a_check() -> None:
    answer = photo_answer(CHECK)
    assert (answer.status, answer.probability, answer.interval) == ("unclear", 0.3, (0.2, 0.4))
    assert answer.probabilities == pytest.approx([place / 28 for place in range(8)])
    assert answer.conformal_set == ("malignant", "not_malignant")
    assert answer.sharpness == 4.5
    assert photo_answer(None).status == REFUSED
