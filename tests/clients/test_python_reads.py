"""What the Python clients have read is not sent again: with `Client` and with `AsyncClient`."""

import gzip
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, Response, request, request_finished

from cnn_model.data.synthetic import jpeg, skin_photo
from constants import Status
from db import db
from models import Check
from skin_cancer_client import Client, NotFoundError
from skin_cancer_client.answers import Answers
from tests.factories import PASSWORD, make_user
from tests.python_clients import EMAIL, MakeClient

PHOTO = jpeg(skin_photo())


@pytest.fixture
def reads(app: Flask) -> Iterator[list[int]]:
    """Return a list that gets the status of each answer to a GET."""
    statuses: list[int] = []

    def listen(sender: Flask, response: Response, **_: Any) -> None:
        if request.method == "GET":
            statuses.append(response.status_code)

    with request_finished.connected_to(listen, sender=app):
        yield statuses


def test_what_has_not_changed_is_not_sent_again(client: Client, reads: list[int]) -> None:
    check = client.upload(PHOTO)

    def read() -> list[Any]:
        return [
            client.user(),
            client.check(check.id),
            list(client.checks()),
        ]

    first = read()
    assert reads == [200] * len(first)
    assert read() == first
    assert reads[len(first) :] == [304] * len(first)


def test_what_the_service_forbids_to_keep_is_not_kept(client: Client, reads: list[int]) -> None:
    check = client.upload(PHOTO)
    for _ in range(2):
        client.photo(check.id)
        client.heatmap(check.id)
        client.heatmap_values(check.id)
        client.model()
    assert reads == [200] * 8


def test_what_has_changed_is(client: Client, reads: list[int]) -> None:
    check = client.check(client.upload(PHOTO).id)
    row = db.session.get_one(Check, check.id)
    row.status = Status.MALIGNANT if check.status != "malignant" else Status.BENIGN
    db.session.commit()
    assert client.check(check.id).status == row.status
    client.delete_check(check.id)
    with pytest.raises(NotFoundError):
        client.check(check.id)
    assert reads == [200, 200, 404]


def test_a_log_out_forgets_it(url: str, make_client: MakeClient, reads: list[int]) -> None:
    make_user(email=EMAIL)
    client = make_client(url)
    client.user()
    client.logout()
    client.user()
    client.change_password(PASSWORD, "quiet zebra tulip ocean")
    client.user()
    assert reads == [200, 200, 200]


def test_little_is_kept(
    app: Flask, url: str, client: Client, reads: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []

    def listen(sender: Flask, response: Response, **_: Any) -> None:
        is_packed = response.headers.get("Content-Encoding") == "gzip"
        content = response.get_data()
        sizes.append(len(gzip.decompress(content) if is_packed else content))

    first, second = client.upload(PHOTO).id, client.upload(PHOTO).id
    with request_finished.connected_to(listen, sender=app):
        client.check(first)
    # There is room for one of the two.
    monkeypatch.setattr(Answers.__init__, "__defaults__", (sizes[0] * 3 // 2,))
    fresh = Client(url, EMAIL, PASSWORD)
    for check_id in (first, first, second, first):
        fresh.check(check_id)
    fresh.close()
    assert reads[1:] == [200, 304, 200, 200]
