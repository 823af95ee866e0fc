//! `published-migration-edited`.

use snapbox::str;

use crate::Examples;
use crate::judge::{is_silent, says};

pub(crate) const EXAMPLES: Examples = Examples {
    rule: "published-migration-edited",
    fires: "before: a\nbefore versions/b.py:\n    import sqlalchemy\n    revision = \"b\"\n    down_revision = \"a\"\n\n    def upgrade():\n        op.one()\nchange versions/b.py:\n    import sqlalchemy\n    revision = \"b\"\n    down_revision = \"a\"\n\n    def upgrade():\n        op.two()",
    silent: "before: a\nbefore versions/b.py:\n    \"\"\"add\"\"\"\n    revision = \"b\"\n    down_revision = \"a\"\n\n    def upgrade():\n        op.one(\"x\")\nchange versions/b.py:\n    # formatted\n    revision = \"b\"\n    down_revision = \"a\"\n\n    def upgrade():\n        op.one('x',)  # the x",
};

#[test]
fn another_operation() {
    says(
        EXAMPLES.fires,
        str![[r#"
warn published-migration-edited versions/b.py:6:5 op.two()
  `b` is in main already; databases that have run the old version will not run the new one
  ^ from here on it differs from main
  > leave it as it is and put the difference into a new migration
  > or, where no database can have run it, let the edit stand

"#]],
    );
}

#[test]
fn one_operation_more() {
    says(
        "\
before: a
before versions/b.py:
    import sqlalchemy
    revision = \"b\"
    down_revision = \"a\"

    def upgrade():
        op.one()
change versions/b.py:
    import sqlalchemy
    revision = \"b\"
    down_revision = \"a\"

    def upgrade():
        op.one()
        op.two()",
        str![[r#"
warn published-migration-edited versions/b.py:7:5 op.two()
  `b` is in main already; databases that have run the old version will not run the new one
  ^ from here on it differs from main
  > leave it as it is and put the difference into a new migration
  > or, where no database can have run it, let the edit stand

"#]],
    );
}

#[test]
fn one_operation_less() {
    says(
        "\
before: a
before versions/b.py:
    import sqlalchemy
    revision = \"b\"
    down_revision = \"a\"

    def upgrade():
        op.one()
        op.two()
change versions/b.py:
    import sqlalchemy
    revision = \"b\"
    down_revision = \"a\"

    def upgrade():
        op.one()",
        str![[r#"
warn published-migration-edited versions/b.py:6:5 op.one()
  `b` is in main already; databases that have run the old version will not run the new one
  ^ from here on it differs from main
  > leave it as it is and put the difference into a new migration
  > or, where no database can have run it, let the edit stand

"#]],
    );
}

#[test]
fn something_else_in_the_module() {
    says(
        "\
before: a
before versions/b.py:
    import sqlalchemy
    revision = \"b\"
    down_revision = \"a\"

    def upgrade():
        op.one()
change versions/b.py:
    import sqlalchemy
    TABLE = 1
    revision = \"b\"
    down_revision = \"a\"

    def upgrade():
        op.one()",
        str![[r#"
warn published-migration-edited versions/b.py:2:1 TABLE = 1
  `b` is in main already; databases that have run the old version will not run the new one
  ^ from here on it differs from main
  > leave it as it is and put the difference into a new migration
  > or, where no database can have run it, let the edit stand

"#]],
    );
}

#[test]
fn newer_python_than_the_other_parser_knows() {
    says(
        "\
before: a
before versions/b.py:
    import sqlalchemy
    revision = \"b\"
    down_revision = \"a\"

    def upgrade():
        op.one(f\"{\"x\"}\")
change versions/b.py:
    import sqlalchemy
    revision = \"b\"
    down_revision = \"a\"

    def upgrade():
        op.one(f\"{\"y\"}\")",
        str![[r#"
warn published-migration-edited versions/b.py:6:5 op.one(f"{"y"}")
  `b` is in main already; databases that have run the old version will not run the new one
  ^ from here on it differs from main
  > leave it as it is and put the difference into a new migration
  > or, where no database can have run it, let the edit stand

"#]],
    );
}

#[test]
fn python_2_that_is_ported() {
    is_silent(
        "\
before: a
before versions/b.py:
    import sqlalchemy
    revision = \"b\"
    down_revision = \"a\"

    def upgrade():
        print \"x\"
change versions/b.py:
    import sqlalchemy
    revision = \"b\"
    down_revision = \"a\"

    def upgrade():
        print(\"x\")",
    );
}

#[test]
fn annotations_imports_and_idle_statements_that_change_nothing() {
    is_silent(
        "\
before: a
before versions/b.py:
    \"\"\"add users\"\"\"
    from typing import Sequence, Union
    from alembic import op
    import sqlalchemy as sa
    import unused
    revision: str = \"b\"
    down_revision: Union[str, None] = \"a\"

    def upgrade() -> None:
        \"\"\"Upgrade schema.\"\"\"
        count: int = 1
        op.one(sa, count)

    def downgrade() -> None:
        \"\"\"Downgrade schema.\"\"\"
        pass

    async def helper(bind: sa.Connection, *rest: int, key: str = \"k\", **more: int) -> int:
        pass
change versions/b.py:
    from __future__ import annotations
    import sqlalchemy as sa
    from alembic import op
    revision = \"b\"
    down_revision = \"a\"

    def upgrade():
        count = 1
        late: int
        op.one(sa, count)

    def downgrade():
        \"\"\"Nothing.\"\"\"

    async def helper(bind, *rest, key=\"k\", **more):
        pass",
    );
}

#[test]
fn a_name_that_is_imported_from_elsewhere() {
    says(
        "\
before: a
before versions/b.py:
    from alembic import op
    import app.types as t
    revision = \"b\"
    down_revision = \"a\"

    def upgrade():
        op.one(t.Money)
change versions/b.py:
    from alembic import op
    import app.money as t
    revision = \"b\"
    down_revision = \"a\"

    def upgrade():
        op.one(t.Money)",
        str![[r#"
warn published-migration-edited versions/b.py:2:8 app.money as t
  `b` is in main already; databases that have run the old version will not run the new one
  ^ from here on it differs from main
  > leave it as it is and put the difference into a new migration
  > or, where no database can have run it, let the edit stand

"#]],
    );
}

#[test]
fn a_class_with_other_annotations() {
    says(
        "\
before: a
before versions/b.py:
    import sqlalchemy
    revision = \"b\"
    down_revision = \"a\"

    class User(Base):
        name: Mapped[str]
change versions/b.py:
    import sqlalchemy
    revision = \"b\"
    down_revision = \"a\"

    class User(Base):
        name: Mapped[int]",
        str![[r#"
warn published-migration-edited versions/b.py:5:1 class User(Base):\n    name: Mapped[int]
  `b` is in main already; databases that have run the old version will not run the new one
  ^ from here on it differs from main
  > leave it as it is and put the difference into a new migration
  > or, where no database can have run it, let the edit stand

"#]],
    );
}

#[test]
fn a_default_beside_an_annotation() {
    says(
        "\
before: a
before versions/b.py:
    import sqlalchemy
    revision = \"b\"
    down_revision = \"a\"

    def upgrade(name: str = \"x\"):
        op.one(name)
change versions/b.py:
    import sqlalchemy
    revision = \"b\"
    down_revision = \"a\"

    def upgrade(name: str = \"y\"):
        op.one(name)",
        str![[r#"
warn published-migration-edited versions/b.py:5:5 upgrade
  `b` is in main already; databases that have run the old version will not run the new one
  ^ from here on it differs from main
  > leave it as it is and put the difference into a new migration
  > or, where no database can have run it, let the edit stand

"#]],
    );
}
