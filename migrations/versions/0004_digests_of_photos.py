"""length and digest of each stored photo, to tell whether what comes back is what was kept

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Old photos are only known to the storage: `flask photos verify` fills these in.
    op.add_column("checks", sa.Column("photo_size", sa.Integer(), nullable=True))
    op.add_column("checks", sa.Column("photo_sha256", sa.LargeBinary(length=32), nullable=True))


def downgrade() -> None:
    op.drop_column("checks", "photo_sha256")
    op.drop_column("checks", "photo_size")
