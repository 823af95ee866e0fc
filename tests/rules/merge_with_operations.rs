//! `merge-with-operations`.

use snapbox::str;

use crate::rules::Examples;
use crate::rules::judge::{is_silent, says};

pub(crate) const EXAMPLES: Examples = Examples {
    rule: "merge-with-operations",
    fires: "\
before: a b(a) c(a)
change versions/m.py:
    revision = \"m\"
    down_revision = (\"b\", \"c\")

    def upgrade():
        \"\"\"Join.\"\"\"
        op.drop_table(\"x\")

    def downgrade():
        pass",
    silent: "\
before: a b(a) c(a)
change versions/m.py:
    revision = \"m\"
    down_revision = (\"b\", \"c\")

    def upgrade():
        \"\"\"Join.\"\"\"

    def downgrade():
        pass",
};

#[test]
fn a_merge_that_drops_a_table() {
    says(
        EXAMPLES.fires,
        str![[r#"
warn merge-with-operations versions/m.py:6:5 op.drop_table("x")
  merge revision `m` contains operations
  ^ not a plain merge
  > move the operations to a new migration on top of the merge

"#]],
    );
}

#[test]
fn a_migration_with_one_parent() {
    is_silent(
        "\
before: a
change versions/b.py:
    revision = \"b\"
    down_revision = \"a\"

    def upgrade():
        op.drop_table(\"x\")",
    );
}

#[test]
fn a_merge_that_was_there_before() {
    is_silent(
        "\
before: a b(a) c(a)
before versions/m.py:
    revision = \"m\"
    down_revision = (\"b\", \"c\")

    def upgrade():
        op.drop_table(\"x\")
change: d(m)",
    );
}
