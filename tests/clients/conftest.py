"""A service on a real port, and clients of it."""

from collections.abc import Iterator
from typing import cast
from urllib.parse import urlsplit

import pytest
from flask import Flask

from skin_cancer_client import Client
from tests.breaking_proxy import BreakingProxy
from tests.factories import PASSWORD
from tests.python_clients import EMAIL, QUICK, MakeClient, blocking_clients
from tests.serving import serving


@pytest.fixture
def url(app: Flask) -> Iterator[str]:
    with serving(app) as address:
        yield address


@pytest.fixture
def proxy(url: str) -> Iterator[BreakingProxy]:
    with BreakingProxy(cast(int, urlsplit(url).port)) as made:
        yield made


@pytest.fixture(params=["Client", "AsyncClient"])
def make_client(request: pytest.FixtureRequest) -> Iterator[MakeClient]:
    """Yield a function that makes a client: each test runs with both."""
    with blocking_clients(request.param) as make:

        def made(url: str, email: str | None = EMAIL, **options: object) -> Client:
            password = PASSWORD if email else None
            return make(url, email, **{"password": password, "retries": QUICK, **options})

        yield made


@pytest.fixture
def client(url: str, make_client: MakeClient) -> Client:
    """Return the client of a person who has an account."""
    made = make_client(url)
    made.register()
    return made
