"""A client of the running service.

It waits as long as the service asks for, repeats no upload twice and deletes what it stored.
"""

import secrets
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests
from requests.adapters import HTTPAdapter
from urllib3 import Retry

from cnn_model.evaluation.answers import REFUSED, PhotoAnswer
from cnn_model.serving.calibration import CODES
from cnn_model.serving.context import Context
from constants import API_PREFIX

ATTEMPTS = 6
# In seconds.
TIMEOUT = 60
MAX_WAIT = 30
RETRY_STATUSES = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
RETRY = Retry(
    total=ATTEMPTS - 1,
    # Also POST: an upload has an idempotency key, and repeating any other request does no harm.
    allowed_methods=None,
    status_forcelist=RETRY_STATUSES,
    # After the last attempt the response is returned, so that its problem can be reported.
    raise_on_status=False,
    backoff_factor=1,
    backoff_max=MAX_WAIT,
    retry_after_max=MAX_WAIT,
)
PHOTO_PROBLEM = "photo-"
"""Prefix of the types of problems with the photo, as opposed to the request."""


class ApiError(Exception):
    """The service cannot be reached, or its response contradicts its documentation."""


class ApiClient:
    """A user of the service at `url`; a context manager.

    With `email`, log in with `password` and delete every check after reading it; otherwise register
    an account and delete it at the end.
    """

    def __init__(self, url: str, email: str | None = None, password: str | None = None) -> None:
        self._api = f"{url.rstrip('/')}{API_PREFIX}"
        self._is_temporary = email is None
        self._credentials = {
            "email": email or f"evaluation-{secrets.token_hex(8)}@example.com",
            "password": password or secrets.token_urlsafe(24),
        }
        self._session = requests.Session()
        self._session.mount(self._api, HTTPAdapter(max_retries=RETRY))
        self._refresh_token = ""

    def __enter__(self) -> Self:
        """Register or log in. Raises ApiError."""
        path = "/register" if self._is_temporary else "/login"
        try:
            self._store_tokens(self._request("POST", path, json=self._credentials))
        except ApiError:
            self._session.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._session:
            if self._is_temporary:
                self._authorised("DELETE", "/user")
            else:
                self._authorised("POST", "/logout")

    def check(self, photo: Path, context: Context) -> dict[str, Any] | None:
        """Return the check of a photo, as JSON of the service; None if it refuses the photo.

        Raises ApiError.
        """
        fields = {"age": context.age, "sex": context.sex, "body_site": context.body_site}
        response = self._authorised(
            "POST",
            "/user/checks",
            may_refuse=True,
            # An upload that is repeated after a broken connection is assessed once.
            headers={"Idempotency-Key": secrets.token_hex(16)},
            files={"photo": (photo.name, photo.read_bytes())},
            data={name: str(value) for name, value in fields.items() if value is not None},
        )
        if not response.ok:
            return None
        check = _body(response)
        if not self._is_temporary:
            self._authorised("DELETE", f"/user/checks/{check['id']}")
        return check

    def _authorised(self, method: str, path: str, **options: Any) -> requests.Response:
        """Return the response to the logged-in user, renewing tokens that have expired."""
        try:
            return self._request(method, path, **options)
        except _ExpiredError:
            renewal = {"refresh_token": self._refresh_token}
            self._store_tokens(self._request("POST", "/token/refresh", json=renewal))
            return self._request(method, path, **options)

    def _request(
        self, method: str, path: str, *, may_refuse: bool = False, **options: Any
    ) -> requests.Response:
        """Return the response; with `may_refuse` also one that refuses the photo.

        Raises ApiError for any other response than a successful one.
        """
        try:
            response = self._session.request(
                method, f"{self._api}{path}", timeout=TIMEOUT, **options
            )
        except requests.RequestException as error:
            raise ApiError(f"{self._api} cannot be reached.") from error
        if response.ok or (may_refuse and _refuses_photo(response)):
            return response
        if response.status_code == HTTPStatus.UNAUTHORIZED and self._refresh_token:
            raise _ExpiredError(f"{method} {path}: not logged in.")
        raise ApiError(f"{method} {path} got {response.status_code}: {_detail(response)}")

    def _store_tokens(self, response: requests.Response) -> None:
        tokens = _body(response)
        self._refresh_token = tokens["refresh_token"]
        self._session.headers["Authorization"] = f"Bearer {tokens['token']}"


class _ExpiredError(ApiError):
    """The access token has expired."""


def photo_answer(body: dict[str, Any] | None) -> PhotoAnswer:
    """Return the answer in a check, as `ApiClient.check` returns it."""
    if body is None:
        return PhotoAnswer(REFUSED)
    probabilities = {item["code"]: item["probability"] for item in body["diagnoses"]}
    low, high = body["interval"]
    return PhotoAnswer(
        status=body["status"],
        probabilities=tuple(probabilities[code] for code in CODES),
        probability=body["probability"],
        premalignant=body["premalignant_probability"],
        interval=(low, high),
        conformal_set=tuple(body["conformal_set"]),
        sharpness=body["quality"]["measured"]["sharpness"],
    )


def _refuses_photo(response: requests.Response) -> bool:
    problem = str(_object(response).get("type", "")).removeprefix("/problems/")
    is_client_error = response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
    return is_client_error and problem.startswith(PHOTO_PROBLEM)


def _detail(response: requests.Response) -> str:
    problem = _object(response)
    return str(problem.get("errors") or problem.get("detail") or "no reason given")


def _body(response: requests.Response) -> dict[str, Any]:
    body = _object(response)
    if not body:
        raise ApiError(f"{response.url} does not answer like this service.")
    return body


def _object(response: requests.Response) -> dict[str, Any]:
    """Return the JSON object in the response, empty if it holds anything else."""
    try:
        body = response.json()
    except requests.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}
