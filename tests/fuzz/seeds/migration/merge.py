"""merge a and b

Revision ID: c
Revises: a, b
"""
revision = "c"
down_revision = ("a", 'b')
branch_labels = ["x"]
depends_on = {"d"}


def upgrade():
    pass


def downgrade():
    op.execute("select 1")
