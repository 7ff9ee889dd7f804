"""A client of the service, against a server that follows a script."""

import json
import socket
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from urllib3.util import retry
from werkzeug import Request, Response
from werkzeug.serving import make_server

from cnn_model.evaluation import api_client
from cnn_model.evaluation.answers import REFUSED
from cnn_model.evaluation.api_client import ApiClient, ApiError, photo_answer
from cnn_model.serving.calibration import CODES
from cnn_model.serving.context import NO_CONTEXT, Context
from constants import API_PREFIX, Sex

TOKENS = {"token": "t1", "refresh_token": "r1"}
CHECK = {
    "id": "c1",
    "status": "unclear",
    "probability": 0.3,
    "premalignant_probability": 0.1,
    "interval": [0.2, 0.4],
    "conformal_set": ["malignant", "not_malignant"],
    "diagnoses": [{"code": code, "probability": index / 28} for index, code in enumerate(CODES)],
    "quality": {"issues": [], "measured": {"sharpness": 4.5}},
}
BROKEN = "broken"
Scripted = tuple[int, Any] | tuple[int, Any, dict[str, str]] | str


class Service:
    """A server that gives the responses of a script, one after the other, and records requests.

    `BROKEN` closes the connection without a response.
    """

    def __init__(self) -> None:
        self.script: list[Scripted] = []
        self.requests: list[Request] = []
        self.waits: list[float] = []
        self.url = ""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        request.get_data(parse_form_data=True)
        self.requests.append(request)
        item = self.script.pop(0)
        if isinstance(item, str):
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            return []
        status, body, *headers = item
        content = body if isinstance(body, bytes) else json.dumps(body)
        response = Response(content, status, headers=headers[0] if headers else None)
        return response(environ, start_response)

    def client(self, email: str | None = None, password: str | None = None) -> ApiClient:
        return ApiClient(self.url, email, password)

    def paths(self) -> list[str]:
        return [f"{r.method} {r.path.removeprefix(API_PREFIX)}" for r in self.requests]


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    app = Service()
    monkeypatch.setattr(retry, "time", SimpleNamespace(sleep=app.waits.append))
    server = make_server("127.0.0.1", 0, app)
    app.url = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield app
    server.shutdown()
    thread.join()
    server.server_close()
    for request in app.requests:
        request.close()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "photo.jpg"
    file.write_bytes(b"photo")
    return file


def test_a_temporary_account_is_deleted_at_the_end(service: Service, photo: Path) -> None:
    service.script = [(201, TOKENS), (201, CHECK), (204, b"")]
    with service.client() as client:
        check = client.check(photo, Context(age=50, sex=Sex.MALE, body_site="back"))
    assert check == CHECK
    assert service.paths() == ["POST /register", "POST /user/checks", "DELETE /user"]
    assert service.requests[1].form.to_dict() == {"age": "50", "sex": "male", "body_site": "back"}
    assert service.requests[1].files["photo"].filename == "photo.jpg"


def test_a_temporary_account_is_deleted_also_after_an_error(service: Service, photo: Path) -> None:
    service.script = [(201, TOKENS), (500, {"detail": "a mistake"}), (204, b"")]
    with pytest.raises(ApiError, match="500: a mistake"), service.client() as client:
        client.check(photo, NO_CONTEXT)
    assert service.paths()[-1] == "DELETE /user"


def test_checks_of_an_existing_account_are_deleted(service: Service, photo: Path) -> None:
    service.script = [(201, TOKENS), (201, CHECK), (204, b""), (204, b"")]
    with service.client("me@example.com", "four random words") as client:
        client.check(photo, NO_CONTEXT)
    assert service.paths() == [
        "POST /login",
        "POST /user/checks",
        "DELETE /user/checks/c1",
        "POST /logout",
    ]
    assert service.requests[0].json["password"] == "four random words"
    assert not service.requests[1].form


def test_waits_as_long_as_the_service_asks(service: Service, photo: Path) -> None:
    busy: Scripted = (503, {}, {"Retry-After": "7"})
    limited: Scripted = (429, {}, {"Retry-After": "9999"})
    service.script = [(201, TOKENS), busy, limited, BROKEN, (201, CHECK), (204, b"")]
    with service.client() as client:
        assert client.check(photo, NO_CONTEXT) == CHECK
    assert service.waits == [7, api_client.MAX_WAIT, 4]
    uploads = [r for r in service.requests if r.path.endswith("/checks")]
    assert len(uploads) == 4
    assert len({upload.headers["Idempotency-Key"] for upload in uploads}) == 1
    assert all(upload.files["photo"].read() == b"photo" for upload in uploads)


@pytest.mark.parametrize(
    ("response", "message"),
    [(BROKEN, "cannot be reached"), ((503, {"detail": "busy"}), "503: busy")],
    ids=["broken", "busy"],
)
def test_gives_up_after_all_attempts(service: Service, response: Scripted, message: str) -> None:
    service.script = [response] * api_client.ATTEMPTS
    with pytest.raises(ApiError, match=message), service.client():
        pass
    assert service.script == []
    assert service.waits == [2, 4, 8, 16]


def test_nothing_at_the_address_is_an_error(service: Service) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        service.url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(ApiError, match="cannot be reached"), service.client():
        pass


@pytest.mark.parametrize("status", [400, 404, 500, 502, 504])
def test_other_errors_are_not_repeated(service: Service, status: int) -> None:
    service.script = [(status, {"detail": "a mistake"})]
    with pytest.raises(ApiError, match=f"{status}: a mistake"), service.client():
        pass
    assert service.waits == []


def test_renews_its_tokens(service: Service, photo: Path) -> None:
    renewed = {"token": "t2", "refresh_token": "r2"}
    service.script = [(201, TOKENS), (401, {}), (201, renewed), (201, CHECK), (204, b"")]
    with service.client() as client:
        assert client.check(photo, NO_CONTEXT) == CHECK
    assert service.paths()[2] == "POST /token/refresh"
    assert service.requests[2].json == {"refresh_token": "r1"}
    assert service.requests[3].headers["Authorization"] == "Bearer t2"


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


def test_a_rejected_request_is_an_error(service: Service, photo: Path) -> None:
    refusal = {"type": "/problems/validation", "errors": {"age": ["Unknown field."]}}
    service.script = [(201, TOKENS), (422, refusal), (204, b"")]
    with pytest.raises(ApiError, match="Unknown field"), service.client() as client:
        client.check(photo, NO_CONTEXT)


def test_another_service_at_the_address_is_an_error(service: Service) -> None:
    service.script = [(200, b"<html>")]
    with pytest.raises(ApiError, match="does not answer like this service"), service.client():
        pass


def test_reads_a_check() -> None:
    answer = photo_answer(CHECK)
    assert (answer.status, answer.probability, answer.interval) == ("unclear", 0.3, (0.2, 0.4))
    assert answer.probabilities == pytest.approx([index / 28 for index in range(8)])
    assert answer.conformal_set == ("malignant", "not_malignant")
    assert answer.sharpness == 4.5
    assert photo_answer(None).status == REFUSED
