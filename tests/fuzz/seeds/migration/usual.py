"""add a table

Revision ID: 1b2c
Revises: 0a1b
Create Date: 2024-01-31 10:00:00

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision: str = "1b2c"
down_revision: Union[str, None] = "0a1b"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.create_table("t", sa.Column("id", sa.Integer(), nullable=False))


def downgrade() -> None:
    op.drop_table("t")
