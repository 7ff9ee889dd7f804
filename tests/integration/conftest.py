"""Services in other conditions: with limits, with more than one network, without a storage."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from limits import parse_many

from app import create_app
from config import Settings
from managers.rate_limit import Limit
from services.photo_storage import LocalPhotoStorage, StorageUnavailableError
from tests.client import Client
from tests.factories import make_user
from tests.networks import ALL_MALIGNANT, make_network
from tests.rate_limits import Limited


@pytest.fixture
def networks_dir(tmp_path: Path) -> Path:
    return tmp_path / "networks"


@pytest.fixture
def start(app: Flask, settings: Settings, networks_dir: Path) -> Callable[[], Flask]:
    """Starts one more process of the service with that folder of networks."""
    return lambda: create_app(replace(settings, networks_dir=networks_dir))


@pytest.fixture
def service(start: Callable[[], Flask], settings: Settings, networks_dir: Path) -> Flask:
    """Beside its bundled network lies 9.0.0, which finds everything malignant."""
    make_network(networks_dir / "9.0.0", settings, "9.0.0", **ALL_MALIGNANT)
    return start()


@pytest.fixture
def service_user(service: Flask) -> Client:
    """Somebody who is logged in there."""
    return Client(service, make_user())


@pytest.fixture
def limited(app: Flask, settings: Settings) -> Limited:
    """Return a function that makes a service with these limits, and no others."""

    def make(**limits: str) -> Flask:
        values: dict[str, Any] = {f"rate_limit_{limit}": () for limit in Limit}
        values |= {f"rate_limit_{name}": tuple(parse_many(item)) for name, item in limits.items()}
        return create_app(replace(settings, rate_limits_enabled=True, **values))

    return make


@pytest.fixture
def outage(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The photo storage is down until the fixture is undone."""

    def fail(*_: object) -> None:
        raise StorageUnavailableError("down")

    with monkeypatch.context() as patch:
        for method in ("put", "get", "delete", "probe"):
            patch.setattr(LocalPhotoStorage, method, fail)
        yield patch
