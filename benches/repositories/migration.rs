//! The text of migrations, as Alembic writes them.

/// Returns the path of a migration in its environment's folder.
pub(crate) fn path(environment: &str, number: usize) -> String {
    format!("{environment}versions/{}_change_{number}.py", revision(number))
}

/// Spreads numbers over twelve hexadecimal digits, like Alembic's own revision ids.
pub(crate) fn revision(number: usize) -> String {
    let spread = (number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    format!("{:012x}", spread >> 16)
}

/// Returns the text of a migration on these parents.
pub(crate) fn text(number: usize, parents: &[usize]) -> String {
    match parents {
        [] | [_] => change(number, parents.first().copied()),
        _ => merge(number, parents),
    }
}

/// About a kilobyte, as from `alembic revision --autogenerate`.
fn change(number: usize, parent: Option<usize>) -> String {
    let parent = parent.map(revision);
    let revises = parent.clone().unwrap_or_default();
    let parent = parent.map_or("None".to_owned(), |parent| format!("'{parent}'"));
    let header = header(number, &revises, &parent);
    format!(
        "{header}
def upgrade() -> None:
    op.create_table(
        'table_{number}',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(length=255), nullable=False),
        sa.Column('created_at', sa.DateTime(), server_default=sa.text('now()'), nullable=True),
        sa.ForeignKeyConstraint(['id'], ['account.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id'),
    )
    op.create_index(op.f('ix_table_{number}_name'), 'table_{number}', ['name'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_table_{number}_name'), table_name='table_{number}')
    op.drop_table('table_{number}')
"
    )
}

/// As from `alembic merge`.
fn merge(number: usize, parents: &[usize]) -> String {
    let parents: Vec<String> = parents.iter().map(|&parent| revision(parent)).collect();
    let tuple = format!("('{}')", parents.join("', '"));
    let header = header(number, &parents.join(", "), &tuple);
    format!(
        "{header}
def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
"
    )
}

fn header(number: usize, revises: &str, down_revision: &str) -> String {
    let revision = revision(number);
    format!(
        r#""""change {number}

Revision ID: {revision}
Revises: {revises}
Create Date: 2023-04-05 06:07:08.123456

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision: str = '{revision}'
down_revision: Union[str, Sequence[str], None] = {down_revision}
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None

"#
    )
}
