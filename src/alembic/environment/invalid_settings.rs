//! Settings that do not affect the location of migrations but stop Alembic if they are invalid:
//! `ScriptDirectory.from_config` reads each of them before it looks for a migration.

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::BadSetting;
use super::pyproject::{Pyproject, Reader};
use super::settings::{IniSection, RECURSIVE, SOURCELESS};

const SLUG_LENGTH: &str = "truncate_slug_length";
const SYS_PATH: &str = "prepend_sys_path";
const HOOKS: &str = "post_write_hooks";
/// How many invalid hooks are reported; Alembic stops at the first.
const MOST: usize = 10;
/// The settings with a single value.
const VALUES: [&str; 5] = ["file_template", "output_encoding", "timezone", SLUG_LENGTH, SYS_PATH];

/// Returns the problems that stop Alembic in a section and a `[tool.alembic]`, the ini first, key by key.
pub(super) fn refusals(
    section: Option<IniSection<'_>>,
    pyproject: Option<&Pyproject>,
) -> Vec<BadSetting> {
    let mut found: Vec<Box<BadSetting>> = Vec::new();
    for key in VALUES {
        match section.map(|ini| ini.stated(key)).transpose() {
            Ok(Some(Some(stated))) if key == SLUG_LENGTH && !is_integer(&stated.text) => {
                let message = format!("`{key}` is `{}`, which is not a number", stated.text);
                found.push(stated.place.problem(message));
            }
            Ok(Some(Some(stated))) => {
                let separator = section.filter(|_| key == SYS_PATH && !stated.text.is_empty());
                found.extend(separator.and_then(IniSection::refused_separator));
            }
            Ok(Some(None) | None) => found.extend(pyproject.and_then(|file| file.refusal(key))),
            Err(problem) => found.push(problem),
        }
    }
    if let Some(ini) = section {
        found.extend([RECURSIVE, SOURCELESS].into_iter().filter_map(|key| ini.stated(key).err()));
    }
    match section.and_then(|ini| ini.beside(HOOKS)) {
        Some(hooks) => {
            // All sections of a file have the same hooks.
            let problems = hooks.ini.hooks.get_or_init(|| hooks.unreadable().take(MOST).collect());
            found.extend(problems.iter().cloned().map(Box::new));
        }
        None => found.extend(pyproject.and_then(|file| file.refusal(HOOKS))),
    }
    found.into_iter().map(|problem| *problem).collect()
}

/// Returns the problems that stop Alembic in a `[tool.alembic]`.
pub(super) fn refusals_of_table(reader: &Reader<'_>) -> Vec<BadSetting> {
    let of_value = |key: &'static str| {
        let value = reader.table.get(key)?;
        refused_value(reader, key, value)
    };
    let of_hooks = || {
        let value = reader.table.get(HOOKS)?;
        let reason = refused_hooks(reader, value)?;
        Some(reader.place(HOOKS, value).problem(reason))
    };
    let found = VALUES.into_iter().filter_map(of_value).chain(of_hooks());
    found.map(|problem| *problem).collect()
}

fn refused_value(
    reader: &Reader<'_>,
    key: &'static str,
    value: &Spanned<DeValue<'_>>,
) -> Option<Box<BadSetting>> {
    let is_number = key == SLUG_LENGTH;
    match value.get_ref() {
        DeValue::String(text) if is_number && !is_integer(text) => {
            let message = format!("`{key}` is `{text}`, which is not a number");
            Some(reader.place(key, value).problem(message))
        }
        DeValue::String(_) => reader.text(key, value).err(),
        DeValue::Integer(_) | DeValue::Boolean(_) if key != SYS_PATH => None,
        DeValue::Array(items) if !is_number => {
            items.iter().find_map(|item| reader.text(key, item).err())
        }
        DeValue::Integer(_)
        | DeValue::Boolean(_)
        | DeValue::Array(_)
        | DeValue::Float(_)
        | DeValue::Datetime(_)
        | DeValue::Table(_) => Some(
            reader.place(key, value).problem(format!("`{key}` has a type that Alembic rejects")),
        ),
    }
}

/// Hooks must be an array of tables, each with a `name` and only strings.
fn refused_hooks(reader: &Reader<'_>, value: &Spanned<DeValue<'_>>) -> Option<String> {
    let Some(hooks) = value.get_ref().as_array() else {
        return Some(format!("`{HOOKS}` must be an array of tables"));
    };
    let tables: Option<Vec<&DeTable<'_>>> = tables(hooks);
    let Some(tables) = tables else {
        return Some(format!("`{HOOKS}` must be an array of tables"));
    };
    tables.into_iter().find_map(|hook| {
        if !hook.contains_key("name") {
            return Some("a hook has no `name`".to_owned());
        }
        let bad = hook.values().find_map(|value| reader.text(HOOKS, value).err());
        bad.map(|problem| problem.message)
    })
}

fn tables<'t>(array: &'t DeArray<'t>) -> Option<Vec<&'t DeTable<'t>>> {
    array.iter().map(|item| item.get_ref().as_table()).collect()
}

/// Returns whether Python's `int` accepts a text.
fn is_integer(text: &str) -> bool {
    let digits = text.trim();
    let digits = digits.strip_prefix(['+', '-']).unwrap_or(digits);
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    digits.split('_').all(is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_what_python_takes_for_one() {
        for text in ["40", " 40 ", "+4", "-4", "1_000", "007"] {
            assert!(is_integer(text), "{text}");
        }
        for text in ["", "4.0", "1__0", "_1", "1_", "0x10", "long", "- 4"] {
            assert!(!is_integer(text), "{text}");
        }
    }
}
