//! `published-migration-edited`.

use snapbox::str;

use crate::rules::Examples;
use crate::rules::judge::{is_silent, says};

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
  published revision `b` was edited; databases that ran the old version never run the new one
  ^ differs from main from here on
  > restore it and put the difference into a new migration
  > or if no database can have run it, keep the edit

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
  published revision `b` was edited; databases that ran the old version never run the new one
  ^ differs from main from here on
  > restore it and put the difference into a new migration
  > or if no database can have run it, keep the edit

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
  published revision `b` was edited; databases that ran the old version never run the new one
  ^ differs from main from here on
  > restore it and put the difference into a new migration
  > or if no database can have run it, keep the edit

"#]],
    );
}

#[test]
fn something_that_upgrade_reads_through_others() {
    says(
        "\
before: a
before versions/b.py:
    import sqlalchemy
    TABLE = 1
    NAMES = [TABLE]
    revision = \"b\"
    down_revision = \"a\"

    def helper(): op.one(NAMES)
    def upgrade():
        helper()
change versions/b.py:
    import sqlalchemy
    TABLE = 2
    NAMES = [TABLE]
    revision = \"b\"
    down_revision = \"a\"

    def helper(): op.one(NAMES)
    def upgrade():
        helper()",
        str![[r#"
warn published-migration-edited versions/b.py:2:1 TABLE = 2
  published revision `b` was edited; databases that ran the old version never run the new one
  ^ differs from main from here on
  > restore it and put the difference into a new migration
  > or if no database can have run it, keep the edit

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
  published revision `b` was edited; databases that ran the old version never run the new one
  ^ differs from main from here on
  > restore it and put the difference into a new migration
  > or if no database can have run it, keep the edit

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
  published revision `b` was edited; databases that ran the old version never run the new one
  ^ differs from main from here on
  > restore it and put the difference into a new migration
  > or if no database can have run it, keep the edit

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

    def upgrade():
        op.add(User)
change versions/b.py:
    import sqlalchemy
    revision = \"b\"
    down_revision = \"a\"

    class User(Base):
        name: Mapped[int]

    def upgrade():
        op.add(User)",
        str![[r#"
warn published-migration-edited versions/b.py:5:1 class User(Base):\n    name: Mapped[int]
  published revision `b` was edited; databases that ran the old version never run the new one
  ^ differs from main from here on
  > restore it and put the difference into a new migration
  > or if no database can have run it, keep the edit

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
  published revision `b` was edited; databases that ran the old version never run the new one
  ^ differs from main from here on
  > restore it and put the difference into a new migration
  > or if no database can have run it, keep the edit

"#]],
    );
}

#[test]
fn a_downgrade_alone() {
    says(
        "\
before: a
before versions/b.py:
    import sqlalchemy
    OLD = 1
    revision = \"b\"
    down_revision = \"a\"

    def upgrade():
        op.one()

    def downgrade():
        op.two(OLD)
change versions/b.py:
    import sqlalchemy
    OLD = 2
    revision = \"b\"
    down_revision = \"a\"

    def upgrade():
        op.one()

    def downgrade():
        op.two(OLD)",
        str![[r#"
warn published-migration-edited versions/b.py:2:1 OLD = 2
  published revision `b` was edited; databases that ran the old version are downgraded by the new code
  ^ differs from main from here on
  > restore it and put the difference into a new migration
  > or if the new `downgrade` reverts the old version, keep the edit

"#]],
    );
}

#[test]
fn several_databases_have_functions_of_their_own() {
    let migration = |upgrade: &str, downgrade: &str| {
        format!(
            "    revision = \"b\"\n    down_revision = \"a\"\n\n    \
             def upgrade(name): globals()[\"upgrade_%s\" % name]()\n    \
             def downgrade(name): globals()[\"downgrade_%s\" % name]()\n    \
             def upgrade_x(): op.{upgrade}()\n    \
             def downgrade_x(): op.{downgrade}()"
        )
    };
    let fixture = |after: &str| {
        let before = migration("one", "two");
        format!("before: a\nbefore versions/b.py:\n{before}\nchange versions/b.py:\n{after}")
    };
    says(
        &fixture(&migration("three", "two")),
        str![[r#"
warn published-migration-edited versions/b.py:6:18 op.three()
  published revision `b` was edited; databases that ran the old version never run the new one
  ^ differs from main from here on
  > restore it and put the difference into a new migration
  > or if no database can have run it, keep the edit

"#]],
    );
    says(
        &fixture(&migration("one", "three")),
        str![[r#"
warn published-migration-edited versions/b.py:7:20 op.three()
  published revision `b` was edited; databases that ran the old version are downgraded by the new code
  ^ differs from main from here on
  > restore it and put the difference into a new migration
  > or if the new `downgrade` reverts the old version, keep the edit

"#]],
    );
}

#[test]
fn what_creates_the_tables_of_a_base() {
    says(
        "\
before: a
before versions/b.py:
    revision = \"b\"
    down_revision = \"a\"
    Base = declarative_base()
    class User(Base): id = 1
    users = Table(1, Base.metadata)

    def upgrade():
        Base.metadata.create_all(op.get_bind())
change versions/b.py:
    revision = \"b\"
    down_revision = \"a\"
    Base = declarative_base()
    class User(Base): id = 1
    users = Table(2, Base.metadata)

    def upgrade():
        Base.metadata.create_all(op.get_bind())",
        str![[r#"
warn published-migration-edited versions/b.py:5:1 users = Table(2, Base.metadata)
  published revision `b` was edited; databases that ran the old version never run the new one
  ^ differs from main from here on
  > restore it and put the difference into a new migration
  > or if no database can have run it, keep the edit

"#]],
    );
}

#[test]
fn names_that_neither_function_reads_and_imports_of_the_same() {
    is_silent(
        "\
before: a
before versions/b.py:
    import sqlalchemy.dialects.postgresql as pg
    import sqlalchemy as sa
    import app.money as money
    revision = \"b\"
    down_revision = \"a\"
    TABLE = \"x\"
    def helper(): op.one(TABLE, money)

    def upgrade():
        op.one(pg, sa)
change versions/b.py:
    from sqlalchemy.dialects import postgresql as pg
    import sqlalchemy as sa
    import sqlalchemy.exc
    import app.cash as money
    revision = \"b\"
    down_revision = \"a\"
    TABLE = \"y\"
    INDEX = TABLE + \"i\"
    def helper(): op.two(TABLE, money)

    def upgrade():
        op.one(pg, sa)",
    );
}
