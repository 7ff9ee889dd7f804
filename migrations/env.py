"""Runs the migrations, one process at a time."""

from alembic import context
from flask import current_app
from sqlalchemy import text

import models  # noqa: F401  (registers the tables)
from db import Base

# Any number will do, as long as it stays the same.
MIGRATION_LOCK = 7_463_218_905


def run() -> None:
    """Under an advisory lock, so that machines that start together do not collide; and without
    waiting long for a table, because everything else would wait behind the migration.
    """
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("SET lock_timeout = '10s'"))
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        connection.commit()
        try:
            context.configure(
                connection=connection, target_metadata=Base.metadata, compare_type=True
            )
            with context.begin_transaction():
                context.run_migrations()
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
            connection.commit()


run()
