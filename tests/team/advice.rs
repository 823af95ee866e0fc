//! The commands that a report prints, in the order in which a reader runs them.

use crate::push::Advice;

/// One way out: lines of shell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WayOut {
    pub(crate) lines: Vec<String>,
}

/// Returns the ways out of a problem: the first as it is printed, then each that begins with "or".
///
/// Another way takes the place of the step before it; what comes before that and what finishes it ("and ...")
/// stay.
pub(crate) fn ways_out(items: &[Advice]) -> Vec<WayOut> {
    let is_other = |item: &Advice| item.text.starts_with("or ");
    let steps: Vec<&Advice> = items.iter().take_while(|item| !is_other(item)).collect();
    let finish = steps.iter().rev().take_while(|item| item.text.starts_with("and ")).count();
    let (before, finish) = steps.split_at(steps.len() - finish);
    let prepare = &before[..before.len().saturating_sub(1)];
    let others = items.iter().filter(|item| is_other(item));
    let others = others.map(|other| [prepare, &[other], finish].concat());
    let ways = std::iter::once(steps.clone()).chain(others);
    let runnable = |way: &Vec<&Advice>| {
        way.iter().all(|item| item.placeholders.is_empty() && item.when.is_none())
            && way.iter().any(|item| is_repair(item))
    };
    let lines = |way: Vec<&Advice>| {
        let lines = way.into_iter().filter_map(line);
        WayOut { lines: lines.collect() }
    };
    let mut ways: Vec<WayOut> = ways.filter(runnable).map(lines).collect();
    ways.retain(|way| !way.lines.is_empty());
    ways
}

/// Tells whether a step changes a migration, and does not only show, bring in or commit what others do.
fn is_repair(item: &Advice) -> bool {
    let is_repair = |command: &Vec<String>| {
        let repairs = match command[0].as_str() {
            "alembic-guard" => &["rebase", "merge", "check"],
            _ => &["restore", "revert", "rm"],
        };
        repairs.contains(&command[1].as_str())
    };
    item.line.is_some() && item.text.contains("write in ") || item.commands.iter().any(is_repair)
}

/// Returns what is to be done as a line of shell.
fn line(item: &Advice) -> Option<String> {
    if let (Some((_, path)), Some(line)) = (item.text.rsplit_once("write in "), &item.line) {
        let (name, _) = line.split_once('=')?;
        // A file that the merge before may have renamed is named by its revision.
        let id = path.strip_prefix("the file of `").and_then(|id| id.strip_suffix('`'));
        let file = id.map_or_else(
            || path.to_owned(),
            |id| format!("$(grep -rlx 'revision = \"{id}\"' --include='*.py' .)"),
        );
        return Some(format!("sed -i 's|^{name}=.*|{line}|' {file}"));
    }
    let commands = item.commands.iter().map(|words| {
        shlex::try_join(words.iter().map(String::as_str)).expect("no NUL in a command")
    });
    let line = commands.collect::<Vec<_>>().join(" && ");
    let folder = item.folder.as_ref().map(|folder| format!("cd {folder} && "));
    (!line.is_empty()).then(|| folder.unwrap_or_default() + &line)
}
