"""A real PostgreSQL for all tests, one database for each worker, built by the migrations."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text

from app import create_app, migrate_database
from cnn_model.serving.description import BUNDLED, NAME
from config import Settings, read_settings
from db import db
from services.embedded_postgres import embedded_postgres
from services.embedded_postgres.roles import SERVICE
from tests.client import Client
from tests.database import remove_all_rows
from tests.factories import make_user
from tests.keys import KEY, KEY_ID
from tests.openapi import ComparingClient
from tests.small_network import SMALL_NETWORK


@pytest.fixture(scope="session", autouse=True)
def cheap_password_hashes() -> Iterator[None]:
    """Hash passwords with less work: the tests log in more often than anyone could guess."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("utils.passwords.METHOD", "scrypt:1024:8:1")
        yield


@pytest.fixture(scope="session", autouse=True)
def answers_are_documented() -> Iterator[None]:
    """Compare every answer in all tests with the document of the API."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "test_client_class", ComparingClient)
        yield


@pytest.fixture(scope="session")
def server_url(testrun_uid: str) -> Iterator[str]:
    """One server for all workers. Its folder is not below pytest's, which is closed to others:
    PostgreSQL does not run as root, and its own user must be able to enter.
    """
    folder = Path(tempfile.gettempdir()) / f"skin-tests-{testrun_uid}"
    with embedded_postgres(folder, durable=False) as server:
        yield server.superuser_url
    if not (folder / "data" / "postmaster.pid").exists():
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def database_url(server_url: str, worker_id: str) -> Iterator[str]:
    """An empty database of this worker's own."""
    name = f"test_{worker_id}"
    engine = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name} OWNER {SERVICE}"))
        url = engine.url.set(database=name, username=SERVICE)
        yield url.render_as_string(hide_password=False)
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture(scope="session")
def session_settings(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("service")
    return read_settings(
        {
            "APP_ENV": "testing",
            "DATABASE_URL": database_url,
            "DATA_DIR": str(folder / "data"),
            "TEMP_DIR": str(folder / "temp"),
            "JWT_KEYS": f"{KEY_ID}:{KEY}",
            "S3_BUCKET": "",
            "RATE_LIMITS_ENABLED": "false",
            "NETWORK_FILE": str(SMALL_NETWORK),
        }
    )


@pytest.fixture(scope="session")
def migrated_app(session_settings: Settings) -> Flask:
    app = create_app(session_settings)
    migrate_database(app)
    return app


@pytest.fixture
def settings(
    request: pytest.FixtureRequest, session_settings: Settings, migrated_app: Flask
) -> Iterator[Settings]:
    """Those of the service under test, whose data are removed after the test.

    Tests marked `model` have the bundled network.
    """
    if request.node.get_closest_marker("model"):
        yield replace(session_settings, network_file=BUNDLED / f"{NAME}.tflite")
    else:
        yield session_settings
    # Here, because a test may make applications of its own.
    remove_all_rows(migrated_app)
    # They keep their connections until they are collected, and the server has a hundred.
    for application, engines in list(db._app_engines.items()):
        if application is not migrated_app:
            for engine in engines.values():
                engine.dispose()
    for folder in (session_settings.temp_dir, session_settings.data_dir / "photos"):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def app(migrated_app: Flask, session_settings: Settings, settings: Settings) -> Iterator[Flask]:
    """The application on an empty database, inside an application context."""
    app = migrated_app if settings is session_settings else create_app(settings)
    with app.app_context():
        yield app
        db.session.remove()


@pytest.fixture
def http(app: Flask) -> FlaskClient:
    """Plain requests."""
    return app.test_client()


@pytest.fixture
def user(app: Flask) -> Client:
    """Requests of a person who is logged in."""
    return Client(app, make_user())


@pytest.fixture
def other_user(app: Flask) -> Client:
    return Client(app, make_user())
