"""what was told about the person and the lesion, and how the answer came about

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of older checks nothing more is known: nothing was told, and the lists are empty."""
    op.add_column("checks", sa.Column("age", sa.SmallInteger(), nullable=True))
    op.add_column("checks", sa.Column("sex", sa.String(length=16), nullable=True))
    op.create_check_constraint("sex", "checks", "sex IN ('female', 'male')")
    op.add_column("checks", sa.Column("body_site", sa.String(length=32), nullable=True))
    op.add_column("checks", sa.Column("kind", sa.String(length=16), nullable=True))
    for name in ("context_used", "conformal_set"):
        op.add_column(
            "checks", sa.Column(name, postgresql.JSONB(), nullable=False, server_default="[]")
        )
        op.alter_column("checks", name, server_default=None)
    op.add_column("checks", sa.Column("predictive_values", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    for name in (
        "predictive_values",
        "conformal_set",
        "context_used",
        "kind",
        "body_site",
        "sex",
        "age",
    ):
        op.drop_column("checks", name)
