"""Entity tags: reads that cost nothing, and changes of what the client knows only."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cnn_model.data.synthetic import jpeg, skin_photo
from constants import Role
from managers.photo import PhotoManager
from models import Check, User
from resources.base import OWN_DATA
from tests.assertions import assert_problem, ok
from tests.client import Client
from tests.database import count
from tests.factories import make_user

PHOTO = jpeg(skin_photo())
READS = (
    "/user",
    "/user/sessions",
    "/user/checks",
    "/user/checks/{id}",
    "/user/checks/{id}/photo",
    "/user/checks/{id}/heatmap",
    "/user/checks/{id}/heatmap?format=json",
    "/model",
)
PICTURES = tuple(path for path in READS if path.endswith(("photo", "heatmap")))


@pytest.fixture
def check(user: Client) -> str:
    return str(ok(user.upload(PHOTO))["id"])


@pytest.fixture
def admin(app: Flask) -> Client:
    return Client(app, make_user(role=Role.ADMIN))


class TestReads:
    @pytest.mark.parametrize("path", READS)
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_what_the_client_has_is_not_sent_again(
        self, user: Client, check: str, path: str, method: str
    ) -> None:
        path = path.format(id=check)
        first = user.get(path)
        etag = first.headers["ETag"]
        assert etag.startswith('"')
        for known in (etag, f'"other", {etag}', f"W/{etag}", "*"):
            again = user.request(method, path, headers={"If-None-Match": known})
            assert again.status_code == 304
            assert again.data == b""
            assert again.headers["ETag"] == etag
            assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
            assert again.headers.get("Vary") == first.headers.get("Vary")
            assert "Content-Type" not in again.headers
            assert "X-Request-ID" in again.headers

    @pytest.mark.parametrize("path", READS)
    def test_anything_else_is_sent(self, user: Client, check: str, path: str) -> None:
        path = path.format(id=check)
        body = user.get(path).data
        for known in ('"other"', "other", ""):
            answer = user.get(path, headers={"If-None-Match": known})
            assert answer.status_code == 200
            assert answer.data == body

    def test_the_tag_changes_with_the_content(self, user: Client, admin: Client) -> None:
        check = str(ok(user.upload(PHOTO))["id"])
        paths = [path.format(id=check) for path in READS if "model" not in path]
        before = {path: user.get(path).headers["ETag"] for path in paths}
        ok(admin.put(f"/admin/checks/{check}/malignant"))
        after = {path: user.get(path).headers["ETag"] for path in paths}
        changed = {path for path in paths if before[path] != after[path]}
        assert changed == {"/user/checks", f"/user/checks/{check}"}

    def test_other_photos_have_other_tags(self, user: Client) -> None:
        ids = [ok(user.upload(jpeg(skin_photo(seed=seed))))["id"] for seed in range(2)]
        for path in PICTURES:
            tags = {user.get(path.format(id=check)).headers["ETag"] for check in ids}
            assert len(tags) == 2

    @pytest.mark.parametrize("path", PICTURES)
    def test_a_photo_that_the_client_has_is_not_read(
        self, user: Client, check: str, path: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = path.format(id=check)
        etag = user.get(path).headers["ETag"]
        monkeypatch.delattr(PhotoManager, "read")
        assert user.get(path, headers={"If-None-Match": etag}).status_code == 304

    @pytest.mark.parametrize("path", PICTURES)
    def test_a_tag_opens_no_photo(
        self, user: Client, other_user: Client, check: str, path: str
    ) -> None:
        path = path.format(id=check)
        etag = user.get(path).headers["ETag"]
        answer = other_user.get(path, headers={"If-None-Match": etag})
        assert_problem(answer, 404, "not-found")

    @pytest.mark.parametrize("path", READS)
    def test_own_data_may_be_kept_by_the_own_client_and_pictures_by_nobody(
        self, user: Client, check: str, path: str
    ) -> None:
        answer = user.get(path.format(id=check))
        is_own = path not in (*PICTURES, "/model") and "heatmap" not in path
        assert answer.headers["Cache-Control"] == (OWN_DATA if is_own else "no-store")
        assert ("Authorization" in answer.headers.get("Vary", "")) is is_own

    def test_errors_and_other_methods_have_no_tag(self, user: Client, http: FlaskClient) -> None:
        assert "ETag" not in user.get("/user/checks/x").headers
        assert "ETag" not in http.get("/api/v1/user").headers
        assert user.post("/logout", headers={"If-None-Match": "*"}).status_code == 204


class TestChanges:
    def test_a_check_is_deleted_as_it_was_read(
        self, user: Client, admin: Client, check: str
    ) -> None:
        path = f"/user/checks/{check}"
        etag = user.get(path).headers["ETag"]
        ok(admin.put(f"/admin/checks/{check}/malignant"))
        answer = user.delete(f"{path}/delete", headers={"If-Match": etag})
        assert_problem(answer, 412, "precondition-failed")
        assert count(Check) == 1
        new = user.get(path).headers["ETag"]
        answer = user.delete(f"{path}/delete", headers={"If-Match": f'"other", {new}'})
        assert answer.status_code == 204
        assert count(Check) == 0

    @pytest.mark.parametrize("known", ['"other"', "other", "", "W/{etag}"])
    def test_other_tags_change_nothing(self, user: Client, check: str, known: str) -> None:
        etag = user.get(f"/user/checks/{check}").headers["ETag"]
        headers = {"If-Match": known.format(etag=etag)}
        answer = user.delete(f"/user/checks/{check}/delete", headers=headers)
        assert_problem(answer, 412, "precondition-failed")
        assert count(Check) == 1

    def test_the_upload_and_the_review_have_the_tag_of_the_check(
        self, user: Client, admin: Client
    ) -> None:
        upload = user.upload(PHOTO)
        path = f"/user/checks/{ok(upload)['id']}"
        assert user.get(path).headers["ETag"] == upload.headers["ETag"]
        review = f"/admin/checks/{ok(upload)['id']}/malignant"
        again = {"If-Match": upload.headers["ETag"]}
        first = admin.put(review, headers=again)
        assert first.status_code == 200
        assert user.get(path).headers["ETag"] == first.headers["ETag"]
        assert_problem(admin.put(review, headers=again), 412, "precondition-failed")
        again["If-Match"] = first.headers["ETag"]
        assert admin.put(review, headers=again).status_code == 200

    def test_an_account_is_deleted_as_it_was_read(self, user: Client, admin: Client) -> None:
        assert user.user
        path = f"/admin/users/{user.user.id}"
        answer = admin.delete(f"{path}/delete", headers={"If-Match": '"other"'})
        assert_problem(answer, 412, "precondition-failed")
        etag = admin.get(path).headers["ETag"]
        assert admin.delete(f"{path}/delete", headers={"If-Match": etag}).status_code == 204
        assert count(User) == 1

    def test_the_own_account_too(self, user: Client) -> None:
        answer = user.delete("/user/delete", headers={"If-Match": '"other"'})
        assert_problem(answer, 412, "precondition-failed")
        etag = user.get("/user").headers["ETag"]
        assert user.delete("/user/delete", headers={"If-Match": etag}).status_code == 204

    def test_any_tag_and_no_tag_match(self, user: Client) -> None:
        for headers in ({"If-Match": "*"}, {}):
            check = ok(user.upload(PHOTO))["id"]
            answer = user.delete(f"/user/checks/{check}/delete", headers=headers)
            assert answer.status_code == 204
