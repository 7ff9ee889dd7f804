"""One service and one browser for all tests of the web client."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.service import PROJECT, Service, on_new_data
from tests.web_client import PASSWORD, WebClient, camera_film, chromium, launch, visit

ADMINISTRATOR = "administrator@example.com"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = pytest.mark.skip(reason="There is no browser at /usr/bin/chromium or CHROMIUM_PATH")
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)
            if chromium() is None:
                item.add_marker(missing)


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    for service in on_new_data():
        service.start(WORKERS="1", RATE_LIMITS_ENABLED="false")
        service.wait_until_ready()
        yield service


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright, camera_film(tmp_path_factory.mktemp("film")))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def administrator(service: Service) -> str:
    """Return the address of an administrator, whose password is PASSWORD."""
    command = [sys.executable, "-m", "flask", "users", "create-admin"]
    options = ["--email", ADMINISTRATOR, "--password", PASSWORD]
    environment = {**os.environ, "DATA_DIR": str(service.folder)}
    subprocess.run([*command, *options], cwd=PROJECT, env=environment, check=True)
    return ADMINISTRATOR


@pytest.fixture(params=["phone", "desktop"])
def anybody(
    request: pytest.FixtureRequest, browser: Browser, service: Service
) -> Iterator[WebClient]:
    """A new person, on a phone and at a desk."""
    with visit(browser, service, request.param) as client:
        yield client


@pytest.fixture
def person(browser: Browser, service: Service) -> Iterator[WebClient]:
    """A person on a phone who has an account and is logged in."""
    with visit(browser, service, "phone") as client:
        client.enter()
        yield client
