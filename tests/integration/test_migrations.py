"""The migrations build what the models say."""

import json
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, text

from constants import Modality
from db import Base, db, unit_of_work
from models import Check, LoginSession
from tests.client import Client
from tests.database import only

OLD_CHECK = """
    WITH owner AS (
        INSERT INTO users (id, email, password_hash, role, created_at)
        VALUES (gen_random_uuid(), 'old@example.com', '', 'user', now()) RETURNING id
    )
    INSERT INTO checks (
        id, user_id, created_at, status, probability, interval_low, interval_high,
        premalignant_probability, probabilities, activation_map, quality, model_name,
        model_version, photo_key, photo_state, upload_sha256
    )
    SELECT gen_random_uuid(), id, now(), 'benign', 0, 0, 0, 0, '{}', '[]', '{}', '', '1.0.0', '',
           'stored', ''
    FROM owner
"""


def test_build_the_models(app: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_go_down_and_up_again(app: Flask) -> None:
    db.session.remove()
    downgrade(revision="base")
    upgrade()
    test_build_the_models(app)


def test_an_old_check_gets_sane_values(app: Flask) -> None:
    db.session.remove()
    downgrade(revision="0001")
    with db.engine.begin() as connection:
        connection.execute(text(OLD_CHECK))
    upgrade()
    with unit_of_work() as session:
        check = session.scalars(select(Check)).one()
    assert check.context == {"age": None, "sex": None, "body_site": None}
    assert (check.modality, check.predictive_values) == (None, None)
    assert check.context_used == check.conformal_set == []
    assert check.region is check.outline is None
    assert check.named_region is None


def test_the_terms_of_stored_checks_are_renamed_and_back(app: Flask) -> None:
    db.session.remove()
    downgrade(revision="0001")
    with db.engine.begin() as connection:
        connection.execute(text(OLD_CHECK))
    upgrade(revision="0004")
    before = ("dermoscopy", {"measured": {"glare": 0.1, "sharpness": 0.5}, "warnings": ["dark"]})
    with db.engine.begin() as connection:
        connection.execute(
            text("UPDATE checks SET kind = :kind, quality = CAST(:quality AS jsonb)"),
            {"kind": before[0], "quality": json.dumps(before[1])},
        )
    upgrade()
    with unit_of_work() as session:
        check = session.scalars(select(Check)).one()
    assert check.modality is Modality.DERMOSCOPIC
    measured = {"glare_fraction": 0.1, "sharpness": 0.5}
    assert check.quality == {"measured": measured, "issues": ["dark"]}
    db.session.remove()
    downgrade(revision="0004")
    with db.engine.connect() as connection:
        row = connection.execute(text("SELECT kind, quality FROM checks")).one()
    assert tuple(row) == before
    upgrade()


def test_people_stay_logged_in(app: Flask, user: Client) -> None:
    """A refresh token from before sessions had a selector is found by the id of the login."""
    session_id = only(LoginSession).id
    db.session.remove()
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE sessions SET selector = id"))
    downgrade(revision="0006")
    upgrade()
    session = only(LoginSession)
    assert (session.id, session.selector) == (session_id, session_id)
    assert session.created_at == session.last_used_at
    assert user.get("/user").status_code == 200


def test_have_one_head() -> None:
    folder = Path(__file__).parents[2] / "migrations"
    assert len(ScriptDirectory(str(folder)).get_heads()) == 1
