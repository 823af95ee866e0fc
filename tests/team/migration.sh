# migration FOLDER ID [DOWN_REVISION [BRANCH_LABELS [DEPENDS_ON]]]: writes a migration whose upgrade tells that it
# ran; a merge revision does nothing.
migration() {
    up="op.execute(\"insert into ran values ('$2')\")"
    down="op.execute(\"delete from ran where id = '$2'\")"
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
