"""Batches of the Python clients: each test runs with `Client` and with `AsyncClient`."""

import io
from pathlib import Path

import pytest
from flask import Flask

import skin_cancer_client as package
from cnn_model.data.synthetic import jpeg, skin_photo
from config import Settings
from models import Check
from skin_cancer_client import Client, Retries
from tests.breaking_proxy import Break, BreakingProxy
from tests.clients.test_python_client import DARK, with_upload_limit
from tests.database import count
from tests.factories import make_user
from tests.python_clients import EMAIL, MakeClient
from tests.serving import serving

PHOTOS = [jpeg(skin_photo(seed=seed)) for seed in range(3)]


def test_each_photo_has_an_outcome(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "mole.jpg"
    path.write_bytes(PHOTOS[0])
    seen: list[tuple[int, int]] = []
    photos: list[package.PhotoSource] = [path, DARK, io.BytesIO(PHOTOS[1]), b"no photo"]
    outcomes = client.upload_batch(
        photos, age=71, body_site="nose", progress=lambda sent, total: seen.append((sent, total))
    )
    assert [outcome.index for outcome in outcomes] == [0, 1, 2, 3]
    assert [outcome.status for outcome in outcomes] == [201, 422, 201, 422]
    first, dark, second, broken = outcomes
    assert first.check
    assert second.check
    assert (first.check.context.age, second.check.context.body_site) == (71, "nose")
    assert {check.id for check in client.checks()} == {first.check.id, second.check.id}
    assert dark.problem
    assert dark.problem.reasons == ("dark",)
    assert broken.problem
    assert broken.problem.type == "/problems/photo-unreadable"
    assert seen[-1][0] == seen[-1][1] > len(PHOTOS[0]) + len(PHOTOS[1])


def test_a_key_of_ones_own_finds_the_checks_again(client: Client) -> None:
    first = client.upload_batch(PHOTOS, idempotency_key="three")
    assert client.upload_batch(PHOTOS, idempotency_key="three") == first
    assert client.upload(PHOTOS[2], idempotency_key="three/2") == first[2].check
    assert count(Check) == 3


def test_nothing_is_sent_if_a_photo_cannot_be_read(client: Client, tmp_path: Path) -> None:
    with pytest.raises(package.PhotoFileError):
        client.upload_batch([PHOTOS[0], tmp_path / "nothing.jpg"])
    assert count(Check) == 0


def test_too_many_photos(client: Client) -> None:
    with pytest.raises(package.InvalidRequestError):
        client.upload_batch([PHOTOS[0]] * 21)


@pytest.mark.parametrize("broken", Break)
def test_a_broken_connection_makes_no_more_checks(
    proxy: BreakingProxy, make_client: MakeClient, broken: Break
) -> None:
    make_user(email=EMAIL)
    client = make_client(proxy.url)
    client.login()
    proxy.breaks.append(broken)
    outcomes = client.upload_batch(PHOTOS)
    assert all(outcome.check for outcome in outcomes)
    assert count(Check) == 3


def test_photos_beyond_a_limit_are_sent_again(
    settings: Settings, app: Flask, make_client: MakeClient
) -> None:
    make_user(email=EMAIL)
    with serving(with_upload_limit(settings, "2 per 1 second")) as url:
        outcomes = make_client(url).upload_batch(PHOTOS)
    assert [outcome.status for outcome in outcomes] == [201, 201, 201]
    assert count(Check) == 3


def test_a_limit_that_ends_later_is_an_outcome(
    settings: Settings, app: Flask, make_client: MakeClient
) -> None:
    make_user(email=EMAIL)
    with serving(with_upload_limit(settings, "2 per 1 day")) as url:
        *assessed, last = make_client(url).upload_batch(PHOTOS)
        assert all(outcome.check for outcome in assessed)
        assert (last.status, last.check) == (429, None)
        assert (last.retry_after or 0) > 1000


def test_no_retries_are_wanted(settings: Settings, app: Flask, make_client: MakeClient) -> None:
    make_user(email=EMAIL)
    with serving(with_upload_limit(settings, "2 per 5 second")) as url:
        client = make_client(url, retries=Retries(attempts=1))
        assert [outcome.status for outcome in client.upload_batch(PHOTOS)] == [201, 201, 429]
