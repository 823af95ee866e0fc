# migration FOLDER ID [DOWN_REVISION [BRANCH_LABELS [DEPENDS_ON [MARK]]]]: writes a migration whose upgrade leaves
# a mark, its id if none is named; a merge revision does nothing.
migration() {
    up="op.execute(\"insert into ran values ('${6:-$2}')\")"
    down="op.execute(\"delete from ran where id = '${6:-$2}'\")"
    case ${3-} in *,*) up=pass down=pass ;; esac
    cat >"$1/$2_add_$2.py" <<END
from alembic import op

revision = "$2"
down_revision = ${3:-None}
branch_labels = ${4:-None}
depends_on = ${5:-None}


def upgrade():
    $up


def downgrade():
    $down
END
}
