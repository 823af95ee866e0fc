//! `%(name)s` and `%%` as Python's `BasicInterpolation` replaces them.

/// Python's `MAX_INTERPOLATION_DEPTH`.
const MAX_DEPTH: usize = 10;

/// A value that refers to another one a hundred times, ten levels deep, would fill any memory.
const MAX_LENGTH: usize = 64 * 1024;

/// The same limit for values that are replaced by nothing.
const MAX_STEPS: usize = 100_000;

/// Replaces every `%(name)s` in a raw value; `lookup` returns raw values by their lower-case names.
pub(super) fn interpolate<'v>(
    raw: &'v str,
    lookup: &impl Fn(&str) -> Option<&'v str>,
) -> Result<String, String> {
    if !raw.contains('%') {
        return Ok(raw.to_owned());
    }
    let mut output = Output::default();
    output.expand(raw, lookup, 1)?;
    Ok(output.text)
}

#[derive(Default)]
struct Output {
    text: String,
    steps: usize,
}

impl Output {
    fn expand<'v>(
        &mut self,
        mut rest: &'v str,
        lookup: &impl Fn(&str) -> Option<&'v str>,
        depth: usize,
    ) -> Result<(), String> {
        if depth > MAX_DEPTH {
            return Err("its references are nested too deeply".to_owned());
        }
        while let Some(percent) = rest.find('%') {
            self.append(&rest[..percent])?;
            rest = &rest[percent..];
            if let Some(after) = rest.strip_prefix("%%") {
                self.append("%")?;
                rest = after;
                continue;
            }
            let (name, after) = reference(rest)?;
            let value =
                lookup(&name.to_lowercase()).ok_or_else(|| format!("`{name}` is not defined"))?;
            self.expand(value, lookup, depth + 1)?;
            rest = after;
        }
        self.append(rest)
    }

    fn append(&mut self, text: &str) -> Result<(), String> {
        self.steps += 1;
        self.text.push_str(text);
        if self.text.len() > MAX_LENGTH || self.steps > MAX_STEPS {
            Err("its value is too long".to_owned())
        } else {
            Ok(())
        }
    }
}

/// Python's `%\(([^)]+)\)s`: the name and what follows.
fn reference(text: &str) -> Result<(&str, &str), String> {
    let Some(inner) = text.strip_prefix("%(") else {
        return Err("a `%` must be followed by `%` or `(`".to_owned());
    };
    inner
        .split_once(')')
        .filter(|(name, _)| !name.is_empty())
        .and_then(|(name, after)| Some((name, after.strip_prefix('s')?)))
        .ok_or_else(|| "a reference must be written `%(name)s`".to_owned())
}
