"""The web client as it is served: files, policy, cookie."""

import base64
import gzip
import hashlib
import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from resources.web import WEB
from tests.client import API, Client
from tests.factories import PASSWORD, make_user

ORIGIN = {"Origin": "http://localhost"}
COOKIE = {"Session": "cookie", **ORIGIN}
PERSON = {"email": "user@example.com", "password": "four random words"}


def policy_of(answer: TestResponse) -> dict[str, list[str]]:
    parts = answer.headers["Content-Security-Policy"].split("; ")
    return {name: values for name, *values in map(str.split, parts)}


def test_the_policy_allows_the_import_map_and_nothing_inline(http: FlaskClient) -> None:
    page = http.get("/")
    import_map = re.search(r'<script type="importmap">(.*?)</script>', page.text, re.DOTALL)
    assert import_map is not None
    digest = base64.b64encode(hashlib.sha256(import_map[1].encode()).digest()).decode()
    policy = policy_of(page)
    assert policy["script-src"] == ["'self'", f"'sha256-{digest}'"]
    assert policy["default-src"] == ["'none'"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    # Nothing else stands inline.
    assert len(re.findall(r"<script(?![^>]* src=)", page.text)) == 1
    assert "<style" not in page.text
    assert not re.search(r"\son[a-z]+=", page.text)


def test_the_import_map_names_files_that_are_served(http: FlaskClient) -> None:
    imports = re.search(r'<script type="importmap">(.*?)</script>', http.get("/").text)
    assert imports is not None
    for address in json.loads(imports[1])["imports"].values():
        assert http.get(address).status_code == 200


def test_the_page_names_files_that_are_served(http: FlaskClient) -> None:
    for address in re.findall(r'(?:src|href)="(/[^"]+)"', http.get("/").text):
        assert http.get(address).status_code == 200, address


@pytest.mark.parametrize(
    "path",
    [
        "index.html", "sw.js", "package.json", "tsconfig.json", "types.d.ts", "../app.py",
        "..%2fapp.py", "%2e%2e/config.py", "vendor/../../config.py", "vendor/manifest.json",
        "tests/match.test.js", "tools/none.js", "/etc/passwd", "views", "", "locales/en.json%00",
    ],
)  # fmt: skip
def test_serves_nothing_else(http: FlaskClient, path: str) -> None:
    assert http.get(f"/web/{path}").status_code == 404


def test_serves_no_tests_and_no_packages() -> None:
    served = {name.partition("/")[0] for name in WEB.files if "/" in name}
    assert not served & {"tests", "tools", "node_modules"}


def test_files_are_compressed_and_revalidated(http: FlaskClient) -> None:
    plain = http.get("/web/main.js")
    packed = http.get("/web/main.js", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert packed.headers["Cache-Control"] == "no-cache"
    again = http.get("/web/main.js", headers={"If-None-Match": plain.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_the_worker_keeps_every_file(http: FlaskClient) -> None:
    worker = http.get("/sw.js")
    assert worker.mimetype == "text/javascript"
    head = worker.text.partition(";\n")[0].removeprefix("self.PRECACHE = ")
    listed = json.loads(head)
    assert set(listed["files"]) == {"/"} | {
        f"/web/{name}" for name in WEB.files if name not in ("index.html", "sw.js")
    }
    assert listed["version"] == WEB.version


def test_the_api_keeps_its_own_policy(http: FlaskClient) -> None:
    assert policy_of(http.get(f"{API}/model"))["default-src"] == ["'none'"]
    assert "script-src" not in policy_of(http.get(f"{API}/model"))


def register(http: FlaskClient, **headers: str) -> TestResponse:
    return http.post(f"{API}/register", json=PERSON, headers=headers)


def body_of(answer: TestResponse) -> dict[str, Any]:
    return dict(answer.get_json())


def test_the_refresh_token_is_in_a_cookie_that_no_script_reads(http: FlaskClient) -> None:
    answer = register(http, **COOKIE)
    assert body_of(answer)["refresh_token"] is None
    parts = answer.headers["Set-Cookie"].split("; ")
    assert {"HttpOnly", "SameSite=Strict", f"Path={API}/token/refresh"} < set(parts)
    assert "Secure" not in parts


def test_the_cookie_is_secure_behind_https(http: FlaskClient) -> None:
    answer = register(http, Session="cookie", Origin="https://localhost")
    assert "; Secure" in answer.headers["Set-Cookie"]


def test_other_clients_get_the_refresh_token_in_json(http: FlaskClient) -> None:
    answer = register(http)
    assert body_of(answer)["refresh_token"]
    assert "Set-Cookie" not in answer.headers


def test_the_cookie_refreshes_and_rotates(http: FlaskClient) -> None:
    register(http, **COOKIE)
    first = http.post(f"{API}/token/refresh", headers=COOKIE)
    second = http.post(f"{API}/token/refresh", headers=COOKIE)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.headers["Set-Cookie"] != second.headers["Set-Cookie"]
    assert body_of(second)["refresh_token"] is None


def test_without_a_cookie_the_person_logs_in(http: FlaskClient) -> None:
    answer = http.post(f"{API}/token/refresh", headers=COOKIE)
    assert (answer.status_code, body_of(answer)["type"]) == (401, "/problems/not-authenticated")


@pytest.mark.parametrize(
    "headers",
    [
        {"Session": "cookie", "Origin": "https://evil.example"},
        {"Session": "cookie", "Origin": "null"},
        {"Session": "cookie", "Origin": "http://localhost.evil.example"},
        {"Session": "cookie", "Sec-Fetch-Site": "cross-site"},
        {"Session": "cookie", "Sec-Fetch-Site": "same-site"},
    ],
)
def test_pages_of_other_sites_cannot_use_the_cookie(
    http: FlaskClient, headers: dict[str, str]
) -> None:
    register(http, **COOKIE)
    answer = http.post(f"{API}/token/refresh", headers=headers)
    assert (answer.status_code, body_of(answer)["type"]) == (403, "/problems/forbidden")
    assert "Set-Cookie" not in answer.headers


def test_a_form_of_another_site_cannot_use_the_cookie(http: FlaskClient) -> None:
    """It cannot send the header, so the cookie is not looked at."""
    register(http, **COOKIE)
    assert http.post(f"{API}/token/refresh", headers=ORIGIN).status_code == 415


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/logout"), ("POST", "/logout/all"), ("DELETE", "/user/delete")]
)
def test_leaving_removes_the_cookie(http: FlaskClient, method: str, path: str) -> None:
    token = body_of(register(http, **COOKIE))["token"]
    headers = {**COOKIE, "Authorization": f"Bearer {token}"}
    assert http.open(f"{API}{path}", method=method, headers=headers).status_code == 204
    assert http.get_cookie("refresh_token", path=f"{API}/token/refresh") is None
    assert http.post(f"{API}/token/refresh", headers=COOKIE).status_code == 401


def test_a_new_password_brings_a_new_cookie(user: Client) -> None:
    change = {"old_password": PASSWORD, "new_password": "five other random words"}
    answer = user.post("/user/change-password", change, headers=COOKIE)
    assert answer.status_code == 200
    assert body_of(answer)["refresh_token"] is None
    assert user.http.post(f"{API}/token/refresh", headers=COOKIE).status_code == 201


def test_a_login_with_the_cookie(http: FlaskClient) -> None:
    body = {"email": make_user().email, "password": PASSWORD}
    answer = http.post(f"{API}/login", json=body, headers=COOKIE)
    assert answer.status_code == 201
    assert "Set-Cookie" in answer.headers
