//! The file of a merge in an environment whose template cannot be rendered.

use super::script::Arguments;
use crate::python::repr;

/// Returns a migration without operations.
///
/// The two functions have the parameters of the environment's own template: the `env.py` of several
/// databases calls them with the name of one.
pub(super) fn source(arguments: &Arguments<'_>, template: &str) -> String {
    let Arguments { message, id, created, .. } = arguments;
    format!(
        "\"\"\"{message}\n\n\
         Revision ID: {}\nRevises: {}\nCreate Date: {created}\n\n\
         \"\"\"\n\n\
         # What Alembic knows this migration by.\n\
         revision = {}\ndown_revision = {}\nbranch_labels = None\ndepends_on = None\n\n\n\
         def upgrade({}) -> None:\n    pass\n\n\n\
         def downgrade({}) -> None:\n    pass\n",
        id.as_str(),
        arguments.parents_by_comma(),
        repr(id.as_str()),
        arguments.down_revision(),
        parameters(template, "upgrade"),
        parameters(template, "downgrade"),
    )
}

/// Finds the parameters of a function in a template, on any number of lines.
///
/// Alembic passes arguments by name, so the names are kept. Parameters that may need imports or computed
/// values are replaced by parameters that accept anything.
fn parameters(template: &str, function: &str) -> String {
    let start = format!("def {function}(");
    let first = template.starts_with(&start).then_some(0);
    let line = first.or_else(|| Some(template.find(&format!("\n{start}"))? + 1));
    let Some(line) = line else {
        return String::new();
    };
    let behind = &template[line + start.len()..];
    let list = behind.split(['(', ')']).next().unwrap_or_default();
    let is_whole = behind[list.len()..].starts_with(')') && list.chars().all(is_plain);
    if is_whole && annotations_and_defaults(list).all(is_builtin) {
        list.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches(',').to_owned()
    } else {
        "*args, **kwargs".to_owned()
    }
}

fn is_plain(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "_ \t\r\n,:=*/|".contains(letter)
}

/// Returns the words of each parameter after its name.
fn annotations_and_defaults(list: &str) -> impl Iterator<Item = &str> {
    let behind_names = list.split(',').filter_map(|parameter| {
        let end = parameter.find([':', '='])?;
        Some(&parameter[end..])
    });
    behind_names
        .flat_map(|text| text.split([':', '=', '|', ' ', '\t', '\r', '\n']))
        .filter(|word| !word.is_empty())
}

fn is_builtin(word: &str) -> bool {
    matches!(word, "str" | "int" | "bool" | "float" | "object" | "None" | "True" | "False")
        || word.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_says_what_the_functions_take() {
        for (template, expected) in [
            ("", ""),
            ("def upgrade():\n", ""),
            ("x\ndef upgrade(engine_name: str) -> None:\n", "engine_name: str"),
            (
                "def upgrade(\r\n    engine_name,\r\n    *, x=None,\r\n):\r\n",
                "engine_name, *, x=None",
            ),
            ("def upgrade(a: str | None = None, /, **rest):\n", "a: str | None = None, /, **rest"),
            ("    def upgrade(a):\n", ""),
        ] {
            assert_eq!(parameters(template, "upgrade"), expected, "{template}");
        }
    }

    #[test]
    fn a_list_that_is_not_plain_takes_anything() {
        for list in ["name: Optional[str]", "name: Name", "a=f()", "a='x'", "${x}", "a", "a: ${b}"]
        {
            let end = if list == "a" { "" } else { "):" };
            let template = format!("def upgrade({list}{end}");
            assert_eq!(parameters(&template, "upgrade"), "*args, **kwargs", "{list}");
        }
    }
}
