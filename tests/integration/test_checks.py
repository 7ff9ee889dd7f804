"""Uploading a photo, and what can be done with the check that comes of it."""

import threading
from datetime import UTC, datetime, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from flask import Flask
from PIL import Image

from cnn_model.data.synthetic import document, jpeg, skin_photo
from config import Settings
from constants import DIAGNOSES, Role, Status
from models import Check, PhotoDeletion, Review, User
from tests.assertions import ok, photos_in, waiting_in
from tests.client import API, Client
from tests.database import count
from tests.factories import make_check, make_user

PHOTO = jpeg(skin_photo())


@pytest.mark.model
def test_answers_an_upload(user: Client, settings: Settings) -> None:
    answer = user.upload(PHOTO)
    check = ok(answer)
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{API}/user/checks/{check['id']}"
    assert check["status"] in set(Status)
    assert check["result"] == f"{check['probability']:.1%}"
    low, high = check["interval"]
    assert 0 <= low <= check["probability"] <= high <= 1
    assert {d["code"] for d in check["diagnoses"]} == set(DIAGNOSES)
    assert sum(d["probability"] for d in check["diagnoses"]) == pytest.approx(1)
    by_code = {d["code"]: d["probability"] for d in check["diagnoses"]}
    assert check["probability"] == pytest.approx(sum(by_code[c] for c in ("MEL", "BCC", "SCC")))
    assert check["premalignant_probability"] == pytest.approx(by_code["AK"])
    assert set(check["advice"]) == {"level", "text", "time_frame"}
    assert set(check["model"]) == {"name", "version"}
    assert "not a medical device" in check["notice"]
    assert check["review"] is None
    assert len(photos_in(settings)) == 1
    assert waiting_in(settings) == []


def test_finds_the_check_again(user: Client) -> None:
    check = ok(user.upload(PHOTO))
    assert ok(user.get(f"/user/checks/{check['id']}")) == check
    assert ok(user.get("/user/checks"))["checks"] == [check]


def test_takes_a_file_a_data_url_and_base64_alike(user: Client) -> None:
    import pybase64

    text = pybase64.b64encode(PHOTO).decode()
    answers = [
        ok(user.upload(PHOTO)),
        ok(user.upload_file(PHOTO, "lesion.png")),
        ok(user.post("/user/checks", {"photo": f"data:image/jpeg;base64,{text}"})),
    ]
    assert len({a["probability"] for a in answers}) == 1


def test_returns_the_photo_without_metadata(user: Client) -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif[0x0112] = 6
    check = ok(user.upload(jpeg(skin_photo(size=(400, 300)), exif=exif)))
    photo = user.get(check["photo_url"])
    assert photo.mimetype == "image/jpeg"
    assert photo.headers["Cache-Control"] == "no-store"
    assert b"Secret" not in photo.data
    picture = Image.open(BytesIO(photo.data))
    assert picture.size == (300, 400)
    assert not picture.getexif()


def test_deletes_the_check_with_its_photo(user: Client, settings: Settings) -> None:
    check = ok(user.upload(PHOTO))
    assert user.delete(f"/user/checks/{check['id']}/delete").status_code == 204
    assert user.get(f"/user/checks/{check['id']}").status_code == 404
    assert user.delete(f"/user/checks/{check['id']}/delete").status_code == 404
    assert photos_in(settings) == []
    assert count(PhotoDeletion) == 0


def test_deletes_a_check_that_was_reviewed(app: Flask, user: Client) -> None:
    check = ok(user.upload(PHOTO))
    admin = Client(app, make_user(role=Role.ADMIN))
    ok(admin.put(f"/admin/checks/{check['id']}/malignant"))
    assert user.delete(f"/user/checks/{check['id']}/delete").status_code == 204
    assert count(Check) == count(Review) == 0


def test_erasing_the_person_erases_the_photos(user: Client, settings: Settings) -> None:
    ok(user.upload(PHOTO))
    assert user.delete("/user/delete").status_code == 204
    assert photos_in(settings) == []
    assert count(Check) == count(User) == 0


@pytest.mark.model
@pytest.mark.parametrize(
    ("photo", "warning"),
    [
        (skin_photo().point(lambda value: value // 4), "dark"),
        (skin_photo().point(lambda value: 130 + value // 4), "low_contrast"),
        (skin_photo().convert("L"), "no_colour"),
        (skin_photo().resize((64, 64)).resize((600, 600)), "blurred"),
    ],
)
def test_a_photo_with_quality_issues_is_never_benign(
    user: Client, photo: Image.Image, warning: str
) -> None:
    check = ok(user.upload(jpeg(photo)))
    assert warning in check["quality"]["issues"]
    assert "hard to assess" in check["description"]
    assert check["status"] != "benign"


@pytest.mark.parametrize(
    ("picture", "reason"),
    [
        pytest.param(
            Image.new("RGB", (300, 300), (200, 160, 140)), "no_lesion_in_view", id="empty"
        ),
        pytest.param(document(), "screenshot", id="document"),
        pytest.param(skin_photo().point(lambda value: value // 8), "dark", id="dark"),
    ],
)
def test_refuses_what_cannot_be_assessed_and_says_why(
    user: Client, settings: Settings, picture: Image.Image, reason: str
) -> None:
    answer = user.upload(jpeg(picture))
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["type"] == "/problems/photo-not-assessable"
    assert reason in answer.json["reasons"]


class TestOwnership:
    def test_another_persons_check_is_not_there(self, user: Client, other_user: Client) -> None:
        check = ok(user.upload(PHOTO))
        path = f"/user/checks/{check['id']}"
        for answer in (
            other_user.get(path),
            other_user.get(f"{path}/photo"),
            other_user.get(f"{path}/heatmap"),
            other_user.delete(f"{path}/delete"),
        ):
            assert answer.status_code == 404
        assert ok(other_user.get("/user/checks"))["checks"] == []
        assert user.get(path).status_code == 200

    def test_a_doctor_sees_the_pictures(self, app: Flask, user: Client) -> None:
        check = ok(user.upload(PHOTO))
        doctor = Client(app, make_user(role=Role.DOCTOR))
        assert doctor.get(check["photo_url"]).status_code == 200
        assert doctor.get(check["heatmap_url"]).status_code == 200
        assert doctor.get(f"/user/checks/{check['id']}").status_code == 404


class TestList:
    @pytest.fixture
    def ids(self, user: Client) -> list[str]:
        """Seven checks, the newest first; two share a moment."""
        assert user.user is not None
        start = datetime(2026, 1, 1, tzinfo=UTC)
        days = [6, 5, 4, 3, 3, 1, 0]
        statuses = [Status.BENIGN, Status.MALIGNANT, Status.UNCLEAR] * 3
        checks = [
            make_check(user_id=user.user.id, created_at=start + timedelta(days=d), status=s)
            for d, s in zip(days, statuses, strict=False)
        ]
        checks.sort(key=lambda c: (c.created_at, c.id), reverse=True)
        return [str(c.id) for c in checks]

    def listed(self, client: Client, query: str) -> list[str]:
        return [c["id"] for c in ok(client.get(f"/user/checks?{query}"))["checks"]]

    def test_pages_through_everything_once(self, user: Client, ids: list[str]) -> None:
        seen: list[str] = []
        query = "limit=2"
        for _ in range(10):
            page = ok(user.get(f"/user/checks?{query}"))
            seen += [c["id"] for c in page["checks"]]
            if page["next_cursor"] is None:
                break
            query = f"limit=2&cursor={page['next_cursor']}"
        assert seen == ids

    def test_a_new_check_does_not_shift_the_pages(self, user: Client, ids: list[str]) -> None:
        page = ok(user.get("/user/checks?limit=3"))
        assert user.user is not None
        make_check(user_id=user.user.id)
        assert self.listed(user, f"limit=3&cursor={page['next_cursor']}") == ids[3:6]

    def test_filters_by_status(self, user: Client, ids: list[str]) -> None:
        assert len(self.listed(user, "status=benign")) == 3
        assert len(self.listed(user, "status=malignant")) == 2

    def test_filters_by_date(self, user: Client, ids: list[str]) -> None:
        query = "from=2026-01-02T00:00:00Z&to=2026-01-06T00:00:00Z"
        assert self.listed(user, query) == ids[2:6]

    @pytest.mark.parametrize(
        "query",
        [
            "limit=0",
            "limit=101",
            "limit=x",
            "cursor=x",
            "cursor=%00",
            "cursor=é",
            "status=bad",
            "from=yesterday",
            "from=2026-01-01",
            "colour=red",
        ],
    )
    def test_refuses_wrong_queries(self, user: Client, query: str) -> None:
        answer = user.get(f"/user/checks?{query}")
        assert answer.status_code == 422
        assert answer.json is not None
        assert list(answer.json["errors"]) == [query.split("=")[0]]


class TestIdempotency:
    KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}

    def test_the_same_key_gives_the_same_check(self, user: Client, settings: Settings) -> None:
        first, second = (ok(user.upload(PHOTO, headers=self.KEY)) for _ in range(2))
        assert first == second
        assert len(photos_in(settings)) == 1

    def test_also_when_two_requests_arrive_at_once(
        self, app: Flask, user: Client, settings: Settings
    ) -> None:
        ids: list[str] = []
        barrier = threading.Barrier(4)

        def upload() -> None:
            barrier.wait()
            ids.append(ok(Client.upload(client, PHOTO, headers=self.KEY))["id"])

        client = user
        threads = [threading.Thread(target=upload) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(ids) == 4
        assert len(set(ids)) == 1
        assert count(Check) == len(photos_in(settings)) == 1
        assert waiting_in(settings) == []

    def test_another_photo_needs_another_key(self, user: Client) -> None:
        ok(user.upload(PHOTO, headers=self.KEY))
        other = user.upload(jpeg(skin_photo(seed=1)), headers=self.KEY)
        assert other.status_code == 422
        assert other.json is not None
        assert other.json["type"] == "/problems/idempotency-key-reused"

    def test_keys_of_two_people_do_not_meet(self, user: Client, other_user: Client) -> None:
        first = ok(user.upload(PHOTO, headers=self.KEY))
        second = ok(other_user.upload(PHOTO, headers=self.KEY))
        assert first["id"] != second["id"]

    @pytest.mark.parametrize("key", ["", "x" * 256, "é"])
    def test_refuses_unusable_keys(self, user: Client, key: str) -> None:
        answer = user.upload(PHOTO, headers={"Idempotency-Key": key})
        assert answer.status_code == 422


class TestReview:
    def test_an_administrator_gives_another_status(self, app: Flask, user: Client) -> None:
        check = ok(user.upload(PHOTO))
        admin = Client(app, make_user(role=Role.ADMIN))
        for status in ("malignant", "unclear", "benign"):
            reviewed = ok(admin.put(f"/admin/checks/{check['id']}/{status}"))
            assert reviewed["status"] == status
            assert reviewed["review"]["status"] == status
        seen = ok(user.get(f"/user/checks/{check['id']}"))
        assert seen["review"]["previous_status"] == "unclear"
        assert seen["probability"] == check["probability"]
        assert "miss" in seen["advice"]["text"]

    def test_there_are_no_other_statuses(self, app: Flask, user: Client) -> None:
        admin = Client(app, make_user(role=Role.ADMIN))
        assert admin.put(f"/admin/checks/{uuid4()}/harmless").status_code == 404
        assert admin.put(f"/admin/checks/{uuid4()}/benign").status_code == 404
