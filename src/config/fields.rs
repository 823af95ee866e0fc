//! Reads values from a TOML table and collects errors.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::invalid::{Mistake, nearest};
use crate::text::Span;

/// The maximum length of a list: each pattern is matched against many names.
const MOST_ITEMS: usize = 256;

/// A table that is being read: each key is taken once, and the remaining keys are unknown.
pub(super) struct Fields<'t, 'm> {
    table: &'t DeTable<'t>,
    known: Vec<&'static str>,
    mistakes: &'m mut Vec<Mistake>,
}

impl<'t, 'm> Fields<'t, 'm> {
    /// Starts to read a table.
    pub(super) fn new(table: &'t DeTable<'t>, mistakes: &'m mut Vec<Mistake>) -> Self {
        Fields { table, known: Vec::new(), mistakes }
    }

    /// Records an error.
    pub(super) fn wrong(&mut self, span: Span, message: impl Into<String>) {
        self.mistakes.push(Mistake { message: message.into(), span, nearest: None });
    }

    /// Takes a string.
    pub(super) fn text(&mut self, key: &'static str) -> Option<Spanned<&'t str>> {
        let value = self.take(key)?;
        self.expect(key, value, "a string", DeValue::as_str)
    }

    /// Takes a string and parses it; the error of `read` is a short phrase.
    pub(super) fn parsed<T>(
        &mut self,
        key: &'static str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.text(key)?;
        self.read(key, &text, read)
    }

    /// Takes one of several words.
    pub(super) fn choice<T: Copy>(
        &mut self,
        key: &'static str,
        choices: &[(&'static str, T)],
    ) -> Option<T> {
        let text = self.text(key)?;
        chosen(&text, choices).map_err(|mistake| self.mistakes.push(mistake)).ok()
    }

    /// Takes `true` or `false`.
    pub(super) fn flag(&mut self, key: &'static str) -> Option<bool> {
        let value = self.take(key)?;
        let flag = self.expect(key, value, "`true` or `false`", DeValue::as_bool)?;
        Some(flag.into_inner())
    }

    /// Takes a whole number of at least one.
    pub(super) fn count(&mut self, key: &'static str) -> Option<usize> {
        let value = self.take(key)?;
        let number = self.expect(key, value, "a whole number", DeValue::as_integer)?;
        let read = usize::from_str_radix(number.get_ref().as_str(), number.get_ref().radix());
        match read {
            Ok(count) if count > 0 => Some(count),
            _ => {
                self.wrong(number.span(), format!("`{key}` must be at least 1"));
                None
            }
        }
    }

    /// Takes a list of strings and parses each of them; all errors are collected.
    pub(super) fn list<T>(
        &mut self,
        key: &'static str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        let value = self.take(key)?;
        let array = self.expect(key, value, "an array of strings", DeValue::as_array)?;
        let span = array.span();
        let array = array.into_inner();
        if array.len() > MOST_ITEMS {
            self.wrong(
                span,
                format!("`{key}` has {} items; at most {MOST_ITEMS} are allowed", array.len()),
            );
            return None;
        }
        let mut items = Vec::new();
        for item in array.iter() {
            if let Some(text) = self.expect(key, item, "an array of strings", DeValue::as_str) {
                items.extend(self.read(key, &text, &read));
            }
        }
        Some(items)
    }

    /// Takes a table.
    pub(super) fn table(&mut self, key: &'static str) -> Option<&'t DeTable<'t>> {
        let value = self.take(key)?;
        let expected = format!("a table, written `[{key}]`");
        self.expect(key, value, &expected, DeValue::as_table).map(Spanned::into_inner)
    }

    /// Takes an array of tables.
    pub(super) fn tables(&mut self, key: &'static str) -> Vec<Spanned<&'t DeTable<'t>>> {
        let Some(value) = self.take(key) else {
            return Vec::new();
        };
        let expected = format!("an array of tables, each written `[[{key}]]`");
        let Some(array) = self.expect(key, value, &expected, DeValue::as_array) else {
            return Vec::new();
        };
        let tables = array.into_inner().iter();
        tables.filter_map(|item| self.expect(key, item, &expected, DeValue::as_table)).collect()
    }

    /// Returns the span of a key or, if it is not set, of the table's value.
    pub(super) fn span_of(&self, key: &str) -> Option<Span> {
        let (written, _) = self.table.get_key_value(key)?;
        Some(written.span())
    }

    /// Reports every remaining key as unknown.
    pub(super) fn finish(self) {
        for (key, _) in self.table {
            if !self.known.contains(&key.get_ref().as_ref()) {
                self.mistakes.push(Mistake {
                    message: format!("unknown key `{}`", key.get_ref()),
                    span: key.span(),
                    nearest: nearest(key.get_ref(), &self.known),
                });
            }
        }
    }

    fn take(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.known.push(key);
        self.table.get(key)
    }

    fn expect<T>(
        &mut self,
        key: &str,
        value: &'t Spanned<DeValue<'t>>,
        expected: &str,
        get: impl FnOnce(&'t DeValue<'t>) -> Option<T>,
    ) -> Option<Spanned<T>> {
        let got = get(value.get_ref());
        if got.is_none() {
            let found = value.get_ref().type_str();
            self.wrong(value.span(), format!("`{key}` must be {expected}, found {found}"));
        }
        got.map(|inner| Spanned::new(value.span(), inner))
    }

    fn read<T>(
        &mut self,
        key: &str,
        text: &Spanned<&str>,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        read(text.get_ref())
            .map_err(|reason| {
                let message = format!("`{key}` cannot be `{}`: {reason}", text.get_ref());
                self.wrong(text.span(), message);
            })
            .ok()
    }
}

/// Returns the meaning of one of several words.
pub(super) fn chosen<T: Copy>(
    text: &Spanned<&str>,
    choices: &[(&'static str, T)],
) -> Result<T, Mistake> {
    let found = *text.get_ref();
    if let Some((_, meaning)) = choices.iter().find(|(word, _)| *word == found) {
        return Ok(*meaning);
    }
    let words: Vec<&'static str> = choices.iter().map(|(word, _)| *word).collect();
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    Err(Mistake {
        message: format!("`{found}` is not one of {}", quoted.join(", ")),
        span: text.span(),
        nearest: nearest(found, &words),
    })
}
