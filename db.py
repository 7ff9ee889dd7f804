"""SQLAlchemy with one typed base class, and the unit of work."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import MetaData
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import DeclarativeBase, Session

from utils.errors import ServiceError


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(
    model_class=Base, disable_autonaming=True, session_options={"expire_on_commit": False}
)


class DatabaseUnavailableError(ServiceError):
    """The database is unreachable, or failed. It is unknown whether a commit was made."""

    def __init__(self) -> None:
        super().__init__("The database is unreachable. Try again later.")


class DatabaseTooNewError(ServiceError):
    """The schema is from a newer version of the service."""


def require_known_schema(migrations: Path) -> None:
    """Check that the folder of migrations has the schema of the database, if there is one.

    Raise DatabaseTooNewError, SQLAlchemyError.
    """
    known = {script.revision for script in ScriptDirectory(str(migrations)).walk_revisions()}
    with db.engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_heads()
    if unknown := set(found) - known:
        raise DatabaseTooNewError(
            f"The database is from a newer version of the service (schema {', '.join(unknown)}). "
            "Update the service, or restore a backup from before that version."
        )


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """Yield a session; work that was not committed is rolled back.

    Raise DatabaseUnavailableError.
    """
    session = db.session()
    try:
        yield session
    except (OperationalError, InterfaceError, PoolTimeoutError) as error:
        raise DatabaseUnavailableError from error
    finally:
        # This returns the connection and detaches the loaded rows: no connection is held while a
        # photo is decoded, assessed or stored.
        session.close()


def violated_constraint(error: IntegrityError) -> str | None:
    """Return the name of the violated constraint, None if the database does not report it."""
    diagnostics = getattr(error.orig, "diag", None)
    return getattr(diagnostics, "constraint_name", None)
