"""Clients are told whether and when to send a request again, and what is left of a limit."""

import re

import pytest
from flask import Flask

from cnn_model.data.synthetic import jpeg, skin_photo
from commands.server.connections import UNAVAILABLE
from commands.server.incoming import RequestProblem
from managers.errors import TooManyRequestsError
from managers.health import HealthManager
from resources.general_problems import ADVICE, Retry
from resources.problem_types import BY_ERROR, PROBLEMS
from resources.problems import respond_to
from tests.assertions import assert_problem, ok
from tests.client import Client
from tests.factories import PASSWORD, make_user
from tests.rate_limits import Limited, pass_time

WAITING = (429, 503)
PHOTO = jpeg(skin_photo())


class TestRetryAfter:
    @pytest.mark.parametrize(
        "kind", [kind for kind, problem in BY_ERROR.items() if problem.status in WAITING]
    )
    def test_every_wait_has_a_time(self, app: Flask, kind: type[Exception]) -> None:
        error = kind(7) if kind is TooManyRequestsError else _made(kind)
        with app.test_request_context():
            answer = respond_to(error)
        assert int(answer.headers["Retry-After"]) > 0

    def test_what_the_server_refuses_has_a_time(self) -> None:
        _, headers, _ = RequestProblem(UNAVAILABLE).to_response(None)
        assert int(dict(headers)["Retry-After"]) > 0

    def test_a_service_that_is_not_ready_has_a_time(
        self, app: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(HealthManager, "check", lambda _: {"model": "It is missing."})
        monkeypatch.setattr(HealthManager, "is_alive", lambda _: False)
        for path in ("/health/ready", "/health/live"):
            answer = app.test_client().get(path)
            assert answer.status_code == 503
            assert int(answer.headers["Retry-After"]) > 0

    def test_later_means_a_wait(self) -> None:
        for problem in PROBLEMS.values():
            assert (problem.retry is Retry.LATER) is (problem.status in WAITING), problem.slug

    @pytest.mark.parametrize("slug", PROBLEMS)
    def test_the_page_of_a_problem_says_whether_to_send_it_again(
        self, app: Flask, slug: str
    ) -> None:
        page = app.test_client().get(f"/problems/{slug}").text
        assert ADVICE[PROBLEMS[slug].retry] in page

    def test_there_is_advice_for_all(self) -> None:
        assert set(ADVICE) == set(Retry)


def _made(kind: type[Exception]) -> Exception:
    try:
        return kind()
    except TypeError:
        return kind("")


class TestQuotas:
    def test_a_limit_that_is_near_is_told(self, limited: Limited) -> None:
        client = Client(limited(upload="10 per hour"), make_user())
        told = [client.upload(PHOTO).headers.get("RateLimit") for _ in range(11)]
        assert told[:8] == [None] * 8
        rests = [re.fullmatch(r'"upload-3600";r=(\d+);t=(\d+)', text or "") for text in told[8:]]
        assert [rest and int(rest[1]) for rest in rests] == [1, 0, 0]
        assert all(rest and 3500 < int(rest[2]) <= 3600 for rest in rests)
        refused = client.upload(PHOTO)
        assert_problem(refused, 429, "too-many-requests")
        assert refused.headers["RateLimit-Policy"] == '"upload-3600";q=10;w=3600'
        assert refused.headers["RateLimit"].endswith(f";t={refused.headers['Retry-After']}")
        assert "RateLimit" not in client.get("/user").headers
        pass_time(3600)
        assert "RateLimit" not in client.upload(PHOTO).headers

    def test_several_limits_are_told_together(self, limited: Limited) -> None:
        service = limited(upload="1 per minute; 2 per day", upload_megabytes="1 per day")
        answer = Client(service, make_user()).upload(PHOTO)
        policies = answer.headers["RateLimit-Policy"].split(", ")
        assert policies == [
            '"upload-60";q=1;w=60',
            '"upload_megabytes-86400";q=1000000;qu="content-bytes";w=86400',
        ]
        assert len(answer.headers["RateLimit"].split(", ")) == 2

    def test_registrations_are_told(self, limited: Limited) -> None:
        person = {"email": "me@example.com", "password": PASSWORD}
        answer = Client(limited(register="1 per hour")).post("/register", person)
        assert ok(answer)
        assert answer.headers["RateLimit"].startswith('"register-3600";r=0;t=')

    def test_what_is_left_to_guess_is_not(self, limited: Limited) -> None:
        service = limited(login="2 per minute", guess="2 per minute", stranger_guess="2 per minute")
        body = {"email": make_user().email, "password": "wrong password"}
        answers = [Client(service).post("/login", body) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [401, 401, 429, 429]
        assert not any("RateLimit" in answer.headers for answer in answers)
