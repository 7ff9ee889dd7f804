"""A PostgreSQL server for installations that name none."""

from services.embedded_postgres.server import EmbeddedPostgresError, embedded_postgres

__all__ = ["EmbeddedPostgresError", "embedded_postgres"]
