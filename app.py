"""The application factory. `python app.py` serves the application for development."""

import atexit
import dataclasses
import sys
from contextlib import ExitStack

from flask import Flask
from flask_migrate import Migrate, upgrade
from werkzeug.middleware.proxy_fix import ProxyFix

from commands import register_commands
from config import PROJECT, Settings, SettingsError, read_settings
from constants import MAX_BATCH_BYTES
from db import DatabaseTooNewError, db, require_known_schema
from managers import build_managers
from resources.routes import register_routes
from services.embedded_postgres import (
    EmbeddedPostgresError,
    PostgresServer,
    embedded_postgres,
)
from services.photo_storage import patient_photo_storage, photo_storage
from utils.logs import configure_logging


def create_app(settings: Settings | None = None, postgres: PostgresServer | None = None) -> Flask:
    """Return the application. Without `settings`, it has the settings of the environment.

    `postgres` is the embedded database if the settings name it. The calling process configures
    logging. Raise SettingsError, EmbeddedPostgresError.
    """
    settings = _with_database(settings or read_settings())
    app = Flask(__name__, static_folder=None, template_folder="resources/templates")
    app.config.update(
        TESTING=settings.testing,
        MAX_CONTENT_LENGTH=MAX_BATCH_BYTES,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(settings),
    )
    if settings.allowed_hosts:
        app.config["TRUSTED_HOSTS"] = list(settings.allowed_hosts)
    if count := settings.trusted_proxies:
        proxies = ProxyFix(app.wsgi_app, x_for=count, x_proto=count)
        app.wsgi_app = proxies  # type: ignore[method-assign]
    db.init_app(app)
    Migrate(app, db, directory=str(PROJECT / "migrations"))
    storages = photo_storage(settings), patient_photo_storage(settings)
    app.extensions["managers"] = build_managers(settings, postgres, *storages)
    register_routes(app, settings.cors_origins)
    register_commands(app)
    return app


def _with_database(settings: Settings) -> Settings:
    """Return the settings with a database; if they name none, start the embedded one.

    The embedded database is stopped when the process ends.
    """
    if settings.database_url:
        return settings
    stack = ExitStack()
    server = stack.enter_context(embedded_postgres(settings.data_dir / "postgres"))
    atexit.register(stack.close)
    return dataclasses.replace(settings, database_url=server.url)


def _engine_options(settings: Settings) -> dict[str, object]:
    """Return the options of SQLAlchemy's engine."""
    return {
        "pool_pre_ping": True,
        # One connection for each thread, and one for the housekeeping.
        "pool_size": settings.threads + 1,
        "pool_timeout": 10,
        "connect_args": {
            "connect_timeout": 5,
            # Milliseconds. A statement must not block a request for ever.
            "options": "-c statement_timeout=30000 -c lock_timeout=10000 -c timezone=UTC",
        },
    }


def migrate_database(app: Flask) -> None:
    """Migrate the database to the newest schema. Raise DatabaseTooNewError."""
    with app.app_context():
        require_known_schema(PROJECT / "migrations")
        upgrade()


def main() -> None:
    """Migrate the database and serve for development."""
    try:
        settings = read_settings()
        configure_logging(settings.log_level, as_json=settings.json_logs)
        app = create_app(settings)
        migrate_database(app)
    except (SettingsError, EmbeddedPostgresError, DatabaseTooNewError) as error:
        sys.exit(str(error))
    app.run(settings.host, settings.port)


if __name__ == "__main__":
    main()
