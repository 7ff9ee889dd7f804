"""sessions: families of tokens with a device, a time of login and a selector of their own

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BEFORE, AFTER = "token_families", "sessions"
CONSTRAINTS = ("pk_{}", "fk_{}_user_id_users")
INDEXES = ("ix_{}_expires_at", "ix_{}_user_id")


def _rename(before: str, after: str) -> None:
    op.rename_table(before, after)
    for name in CONSTRAINTS:
        old, new = name.format(before), name.format(after)
        op.execute(f"ALTER TABLE {after} RENAME CONSTRAINT {old} TO {new}")
    for name in INDEXES:
        op.execute(f"ALTER INDEX {name.format(before)} RENAME TO {name.format(after)}")


def upgrade() -> None:
    _rename(BEFORE, AFTER)
    op.alter_column(AFTER, "rotated_at", new_column_name="last_used_at")
    op.add_column(AFTER, sa.Column("device", sa.String(length=200), nullable=True))
    op.add_column(AFTER, sa.Column("selector", sa.Uuid(), nullable=True))
    op.add_column(AFTER, sa.Column("created_at", sa.DateTime(timezone=True), nullable=True))
    # The refresh tokens of these logins have the id as their selector, and stay valid.
    op.execute(f"UPDATE {AFTER} SET selector = id, created_at = last_used_at")  # noqa: S608
    for column in ("selector", "created_at"):
        op.alter_column(AFTER, column, nullable=False)
    op.create_unique_constraint(op.f("uq_sessions_selector"), AFTER, ["selector"])


def downgrade() -> None:
    # A refresh token is found by the id again: those of newer logins are lost.
    op.execute(f"DELETE FROM {AFTER} WHERE selector <> id")  # noqa: S608
    op.drop_constraint(op.f("uq_sessions_selector"), AFTER)
    for column in ("created_at", "selector", "device"):
        op.drop_column(AFTER, column)
    op.alter_column(AFTER, "last_used_at", new_column_name="rotated_at")
    _rename(AFTER, BEFORE)
