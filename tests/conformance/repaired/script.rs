//! `d(a)` is a migration d on parent a; `n(b,d)` a merge, `n*(b,d)` one with operations, `e#one` has a label,
//! `e(b)!d` a dependency.

/// A migration as a shape writes it.
#[derive(Clone)]
pub(super) struct Script {
    pub(super) id: String,
    parents: Vec<String>,
    label: Option<String>,
    needs: Option<String>,
    is_busy: bool,
}

impl Script {
    pub(super) fn parse(text: &str) -> Script {
        let (text, needs) = split(text, '!');
        let (text, parents) = split(text.trim_end_matches(')'), '(');
        let (text, label) = split(text, '#');
        let parents: Vec<String> =
            parents.split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect();
        let some = |word: &str| (!word.is_empty()).then(|| word.to_owned());
        Script {
            id: text.trim_end_matches('*').to_owned(),
            is_busy: parents.len() < 2 || text.ends_with('*'),
            parents,
            label: some(label),
            needs: some(needs),
        }
    }

    /// Tells whether it makes a table.
    pub(super) fn is_busy(&self) -> bool {
        self.is_busy
    }

    pub(super) fn first_parent(&self) -> Option<&str> {
        self.parents.first().map(String::as_str)
    }

    /// Returns the same migration with other parents.
    pub(super) fn with_parents(&self, parents: impl IntoIterator<Item = String>) -> Script {
        Script { parents: parents.into_iter().collect(), ..self.clone() }
    }

    /// Returns a migration that says when it runs.
    pub(super) fn counting(&self) -> String {
        let up = format!("ran({:?})", self.id);
        self.module(&[up], &[])
    }

    /// Returns a migration that makes a table, and a column in the table of its first parent.
    pub(super) fn python(&self) -> String {
        let (up, down) = self.operations();
        self.module(&up, &down)
    }

    /// Returns the same migration with a `downgrade` that does nothing.
    pub(super) fn without_downgrade(&self) -> String {
        self.module(&self.operations().0, &[])
    }

    fn operations(&self) -> (Vec<String>, Vec<String>) {
        let (id, column) = (&self.id, "sa.Column(\"id\", sa.Integer)");
        let (mut up, mut down) = (Vec::new(), Vec::new());
        if self.is_busy {
            up.push(format!("op.create_table({id:?}, {column})"));
            down.push(format!("op.drop_table({id:?})"));
        }
        if let (true, Some(parent)) = (self.is_busy, self.parents.first()) {
            up.push(format!("op.add_column({parent:?}, sa.Column({id:?}, sa.Integer))"));
            down.insert(0, format!("op.drop_column({parent:?}, {id:?})"));
        }
        (up, down)
    }

    fn module(&self, up: &[String], down: &[String]) -> String {
        let id = &self.id;
        format!(
            "\"\"\"{id}\n\nRevision ID: {id}\nRevises: {}\n\n\"\"\"\nfrom alembic import op\n\
             import sqlalchemy as sa\n\nrevision = {id:?}\ndown_revision = {}\nbranch_labels = {}\n\
             depends_on = {}\n\n\ndef upgrade():\n{}\n\n\ndef downgrade():\n{}\n",
            self.parents.join(", "),
            python_value(&self.parents),
            python_value(self.label.as_slice()),
            python_value(self.needs.as_slice()),
            body(up),
            body(down),
        )
    }
}

fn split(text: &str, at: char) -> (&str, &str) {
    text.split_once(at).unwrap_or((text, ""))
}

fn python_value(words: &[String]) -> String {
    match words {
        [] => "None".to_owned(),
        [one] => format!("{one:?}"),
        several => {
            let quoted: Vec<String> = several.iter().map(|word| format!("{word:?}")).collect();
            format!("({})", quoted.join(", "))
        }
    }
}

fn body(lines: &[String]) -> String {
    match lines {
        [] => "    pass".to_owned(),
        lines => lines.iter().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n"),
    }
}
