//! A migration's source from the facts about it.

use serde_json::Value;

use crate::replay::facts::Change;

/// Writes a migration; `edition` makes another text of the same identifiers.
pub(crate) fn migration(change: &Change, edition: usize) -> String {
    let mut text = format!(
        "\"\"\"A change.\"\"\"\n\nimport os\n\nfrom alembic import op\n\n{}\n\n",
        identifiers(change)
    );
    for function in ["upgrade", "downgrade"] {
        text += &format!("def {function}():\n    op.execute(\"select {edition}\")\n\n\n");
    }
    text
}

/// The same as no Python reads it.
pub(crate) fn with_syntax_error(migration: &str) -> String {
    format!("{migration}def broken(:\n")
}

/// A file without `revision` is taken for one without any of the names that are null.
fn identifiers(change: &Change) -> String {
    let revision = change.revision.clone().map_or(Value::Null, Value::String);
    let named = [
        ("revision", &revision),
        ("down_revision", &change.down_revision),
        ("branch_labels", &change.branch_labels),
        ("depends_on", &change.depends_on),
    ];
    let written =
        named.into_iter().filter(|(_, value)| change.revision.is_some() || !value.is_null());
    written.map(|(name, value)| format!("{name} = {}\n", python(value))).collect()
}

fn python(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        // A string of JSON is one of Python too.
        Value::String(_) => value.to_string(),
        Value::Array(items) => {
            let items: String = items.iter().map(|item| format!("{}, ", python(item))).collect();
            format!("({})", items.trim_end())
        }
        // What only running Python could tell; here it runs to nothing.
        Value::Object(_) => "os.environ.get(\"NOT_KNOWN\")".to_owned(),
        Value::Bool(_) | Value::Number(_) => panic!("{value} is no identifier"),
    }
}
