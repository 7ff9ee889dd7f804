"""Services with more than one network."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from config import Settings
from tests.client import Client
from tests.factories import make_user
from tests.networks import ALL_MALIGNANT, make_network


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
