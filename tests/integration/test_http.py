"""What HTTP asks of every route: methods, compression, links and headers."""

import gzip
import json
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from cnn_model.data.synthetic import jpeg, skin_photo
from config import Settings
from constants import API_PREFIX, Role, Status
from tests.assertions import assert_problem, ok
from tests.client import Client
from tests.factories import PASSWORD, make_check, make_user
from tests.routes import address

PHOTO = jpeg(skin_photo())
GZIP = {"Accept-Encoding": "gzip"}


@pytest.fixture
def admin(app: Flask) -> Client:
    return Client(app, make_user(role=Role.ADMIN))


class TestMethods:
    def test_options_lists_the_methods_of_every_route(self, app: Flask, http: FlaskClient) -> None:
        for rule in app.url_map.iter_rules():
            answer = http.options(address(rule.rule))
            assert answer.status_code == 204
            assert answer.data == b""
            assert not {"Content-Type", "Content-Length"} & set(answer.headers.keys())
            assert set(answer.headers["Allow"].split(", ")) == rule.methods
            assert "X-Request-ID" in answer.headers

    def test_other_methods_are_told_the_right_ones(self, app: Flask, http: FlaskClient) -> None:
        for rule in app.url_map.iter_rules():
            for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - (rule.methods or set()):
                answer = http.open(address(rule.rule), method=method)
                assert_problem(answer, 405, "method-not-allowed")
                assert set(answer.headers["Allow"].split(", ")) == rule.methods

    def test_head_has_the_headers_of_get_and_no_body(self, user: Client) -> None:
        check = ok(user.upload(PHOTO))["id"]
        paths = ("/user", "/user/checks", f"/user/checks/{check}", f"/user/checks/{check}/photo")
        for path in (*paths, "/user/checks/x"):
            for headers in ({}, GZIP):
                get, head = (
                    user.request(method, path, headers=headers) for method in ("GET", "HEAD")
                )
                assert head.data == b""
                assert head.status_code == get.status_code
                varying = {"X-Request-ID"}
                assert {n: v for n, v in head.headers if n not in varying} == {
                    n: v for n, v in get.headers if n not in varying
                }


def test_an_answer_without_a_body_has_no_type(user: Client) -> None:
    answer = user.post("/logout")
    assert answer.status_code == 204
    assert not {"Content-Type", "Content-Length"} & set(answer.headers.keys())


class TestLinks:
    def test_lead_through_the_list_with_its_filters(self, user: Client) -> None:
        assert user.user
        for number in range(5):
            status = Status.BENIGN if number % 2 else Status.MALIGNANT
            make_check(user_id=user.user.id, status=status)
        path, seen = "/user/checks?limit=2&status=malignant&from=2020-01-01T00:00:00%2B00:00", []
        for _ in range(2):
            page = user.get(path)
            seen += [check["id"] for check in ok(page)["checks"]]
            if link := page.headers.get("Link"):
                path = link.removeprefix("<").removesuffix('>; rel="next"')
        assert len(set(seen)) == len(seen) == 3
        assert "Link" not in page.headers

    def test_of_accounts(self, admin: Client) -> None:
        make_user()
        page = admin.get("/admin/users?limit=1")
        following = admin.get(page.headers["Link"].removeprefix("<").removesuffix('>; rel="next"'))
        assert ok(following)["users"] != ok(page)["users"]
        assert "Link" not in following.headers


class TestCompression:
    def body(self, answer: Any) -> Any:
        assert answer.headers["Content-Encoding"] == "gzip"
        return json.loads(gzip.decompress(answer.data))

    def test_json_is_packed_for_those_who_accept_it(self, user: Client) -> None:
        path = f"/user/checks/{ok(user.upload(PHOTO))['id']}"
        plain, packed = user.get(path), user.get(path, headers=GZIP)
        assert self.body(packed) == plain.json
        assert len(packed.data) < len(plain.data) / 2
        for answer in (plain, packed):
            assert "Accept-Encoding" in answer.headers["Vary"]

    def test_a_packed_body_has_a_tag_of_its_own_and_both_are_known(self, user: Client) -> None:
        path = f"/user/checks/{ok(user.upload(PHOTO))['id']}"
        tags = {user.get(path, headers=headers).headers["ETag"] for headers in ({}, GZIP)}
        assert len(tags) == 2
        for tag in tags:
            answer = user.get(path, headers={**GZIP, "If-None-Match": tag})
            assert answer.status_code == 304
            assert answer.headers["ETag"] == tag
            assert "Content-Encoding" not in answer.headers
        for tag in tags:
            check = f"/user/checks/{ok(user.upload(PHOTO))['id']}"
            tag = user.get(check, headers=GZIP).headers["ETag"]
            assert user.delete(f"{check}/delete", headers={"If-Match": tag}).status_code == 204

    @pytest.mark.parametrize("coding", ["", "identity", "br", "zstd", "gzip;q=0", "deflate"])
    def test_nothing_else_is_packed(self, user: Client, coding: str) -> None:
        path = f"/user/checks/{ok(user.upload(PHOTO))['id']}"
        answer = user.get(path, headers={"Accept-Encoding": coding})
        assert "Content-Encoding" not in answer.headers
        assert answer.json

    def test_small_bodies_pictures_and_errors_are_not(self, user: Client) -> None:
        check = ok(user.upload(PHOTO))["id"]
        for path in ("/user", f"/user/checks/{check}/photo", f"/user/checks/{check}/heatmap", "/x"):
            assert "Content-Encoding" not in user.get(path, headers=GZIP).headers

    def test_tokens_are_not(self, app: Flask) -> None:
        person = {"email": "me@example.com", "password": PASSWORD, "first_name": "x" * 100}
        for path, body in (("/register", person), ("/login", person)):
            body = {name: body[name] for name in body if path == "/register" or "name" not in name}
            answer = Client(app).post(path, body, headers=GZIP)
            assert len(answer.data) > 500
            assert "Content-Encoding" not in answer.headers


class TestHeaders:
    def test_every_answer_has_them(self, http: FlaskClient, user: Client) -> None:
        for answer in (
            http.get("/health/live"),
            http.get("/nothing"),
            http.post(f"{API_PREFIX}/login"),
            http.options(f"{API_PREFIX}/login"),
            user.get("/user"),
            user.get("/user", headers={"If-None-Match": "*"}),
        ):
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
            assert "camera=()" in answer.headers["Permissions-Policy"]
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
            assert len(answer.headers["X-Request-ID"]) == 32
            assert "Strict-Transport-Security" not in answer.headers

    @pytest.mark.parametrize(
        ("proxies", "scheme", "is_secure"),
        [(1, "https", True), (1, "http", False), (0, "https", False)],
    )
    def test_https_is_required_once_it_was_used(
        self, app: Flask, settings: Settings, proxies: int, scheme: str, is_secure: bool
    ) -> None:
        http = create_app(replace(settings, trusted_proxies=proxies)).test_client()
        answer = http.get("/health/live", headers={"X-Forwarded-Proto": scheme})
        assert ("Strict-Transport-Security" in answer.headers) is is_secure
