# A shared repository whose main is a, b(a), and three clones of it with the guard's hooks. To be run in
# an empty folder; git's own settings and `alembic-guard` on PATH are the caller's.
set -e
. "$(dirname "$0")/migration.sh"
git init -q --bare -b main origin.git
git -C origin.git config receive.autogc false
git init -q -b main ann
cd ann
mkdir -p migrations/versions
cat >alembic.ini <<'END'
[alembic]
script_location = %(here)s/migrations
file_template = %%(rev)s_%%(slug)s
END
cat >migrations/env.py <<'END'
from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
END
cat >migrations/script.py.mako <<'END'
"""${message}

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
"""
from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade():
    ${upgrades if upgrades else "pass"}


def downgrade():
    ${downgrades if downgrades else "pass"}
END
git add -A
git commit -q -m Alembic
for parent in '' '"a"'; do
    id=${parent:+b}
    migration migrations/versions ${id:-a} "$parent"
    git add -A
    git commit -q -m ${id:-a}
done
git push -q ../origin.git main
cd ..
rm -rf ann
for name in ann ben cem; do
    git clone -q origin.git $name
    git -C $name remote set-url origin ../origin.git
    git -C $name config maintenance.auto false
    # A hook of the team's own, which keeps what git tells.
    printf '#!/bin/sh\ncat >.git/told\n' >$name/.git/hooks/pre-push
    chmod +x $name/.git/hooks/pre-push
    (cd $name && alembic-guard hook install)
done
# All objects there are, for who judges: he adds none to theirs.
git init -q --bare -b main referee.git
for name in origin.git ann/.git ben/.git cem/.git; do
    echo ../../$name/objects
done >referee.git/objects/info/alternates
