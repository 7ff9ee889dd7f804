"""an index for the pages of all checks

Revision ID: 0010
Revises: 0009
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_checks_created_at_id", "checks", ["created_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_checks_created_at_id", "checks")
