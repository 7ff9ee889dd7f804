"""A client of the running service, as careful as a client should be: it waits where it is told to,
repeats without doing anything twice, and leaves nothing behind.
"""

import secrets
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests

from cnn_model.evaluation.answers import REFUSED, PhotoAnswer
from cnn_model.serving.calibration import CODES
from cnn_model.serving.context import Context
from constants import API_PREFIX

ATTEMPTS = 6
TIMEOUT = 60.0
LONGEST_WAIT = 30.0
AGAIN = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
REFUSAL = "photo-"
"""How the types of problems begin that speak of the photo and not of the request."""


class ApiError(Exception):
    """The service cannot be reached, or does not do what its documentation says."""


class ApiClient:
    """A person of the service at `url`; a context manager.

    With `email`, logs in with `password` and deletes every check after reading it; otherwise
    registers an account and deletes it at the end. `wait` sleeps for some seconds.
    """

    def __init__(
        self,
        url: str,
        email: str | None = None,
        password: str | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._api = f"{url.rstrip('/')}{API_PREFIX}"
        self._throw_away = email is None
        self._person = {
            "email": email or f"evaluation-{secrets.token_hex(8)}@example.com",
            "password": password or secrets.token_urlsafe(24),
        }
        self._wait = wait
        self._session = requests.Session()
        self._refresh_token = ""

    def __enter__(self) -> Self:
        """Raises ApiError."""
        path = "/register" if self._throw_away else "/login"
        self._keep_tokens(self._ask("POST", path, json=self._person))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._session:
            if self._throw_away:
                self._authorised("DELETE", "/user/delete")
            else:
                self._authorised("POST", "/logout")

    def check(self, photo: Path, context: Context) -> dict[str, Any] | None:
        """The check of a photo as the service gives it; None where it refuses the photo.

        Raises ApiError.
        """
        told = {"age": context.age, "sex": context.sex, "body_site": context.body_site}
        answer = self._authorised(
            "POST",
            "/user/checks",
            refusable=True,
            # Whatever is repeated, also after a broken connection, is assessed once.
            headers={"Idempotency-Key": secrets.token_hex(16)},
            files={"photo": (photo.name, photo.read_bytes())},
            data={name: str(value) for name, value in told.items() if value is not None},
        )
        if not answer.ok:
            return None
        check = _body(answer)
        if not self._throw_away:
            self._authorised("DELETE", f"/user/checks/{check['id']}/delete")
        return check

    def _authorised(self, method: str, path: str, **options: Any) -> requests.Response:
        """Asks as the person, with new tokens where the old ones have expired."""
        try:
            return self._ask(method, path, **options)
        except _ExpiredError:
            renewal = {"refresh_token": self._refresh_token}
            self._keep_tokens(self._ask("POST", "/token/refresh", json=renewal))
            return self._ask(method, path, **options)

    def _ask(
        self, method: str, path: str, refusable: bool = False, **options: Any
    ) -> requests.Response:
        answer = self._patiently(method, f"{self._api}{path}", **options)
        if answer.ok or (refusable and _refuses_photo(answer)):
            return answer
        if answer.status_code == HTTPStatus.UNAUTHORIZED and self._refresh_token:
            raise _ExpiredError(f"{method} {path}: not logged in.")
        raise ApiError(f"{method} {path} got {answer.status_code}: {_detail(answer)}")

    def _patiently(self, method: str, url: str, **options: Any) -> requests.Response:
        """Up to `ATTEMPTS` times while the service is out of reach, overloaded or not ready."""
        for attempt in range(1, ATTEMPTS + 1):
            answer = self._once(method, url, **options)
            if answer is not None and answer.status_code not in AGAIN:
                return answer
            if attempt < ATTEMPTS:
                self._wait(_seconds(answer, attempt))
        if answer is None:
            raise ApiError(f"{self._api} cannot be reached.")
        return answer

    def _once(self, method: str, url: str, **options: Any) -> requests.Response | None:
        """None where the service is out of reach."""
        try:
            return self._session.request(method, url, timeout=TIMEOUT, **options)
        except (requests.ConnectionError, requests.Timeout):
            return None
        except requests.RequestException as error:
            raise ApiError(f"{self._api} cannot be asked.") from error

    def _keep_tokens(self, answer: requests.Response) -> None:
        tokens = _body(answer)
        self._refresh_token = tokens["refresh_token"]
        self._session.headers["Authorization"] = f"Bearer {tokens['token']}"


class _ExpiredError(ApiError):
    """The access token is not valid any more."""


def photo_answer(body: dict[str, Any] | None) -> PhotoAnswer:
    """A check as the service gives it, or None where it refused the photo."""
    if body is None:
        return PhotoAnswer(REFUSED)
    chances = {item["code"]: item["probability"] for item in body["diagnoses"]}
    low, high = body["interval"]
    return PhotoAnswer(
        status=body["status"],
        probabilities=tuple(chances[code] for code in CODES),
        probability=body["probability"],
        premalignant=body["premalignant_probability"],
        interval=(low, high),
        conformal_set=tuple(body["conformal_set"]),
        sharpness=body["quality"]["measured"]["sharpness"],
    )


def _refuses_photo(answer: requests.Response) -> bool:
    problem = str(_object(answer).get("type", "")).removeprefix("/problems/")
    client = answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
    return client and problem.startswith(REFUSAL)


def _detail(answer: requests.Response) -> str:
    problem = _object(answer)
    return str(problem.get("errors") or problem.get("detail") or "no reason given")


def _body(answer: requests.Response) -> dict[str, Any]:
    body = _object(answer)
    if not body:
        raise ApiError(f"{answer.url} does not answer like this service.")
    return body


def _object(answer: requests.Response) -> dict[str, Any]:
    """The JSON object that came; empty where something else did."""
    try:
        body = answer.json()
    except requests.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}


def _seconds(answer: requests.Response | None, attempt: int) -> float:
    """How long to wait: what the service asks for, else longer with each attempt."""
    wanted = answer.headers.get("Retry-After", "") if answer is not None else ""
    return min(float(wanted) if wanted.isdigit() else float(attempt), LONGEST_WAIT)
