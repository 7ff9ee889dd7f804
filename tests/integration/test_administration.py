"""What administrators do with the checks and the accounts of others."""

import logging
import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from cnn_model.data.synthetic import jpeg, skin_photo
from constants import Role, Status
from managers.errors import LastAdministratorError
from models import Check
from tests.assertions import assert_problem, ok
from tests.client import Client
from tests.factories import make_check, make_user

PHOTO = jpeg(skin_photo())
NEW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def admin(app: Flask) -> Client:
    return Client(app, make_user(role=Role.ADMIN, email="boss@example.com"))


@pytest.fixture
def doctor(app: Flask) -> Client:
    return Client(app, make_user(role=Role.DOCTOR))


def id_of(client: Client) -> str:
    assert client.user
    return str(client.user.id)


def subjects(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Whose checks were read, by the security events."""
    reads = [record for record in caplog.records if record.msg == "sensitive_read"]
    return [vars(record)["subject"] for record in reads]


class TestAllChecks:
    @pytest.fixture
    def checks(self, user: Client, other_user: Client) -> list[Check]:
        """Six checks of two people, the newest first."""
        assert user.user
        assert other_user.user
        return [
            make_check(
                user_id=(user.user, other_user.user)[index % 2].id,
                created_at=NEW - timedelta(hours=index),
                status=Status.BENIGN if index < 2 else Status.UNCLEAR,
            )
            for index in range(6)
        ]

    def ids(self, client: Client, query: str = "") -> list[str]:
        return [check["id"] for check in ok(client.get(f"/admin/checks{query}"))["checks"]]

    def test_the_newest_come_first(self, admin: Client, checks: list[Check]) -> None:
        assert self.ids(admin) == [str(check.id) for check in checks]

    def test_pages_have_every_check_once(self, admin: Client, checks: list[Check]) -> None:
        seen: list[str] = []
        page = admin.get("/admin/checks?limit=2&reviewed=false")
        for _ in range(3):
            seen += [check["id"] for check in ok(page)["checks"]]
            link = page.headers.get("Link", "")
            page = admin.get(link.removeprefix("<").removesuffix('>; rel="next"') or "/admin")
        assert link == ""
        assert seen == [str(check.id) for check in checks]

    def test_labelled_ones_leave_the_queue(self, admin: Client, checks: list[Check]) -> None:
        first, second, *others = [str(check.id) for check in checks]
        ok(admin.put(f"/admin/checks/{first}/malignant"))
        ok(admin.put(f"/admin/checks/{first}/benign"))
        ok(admin.put(f"/admin/checks/{second}/benign"))
        assert self.ids(admin, "?reviewed=false") == others
        assert self.ids(admin, "?reviewed=true") == [first, second]
        assert self.ids(admin) == [first, second, *others]

    def test_a_cursor_stays_right_while_checks_leave(
        self, admin: Client, checks: list[Check]
    ) -> None:
        page = ok(admin.get("/admin/checks?limit=3&reviewed=false"))
        for check in page["checks"]:
            ok(admin.put(f"/admin/checks/{check['id']}/unclear"))
        following = self.ids(admin, f"?limit=3&reviewed=false&cursor={page['next_cursor']}")
        assert following == [str(check.id) for check in checks[3:]]

    def test_has_the_filters_of_the_own_list(self, admin: Client, checks: list[Check]) -> None:
        assert self.ids(admin, "?status=benign") == [str(check.id) for check in checks[:2]]
        time = (NEW - timedelta(hours=3)).isoformat().replace("+00:00", "Z")
        assert self.ids(admin, f"?from={time}") == [str(check.id) for check in checks[:4]]
        assert self.ids(admin, f"?to={time}") == [str(check.id) for check in checks[4:]]

    @pytest.mark.parametrize("query", ["reviewed=yes", "reviewed=1", "reviewed=", "user=x"])
    def test_refuses_other_queries(self, admin: Client, query: str) -> None:
        assert_problem(admin.get(f"/admin/checks?{query}"), 422, "validation")

    def test_says_what_the_own_list_says_and_not_whose_it_is(
        self, user: Client, admin: Client
    ) -> None:
        check = ok(user.upload(PHOTO, {"age": 47}))
        answer = admin.get("/admin/checks")
        assert ok(answer)["checks"] == [check]
        assert answer.headers["Cache-Control"] == "no-store"
        assert id_of(user) not in answer.text
        assert "@" not in answer.text

    def test_is_logged_once_for_each_person(
        self,
        admin: Client,
        user: Client,
        other_user: Client,
        checks: list[Check],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        make_check(user_id=admin.user.id)  # type: ignore[union-attr]
        with caplog.at_level(logging.INFO):
            ok(admin.get("/admin/checks"))
        assert sorted(subjects(caplog)) == sorted([id_of(user), id_of(other_user)])


class TestOneCheck:
    def test_an_administrator_reads_what_is_to_be_labelled(
        self, admin: Client, user: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        upload = user.upload(PHOTO)
        check = ok(upload)
        with caplog.at_level(logging.INFO):
            answer = admin.get(f"/user/checks/{check['id']}")
            photo, heatmap = admin.get(check["photo_url"]), admin.get(check["heatmap_url"])
        assert ok(answer) == check
        assert (photo.mimetype, heatmap.mimetype) == ("image/jpeg", "image/png")
        assert subjects(caplog) == [id_of(user)] * 3
        for each in (answer, photo, heatmap):
            assert each.headers["Cache-Control"] == "no-store"
        labelled = admin.put(
            f"/admin/checks/{check['id']}/benign", headers={"If-Match": answer.headers["ETag"]}
        )
        assert ok(labelled)["review"]["status"] == "benign"

    def test_the_own_one_may_be_kept_and_is_not_logged(
        self, admin: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        check = ok(admin.upload(PHOTO))
        with caplog.at_level(logging.INFO):
            answer = admin.get(f"/user/checks/{check['id']}")
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert subjects(caplog) == []

    def test_nobody_else_deletes_it(self, admin: Client, user: Client) -> None:
        check = ok(user.upload(PHOTO))
        assert admin.delete(f"/user/checks/{check['id']}").status_code == 404
        assert ok(user.get(f"/user/checks/{check['id']}")) == check


class TestRoles:
    def change(self, client: Client, person: str, role: Any, **options: Any) -> Any:
        return client.patch(f"/admin/users/{person}", {"role": role}, **options)

    def test_a_role_is_given_at_once(
        self, app: Flask, admin: Client, user: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.INFO):
            changed = ok(self.change(admin, id_of(user), "admin"))
        assert changed == ok(admin.get(f"/admin/users/{id_of(user)}"))
        assert changed["role"] == "admin"
        [event] = [line for line in caplog.records if line.msg == "privilege_permissions_changed"]
        assert vars(event)["subject"] == id_of(user)
        assert vars(event)["reason"] == "admin"
        # The old login has ended; a new one has the new rights.
        assert user.get("/user").status_code == 401
        assert user.user
        assert Client(app, user.user).get("/admin/users").status_code == 200

    def test_and_taken_at_once(self, app: Flask, admin: Client) -> None:
        other = make_user(role=Role.ADMIN)
        client = Client(app, other)
        assert client.get("/admin/checks").status_code == 200
        ok(self.change(admin, str(other.id), "user"))
        assert client.get("/admin/checks").status_code == 401
        assert Client(app, other).get("/admin/checks").status_code == 403

    @pytest.mark.parametrize("role", ["user", "doctor"])
    def test_the_last_administrator_stays(self, admin: Client, role: str) -> None:
        answer = self.change(admin, id_of(admin), role)
        assert_problem(answer, 409, "last-administrator")
        assert ok(admin.get("/user"))["role"] == "admin"

    def test_one_of_two_can_leave(self, app: Flask, admin: Client) -> None:
        other = make_user(role=Role.ADMIN)
        ok(self.change(admin, id_of(admin), "user"))
        assert_problem(
            self.change(Client(app, other), str(other.id), "user"), 409, "last-administrator"
        )

    def test_the_last_one_can_be_made_one_again(self, app: Flask, admin: Client) -> None:
        assert ok(self.change(admin, id_of(admin), "admin"))["role"] == "admin"

    @pytest.mark.parametrize("_", range(5))
    def test_of_two_who_depose_each_other_one_stays(self, app: Flask, _: int) -> None:
        users, barrier = app.extensions["managers"].users, threading.Barrier(2)
        pair = [make_user(role=Role.ADMIN).id for _ in range(2)]
        refused: list[Exception] = []

        def depose(user_id: UUID) -> None:
            with app.app_context():
                barrier.wait()
                try:
                    users.set_role(user_id, Role.USER)
                except LastAdministratorError as error:
                    refused.append(error)

        threads = [threading.Thread(target=depose, args=[user_id]) for user_id in pair]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(refused) == 1
        assert sorted(users.get(user_id).role for user_id in pair) == ["admin", "user"]

    def test_the_command_has_the_same_rule(self, app: Flask, admin: Client) -> None:
        arguments = ["users", "set-role", "boss@example.com", "user"]
        result = app.test_cli_runner().invoke(args=arguments)
        assert result.exit_code == 1
        assert "last administrator" in result.output
        assert ok(admin.get("/user"))["role"] == "admin"

    def test_only_as_it_was_read(self, admin: Client, user: Client) -> None:
        path = f"/admin/users/{id_of(user)}"
        etag = admin.get(path).headers["ETag"]
        first = self.change(admin, id_of(user), "doctor", headers={"If-Match": etag})
        assert ok(first)["role"] == "doctor"
        assert admin.get(path).headers["ETag"] == first.headers["ETag"] != etag
        again = self.change(admin, id_of(user), "admin", headers={"If-Match": etag})
        assert_problem(again, 412, "precondition-failed")
        assert ok(admin.get(path))["role"] == "doctor"

    @pytest.mark.parametrize("body", [{}, {"role": "boss"}, {"role": None}, {"email": "a@b.de"}])
    def test_refuses_other_changes(self, admin: Client, user: Client, body: Any) -> None:
        answer = admin.patch(f"/admin/users/{id_of(user)}", body)
        assert_problem(answer, 422, "validation")
        assert ok(user.get("/user"))["role"] == "user"

    def test_of_nobody(self, admin: Client) -> None:
        assert_problem(self.change(admin, str(uuid4()), "doctor"), 404, "not-found")

    def test_others_change_no_roles(self, user: Client, doctor: Client) -> None:
        for client in (user, doctor):
            answer = self.change(client, id_of(client), "admin")
            assert_problem(answer, 403, "forbidden")
