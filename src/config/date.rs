//! The subset of `strftime` for file names, parsed backwards.

/// A format such as `%Y%m%d`, in which every number has its full width.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DateFormat(Vec<Part>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Text(char),
    Number(&'static Unit),
}

/// A part of a date that is a number.
#[derive(Debug, PartialEq, Eq)]
struct Unit {
    letter: char,
    digits: usize,
    least: u16,
    most: u16,
    example: &'static str,
}

#[rustfmt::skip]
static UNITS: [Unit; 8] = [
    Unit { letter: 'Y', digits: 4, least: 1, most: 9999, example: "2025" },
    Unit { letter: 'y', digits: 2, least: 0, most: 99, example: "25" },
    Unit { letter: 'm', digits: 2, least: 1, most: 12, example: "01" },
    Unit { letter: 'd', digits: 2, least: 1, most: 31, example: "31" },
    Unit { letter: 'j', digits: 3, least: 1, most: 366, example: "031" },
    Unit { letter: 'H', digits: 2, least: 0, most: 23, example: "14" },
    Unit { letter: 'M', digits: 2, least: 0, most: 59, example: "05" },
    Unit { letter: 'S', digits: 2, least: 0, most: 59, example: "09" },
];

impl DateFormat {
    /// Parses a format. The error is a short phrase.
    pub(super) fn parse(format: &str) -> Result<DateFormat, String> {
        let mut parts = Vec::new();
        let mut characters = format.chars();
        while let Some(character) = characters.next() {
            let part = match character {
                '%' => number(characters.next())?,
                character => Part::Text(character),
            };
            if matches!(part, Part::Number(_)) && parts.contains(&part) {
                return Err(format!("the date format `{format}` uses a field twice"));
            }
            parts.push(part);
        }
        if parts.iter().any(|part| matches!(part, Part::Number(_))) {
            Ok(DateFormat(parts))
        } else {
            Err(format!("the date format `{format}` has no field such as `%Y`"))
        }
    }

    /// Returns whether a text is a valid date of this format.
    pub(super) fn matches(&self, text: &str) -> bool {
        let mut rest = text;
        let mut values = Vec::new();
        for part in &self.0 {
            let Some((value, left)) = part.take(rest) else {
                return false;
            };
            values.extend(value);
            rest = left;
        }
        rest.is_empty() && is_day(&values)
    }

    /// Returns a date of this format.
    pub(super) fn example(&self) -> String {
        let parts = self.0.iter().map(|part| match part {
            Part::Text(character) => character.to_string(),
            Part::Number(unit) => unit.example.to_owned(),
        });
        parts.collect()
    }
}

fn number(letter: Option<char>) -> Result<Part, String> {
    if letter == Some('%') {
        return Ok(Part::Text('%'));
    }
    match UNITS.iter().find(|unit| Some(unit.letter) == letter) {
        Some(unit) => Ok(Part::Number(unit)),
        None => {
            let letter = letter.map(String::from).unwrap_or_default();
            Err(format!("`%{letter}` is not one of `%Y %y %m %d %j %H %M %S %%`"))
        }
    }
}

impl Part {
    /// Takes this part off the start of a text; returns its value, if any, and the rest.
    fn take(self, text: &str) -> Option<(Option<(char, u16)>, &str)> {
        let unit = match self {
            Part::Text(character) => return Some((None, text.strip_prefix(character)?)),
            Part::Number(unit) => unit,
        };
        let (digits, left) = text.split_at_checked(unit.digits)?;
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        let value: u16 = digits.parse().ok().filter(|_| plain)?;
        (unit.least..=unit.most).contains(&value).then_some((Some((unit.letter, value)), left))
    }
}

/// Returns whether a date exists; without a year, February has 29 days.
fn is_day(values: &[(char, u16)]) -> bool {
    let value =
        |wanted: char| values.iter().find(|(letter, _)| *letter == wanted).map(|(_, value)| *value);
    let year = value('Y').or(value('y').map(|short| 2000 + short)).unwrap_or(2000);
    let leap = u16::from(year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
    let days = match value('m') {
        Some(2) => 28 + leap,
        Some(4 | 6 | 9 | 11) => 30,
        _ => 31,
    };
    value('d').unwrap_or(1) <= days && value('j').unwrap_or(1) <= 365 + leap
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_of_the_calendar_match() {
        let matches = |format: &str, text: &str| {
            DateFormat::parse(format).expect("the test's own format").matches(text)
        };
        for (format, text) in [
            ("%Y%m%d", "20240229"),
            ("%Y-%m-%d_%H%M%S", "2024-12-31_235959"),
            ("%y.%j", "24.366"),
            ("%m%d", "0229"),
            ("%d%%", "31%"),
        ] {
            assert!(matches(format, text), "{format} {text}");
        }
        for (format, text) in [
            ("%Y%m%d", "20230229"),
            ("%Y%m%d", "20240431"),
            ("%Y%m%d", "20241301"),
            ("%Y%m%d", "2024010"),
            ("%Y%m%d", "202401011"),
            ("%Y%m%d", "+2024101"),
            ("%Y%m%d", "20é40101"),
            ("%y%j", "23366"),
            ("%H%M", "2460"),
        ] {
            assert!(!matches(format, text), "{format} {text}");
        }
    }

    #[test]
    fn an_example_matches() {
        let format = DateFormat::parse("%Y-%m-%d %H:%M:%S").expect("the test's own format");
        assert!(format.matches(&format.example()));
    }

    #[test]
    fn a_format_without_a_meaning_is_refused() {
        for format in ["", "x", "%B", "%", "%Y%Y"] {
            assert!(DateFormat::parse(format).is_err(), "{format}");
        }
    }
}
