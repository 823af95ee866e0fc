//! Patterns for the names of migration files: `{date:%Y%m%d}_{slug}_{label}`.

use std::fmt;

use super::date::DateFormat;

/// A pattern for the names of migration files.
///
/// Other text is literal; `{{` and `}}` stand for braces; `.py` at the end is optional. The fields, each at most
/// once:
///
/// - `{date:...}`, a valid date, by `%Y %y %m %d %j %H %M %S` and text between them;
/// - `{slug}`, words of lower-case letters and digits joined by `_`, and one more `_` where Alembic cut a
///   long message short;
/// - `{label}`, a branch label that the revision has, or any single word if it has none;
/// - `{rev}`, the revision id.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FilenamePattern {
    written: String,
    #[serde(skip)]
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(char),
    Date(DateFormat),
    Slug,
    Label,
    Rev,
}

/// The values that can be part of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named<'a> {
    /// The revision id.
    pub revision: &'a str,
    /// The branch labels of the revision.
    pub labels: &'a [&'a str],
}

impl FilenamePattern {
    /// Parses a pattern. The error is a short phrase.
    pub fn parse(written: &str) -> Result<FilenamePattern, String> {
        let mut parts: Vec<Part> = Vec::new();
        let mut rest = written.strip_suffix(".py").unwrap_or(written);
        while !rest.is_empty() {
            let (part, left) = part(rest)?;
            if parts.iter().any(|other| part.is_same_field(other)) {
                return Err(format!("`{}` is used twice", &rest[..rest.len() - left.len()]));
            }
            parts.push(part);
            rest = left;
        }
        if parts.iter().all(|part| matches!(part, Part::Text(_))) {
            return Err("it has no field: `{date:%Y%m%d}`, `{slug}`, `{label}` or `{rev}`".into());
        }
        if written.contains('/') {
            return Err("it must be a file name, not a path".to_owned());
        }
        Ok(FilenamePattern { written: written.to_owned(), parts })
    }

    /// Returns whether a file name matches the pattern.
    pub fn matches(&self, file_name: &str, named: Named<'_>) -> bool {
        let stem = file_name.strip_suffix(".py").unwrap_or(file_name);
        follows(&self.parts, stem, named)
    }

    /// Returns a name that matches the pattern.
    pub fn example(&self, named: Named<'_>) -> String {
        let parts = self.parts.iter().map(|part| match part {
            Part::Text(character) => character.to_string(),
            Part::Date(date) => date.example(),
            Part::Slug => "what_it_does".to_owned(),
            Part::Label => named.labels.first().copied().unwrap_or("label").to_owned(),
            Part::Rev => named.revision.to_owned(),
        });
        parts.collect::<String>() + ".py"
    }
}

impl fmt::Display for FilenamePattern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.written)
    }
}

impl Part {
    fn is_same_field(&self, other: &Part) -> bool {
        let is_text = matches!(self, Part::Text(_));
        !is_text && std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// Takes a part off the start of a pattern.
fn part(text: &str) -> Result<(Part, &str), String> {
    for brace in ['{', '}'] {
        let one = text.strip_prefix(brace);
        if let Some(left) = one.and_then(|left| left.strip_prefix(brace)) {
            return Ok((Part::Text(brace), left));
        }
    }
    let mut characters = text.chars();
    match characters.next() {
        Some('{') => {
            let inner = characters.as_str();
            let closed = inner.split_once('}');
            let (field, left) =
                closed.ok_or("`{` is not closed; write `{{` for a literal brace")?;
            Ok((self::field(field)?, left))
        }
        Some('}') => Err("unmatched `}`; write `}}` for a literal brace".to_owned()),
        Some(character) => Ok((Part::Text(character), characters.as_str())),
        None => Err("it is empty".to_owned()),
    }
}

fn field(text: &str) -> Result<Part, String> {
    match text.split_once(':') {
        None if text == "slug" => Ok(Part::Slug),
        None if text == "label" => Ok(Part::Label),
        None if text == "rev" => Ok(Part::Rev),
        None if text == "date" => {
            Err("`{date}` needs a format, such as `{date:%Y%m%d}`".to_owned())
        }
        Some(("date", format)) => DateFormat::parse(format).map(Part::Date),
        _ => Err(format!(
            "`{{{text}}}` is not one of `{{date:%Y%m%d}}`, `{{slug}}`, `{{label}}`, `{{rev}}`"
        )),
    }
}

/// Tries every possible match; there are few, since no field occurs twice.
fn follows(parts: &[Part], text: &str, named: Named<'_>) -> bool {
    let Some((part, others)) = parts.split_first() else {
        return text.is_empty();
    };
    let mut ends = text.char_indices().map(|(start, _)| start).chain([text.len()]);
    ends.any(|end| fits(part, &text[..end], named) && follows(others, &text[end..], named))
}

fn fits(part: &Part, text: &str, named: Named<'_>) -> bool {
    match part {
        Part::Text(character) => text.strip_prefix(*character) == Some(""),
        Part::Date(format) => format.matches(text),
        Part::Slug => text.strip_suffix('_').unwrap_or(text).split('_').all(is_word),
        Part::Label if named.labels.is_empty() => is_word(text),
        Part::Label => named.labels.contains(&text),
        Part::Rev => text == named.revision,
    }
}

fn is_word(text: &str) -> bool {
    let is_plain = |character: char| character.is_alphanumeric() && !character.is_uppercase();
    !text.is_empty() && text.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUIDE: &str = "{date:%Y%m%d}_{slug}_{label}.py";

    fn matches(pattern: &str, name: &str, labels: &[&str]) -> bool {
        let pattern = FilenamePattern::parse(pattern).expect("the test's own pattern");
        let named = Named { revision: "1975ea83b712", labels };
        assert!(pattern.matches(&pattern.example(named), named), "{pattern}");
        pattern.matches(name, named)
    }

    #[test]
    fn a_label_is_one_that_the_revision_has() {
        assert!(matches(GUIDE, "20240131_add_users_expand.py", &["expand"]));
        assert!(matches(GUIDE, "20240131_add_users_two_words.py", &["expand", "two_words"]));
        assert!(!matches(GUIDE, "20240131_add_users_contract.py", &["expand"]));
        assert!(!matches(GUIDE, "20240131_add_users.py", &["expand"]));
        assert!(!matches(GUIDE, "20240131_expand.py", &["expand"]));
    }

    #[test]
    fn any_word_serves_a_revision_without_label() {
        assert!(matches(GUIDE, "20240131_add_users_main.py", &[]));
        assert!(!matches(GUIDE, "20240131_users.py", &[]));
        assert!(!matches(GUIDE, "add_users_main.py", &[]));
        assert!(!matches(GUIDE, "20240230_add_users_main.py", &[]));
    }

    #[test]
    fn a_slug_is_lower_case_words() {
        for slug in ["a", "add_users", "add_2_users", "größe", "cut_short_"] {
            assert!(matches("{slug}", &format!("{slug}.py"), &[]), "{slug}");
        }
        for slug in ["", "_", "a__b", "_a", "Add_users", "add-users", "add users", "a__"] {
            assert!(!matches("{slug}", &format!("{slug}.py"), &[]), "{slug}");
        }
    }

    #[test]
    fn an_id_and_text_are_taken_as_they_are() {
        assert!(matches("{{v1}}-{rev}", "{v1}-1975ea83b712.py", &[]));
        assert!(!matches("{{v1}}-{rev}", "{v1}-1975EA83B712.py", &[]));
        assert!(matches("{rev}_{slug}", "1975ea83b712_add_users.py", &[]));
        assert!(matches("é{slug}", "éa.py", &[]));
    }

    #[test]
    fn a_pattern_without_a_meaning_is_refused() {
        for (pattern, reason) in [
            ("", "it has no field: `{date:%Y%m%d}`, `{slug}`, `{label}` or `{rev}`"),
            ("abc.py", "it has no field: `{date:%Y%m%d}`, `{slug}`, `{label}` or `{rev}`"),
            ("{slug", "`{` is not closed; write `{{` for a literal brace"),
            ("slug}", "unmatched `}`; write `}}` for a literal brace"),
            ("{date}", "`{date}` needs a format, such as `{date:%Y%m%d}`"),
            ("{date:%B}", "`%B` is not one of `%Y %y %m %d %j %H %M %S %%`"),
            ("{slug}{slug}", "`{slug}` is used twice"),
            (
                "{year}/{slug}",
                "`{year}` is not one of `{date:%Y%m%d}`, `{slug}`, `{label}`, `{rev}`",
            ),
            ("{date:%Y/%m}", "it must be a file name, not a path"),
            ("v/{slug}", "it must be a file name, not a path"),
        ] {
            assert_eq!(FilenamePattern::parse(pattern), Err(reason.to_owned()), "{pattern}");
        }
    }
}
