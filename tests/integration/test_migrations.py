"""The migrations build what the models say."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade

from db import Base, db


def test_build_the_models(app: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_go_down_and_up_again(app: Flask) -> None:
    db.session.remove()
    downgrade(revision="base")
    upgrade()
    test_build_the_models(app)


def test_have_one_head() -> None:
    folder = Path(__file__).parents[2] / "migrations"
    assert len(ScriptDirectory(str(folder)).get_heads()) == 1
