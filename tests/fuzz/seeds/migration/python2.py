revision = 'a'
down_revision = None
def upgrade():
    print 'x'
    exec 'y' in z
    raise A, 'b'
