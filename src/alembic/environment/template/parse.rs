//! `file_template`, read backwards: what in the name of a file stands at the place of the revision id?

use super::{Field, Part, Placeholder, parts};

/// Returns every text that may stand at the place of `%(rev)s` in the stem of a file's name; nothing where
/// the template has no such place or is none that Alembic could use.
///
/// Where the slug is free to hold anything, several texts may: `a_b_c` is the id `a` or the id `a_b`.
pub(in crate::alembic::environment) fn revision_ids<'a>(
    template: &str,
    stem: &'a str,
) -> Vec<&'a str> {
    // Folders come from the template too; only the name itself is looked at.
    let template = template.rsplit('/').next().unwrap_or_default();
    let Ok(parts) = parts(template) else {
        return Vec::new();
    };
    let Some(place) = parts.iter().position(is_rev) else {
        return Vec::new();
    };
    let starts = starts(&parts[..place], stem);
    let ends = ends(&parts[place + 1..], stem);
    let pairs = starts.iter().flat_map(|start| ends.iter().map(move |end| (*start, *end)));
    pairs.filter(|(start, end)| start < end).map(|(start, end)| &stem[start..end]).collect()
}

/// Returns where the parts may end that begin with the text.
fn starts(parts: &[Part], text: &str) -> Vec<usize> {
    parts.iter().fold(vec![0], |reached, part| {
        let next = places(text);
        next.filter(|end| reached.iter().any(|start| fits(*part, text, *start, *end))).collect()
    })
}

/// Returns where the parts may begin that end with the text.
fn ends(parts: &[Part], text: &str) -> Vec<usize> {
    parts.iter().rev().fold(vec![text.len()], |reached, part| {
        let next = places(text);
        next.filter(|start| reached.iter().any(|end| fits(*part, text, *start, *end))).collect()
    })
}

fn places(text: &str) -> impl Iterator<Item = usize> {
    text.char_indices().map(|(place, _)| place).chain([text.len()])
}

fn fits(part: Part, text: &str, start: usize, end: usize) -> bool {
    let Some(text) = text.get(start..end) else {
        return false;
    };
    match part {
        Part::Text(character) => text.strip_prefix(character) == Some(""),
        Part::Placeholder(Placeholder { field, .. }) => match field {
            Field::Rev => !text.is_empty(),
            Field::Slug => true,
            Field::Epoch
            | Field::Year
            | Field::Month
            | Field::Day
            | Field::Hour
            | Field::Minute
            | Field::Second => !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()),
        },
    }
}

fn is_rev(part: &Part) -> bool {
    matches!(part, Part::Placeholder(Placeholder { field: Field::Rev, .. }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_the_id_is_found() {
        assert_eq!(revision_ids("%(rev)s_%(slug)s", "a1_add_users"), ["a1", "a1_add"]);
        assert_eq!(revision_ids("%(rev)s", "a1"), ["a1"]);
        assert_eq!(revision_ids("%(slug)s-%(rev)s", "add-a1"), ["a1"]);
        let dated = "%(year)d_%(month).2d_%(day).2d_%(hour).2d%(minute).2d-%(rev)s_%(slug)s";
        assert_eq!(revision_ids(dated, "2024_01_31_1405-a1_x"), ["a1"]);
        assert_eq!(revision_ids("%(year)d/%(month)02d/%(rev)s", "a1"), ["a1"]);
        assert_eq!(revision_ids("é%%%(rev)s", "é%ü"), ["ü"]);
    }

    #[test]
    fn a_name_of_another_kind_has_no_place() {
        let dated = "%(year)d_%(rev)s_%(slug)s";
        for stem in ["", "add_users", "a1_2024_x", "2024_", "2024"] {
            assert_eq!(revision_ids(dated, stem), [""; 0], "{stem}");
        }
        for template in ["", "%(slug)s", "%(rev", "%s", "%(other)s_%(rev)s"] {
            assert_eq!(revision_ids(template, "a1_x"), [""; 0], "{template}");
        }
    }

    #[test]
    fn a_template_of_many_fields_takes_no_time() {
        let template = "%(slug)s".repeat(200) + "%(rev)s" + &"%(slug)s".repeat(200);
        assert_eq!(revision_ids(&template, "abc").len(), 6);
    }
}
