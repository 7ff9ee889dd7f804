"""where the lesion is in the photo, and its outline

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Of older checks neither is known.
    for name in ("region", "named_region", "outline"):
        op.add_column("checks", sa.Column(name, postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    for name in ("outline", "named_region", "region"):
        op.drop_column("checks", name)
