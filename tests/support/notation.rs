//! `d(a)` is a migration d on parent a; `m(b,d)` a merge, `e#expand(a)` has a label, `e(b)!d` a dependency.

/// A migration in test notation.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub(crate) id: String,
    parents: Vec<String>,
    labels: Vec<String>,
    depends_on: Vec<String>,
}

impl Written {
    pub(crate) fn parse(text: &str) -> Written {
        let (text, dependency) = split(text, '!');
        let (text, parents) = split(text.trim_end_matches(')'), '(');
        let (id, label) = split(text, '#');
        Written {
            id: id.to_owned(),
            parents: list(parents),
            labels: list(label),
            depends_on: list(dependency),
        }
    }

    /// Returns the file name by Alembic's own template.
    pub(crate) fn file_name(&self) -> String {
        format!("{}_add_{}.py", self.id, self.id)
    }

    /// Returns the output of `alembic revision`, with operations that no other migration has. `down_revision`
    /// is on line 14.
    pub(crate) fn python(&self) -> String {
        self.python_with("")
    }

    /// Does the same with another line in `upgrade`.
    pub(crate) fn python_with(&self, operation: &str) -> String {
        let id = &self.id;
        let revises = if self.parents.is_empty() {
            String::new()
        } else {
            format!(" {}", self.parents.join(", "))
        };
        format!(
            "\"\"\"add {id}\n\nRevision ID: {id}\nRevises:{revises}\n\
             Create Date: 2024-01-01 00:00:00.000000\n\n\"\"\"\n\
             from alembic import op\nimport sqlalchemy as sa\n\n\n\
             # revision identifiers, used by Alembic.\n\
             revision = {id:?}\ndown_revision = {}\nbranch_labels = {}\ndepends_on = {}\n\n\n\
             def upgrade() -> None:\n{operation}{}\n\n\
             def downgrade() -> None:\n{}",
            value(&self.parents),
            value(&self.labels),
            value(&self.depends_on),
            self.body("op.add_column(\"{}\", sa.Column(\"{}\", sa.String(), nullable=True))"),
            self.body("op.drop_column(\"{}\", \"{}\")"),
        )
    }

    /// A merge revision has no operations.
    fn body(&self, operation: &str) -> String {
        if self.parents.len() > 1 {
            return "    pass\n".to_owned();
        }
        let words = ["name", "city", "phone", "email", "birthday", "language"];
        let line = |word: &&str| {
            let table = format!("{}_{word}_{}", self.id, self.id.repeat(8));
            let operation = operation.replacen("{}", &table, 1);
            format!("    {}\n", operation.replacen("{}", word, 1))
        };
        words.iter().map(line).collect()
    }
}

fn split(text: &str, at: char) -> (&str, &str) {
    text.split_once(at).unwrap_or((text, ""))
}

fn list(text: &str) -> Vec<String> {
    text.split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn value(words: &[String]) -> String {
    match words {
        [] => "None".to_owned(),
        [one] => format!("{one:?}"),
        several => {
            let quoted: Vec<String> = several.iter().map(|word| format!("{word:?}")).collect();
            format!("({})", quoted.join(", "))
        }
    }
}
