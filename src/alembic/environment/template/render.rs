//! `file_template`, filled in.

use super::{BadTemplate, Conversion, Field, Part, Placeholder, parts};
use crate::python::repr;

/// What a name is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fields<'a> {
    /// The revision id.
    pub rev: &'a str,
    /// The words of the message.
    pub slug: &'a str,
    /// The seconds since the beginning of 1970.
    pub epoch: i64,
    /// The year.
    pub year: i16,
    /// The month, from 1.
    pub month: i8,
    /// The day, from 1.
    pub day: i8,
    /// The hour.
    pub hour: i8,
    /// The minute.
    pub minute: i8,
    /// The second.
    pub second: i8,
}

/// Fills a template in, as Python's `%` does.
pub(in crate::alembic::environment) fn stem(
    template: &str,
    fields: &Fields<'_>,
) -> Result<String, BadTemplate> {
    let mut stem = String::new();
    for part in parts(template)? {
        match part {
            Part::Text(character) => stem.push(character),
            Part::Placeholder(placeholder) => stem.push_str(&placeholder.write(fields)?),
        }
    }
    Ok(stem)
}

enum Value<'a> {
    Text(&'a str),
    Number(i64),
}

impl<'a> Fields<'a> {
    fn get(&self, field: Field) -> Value<'a> {
        match field {
            Field::Rev => Value::Text(self.rev),
            Field::Slug => Value::Text(self.slug),
            Field::Epoch => Value::Number(self.epoch),
            Field::Year => Value::Number(self.year.into()),
            Field::Month => Value::Number(self.month.into()),
            Field::Day => Value::Number(self.day.into()),
            Field::Hour => Value::Number(self.hour.into()),
            Field::Minute => Value::Number(self.minute.into()),
            Field::Second => Value::Number(self.second.into()),
        }
    }
}

impl Placeholder {
    fn write(&self, fields: &Fields<'_>) -> Result<String, BadTemplate> {
        match (self.conversion, fields.get(self.field)) {
            (Conversion::Decimal, Value::Number(number)) => Ok(self.number(number)),
            (Conversion::Decimal, Value::Text(_)) => Err(BadTemplate::Conversion {
                field: self.field.name(),
                conversion: "d".to_owned(),
            }),
            (Conversion::Str, Value::Text(text)) => Ok(self.text(text)),
            (Conversion::Repr, Value::Text(text)) => Ok(self.text(&repr(text))),
            (Conversion::Str | Conversion::Repr, Value::Number(number)) => {
                Ok(self.text(&number.to_string()))
            }
        }
    }

    /// The precision cuts a text; zeros never fill it up.
    fn text(&self, text: &str) -> String {
        let kept = text.chars().take(self.precision.unwrap_or(usize::MAX));
        self.fill("", &kept.collect::<String>(), ' ')
    }

    /// The precision is how many digits a number has at least; unlike in C, zeros fill the width all the
    /// same.
    fn number(&self, number: i64) -> String {
        let sign = match number {
            ..0 => "-",
            _ if self.flags.plus => "+",
            _ if self.flags.blank => " ",
            _ => "",
        };
        let precision = self.precision.unwrap_or(0);
        let digits = format!("{:0>precision$}", number.unsigned_abs());
        self.fill(sign, &digits, if self.flags.zero { '0' } else { ' ' })
    }

    fn fill(&self, sign: &str, text: &str, filler: char) -> String {
        let missing = self.width.saturating_sub(sign.len() + text.chars().count());
        match filler {
            _ if self.flags.left => format!("{sign}{text}{}", " ".repeat(missing)),
            '0' => format!("{sign}{}{text}", "0".repeat(missing)),
            _ => format!("{}{sign}{text}", " ".repeat(missing)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: Fields<'static> = Fields {
        rev: "a1",
        slug: "add_it",
        epoch: 1_706_710_029,
        year: 2024,
        month: 1,
        day: 31,
        hour: 14,
        minute: 7,
        second: 9,
    };

    fn made(template: &str) -> String {
        stem(template, &FIELDS).unwrap_or_else(|error| error.to_string())
    }

    #[test]
    fn values_are_written_as_python_writes_them() {
        for (template, expected) in [
            ("%(rev)s_%(slug)s", "a1_add_it"),
            ("%(year)d_%(month).2d_%(day)02d-%(epoch)s", "2024_01_31-1706710029"),
            ("é%%%(hour)i%(minute)u|%(second)ld", "é%147|9"),
            ("%(second)05.2d|%(second)-05d|%(second)+05d|%(second)+ d", "00009|9    |+0009|+9"),
            ("%(second)6.3d|%(second)06.3d|%(second) 05d|%(second)#d", "   009|000009| 0009|9"),
            (
                "%(slug).3s|%(slug)8s|%(slug)-8s|%(slug)08s|%(slug).s",
                "add|  add_it|add_it  |  add_it|",
            ),
            ("%(second)03s|%(second).d|%(slug)r|%(slug).3r|%(second)r", "  9|9|'add_it'|'ad|9"),
        ] {
            assert_eq!(made(template), expected, "{template}");
        }
    }

    #[test]
    fn what_python_refuses_or_is_not_known_is_refused() {
        for (template, expected) in [
            ("100%", "a `%` is neither doubled nor the start of a field such as `%(rev)s`"),
            ("%s", "a `%` is neither doubled nor the start of a field such as `%(rev)s`"),
            ("%(rev", "a `%` is neither doubled nor the start of a field such as `%(rev)s`"),
            ("%( rev)s", "`%( rev)` is not a field that Alembic knows"),
            ("%(rev)", "`%(rev)` cannot be formatted with ``"),
            ("%(rev)5", "`%(rev)` cannot be formatted with `5`"),
            ("%(rev)d", "`%(rev)` cannot be formatted with `d`"),
            ("%(year)*d", "`%(year)` cannot be formatted with `*`"),
            ("%(year)%", "`%(year)` cannot be formatted with `%`"),
            ("%(year)lld", "`%(year)` cannot be formatted with `ll`"),
            ("%(year)5.-3d", "`%(year)` cannot be formatted with `5.-`"),
            ("%(epoch)x", "`%(epoch)` cannot be formatted with `x`"),
            ("%(rev)999s", "`%(rev)` cannot be formatted with `999s`"),
            (
                "%(rev)99999999999999999999s",
                "`%(rev)` cannot be formatted with `99999999999999999999s`",
            ),
        ] {
            assert_eq!(made(template), expected, "{template}");
        }
    }
}
