# alembic-guard: allow(long-id)
PARENT = 'a'
revision = u'b' r'c'
down_revision = PARENT
depends_on = ['x'] + [u'y']
depends_on += ['z']
down_revisions = f'{revision!r:>{9}}'
