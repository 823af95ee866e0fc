//! The commands that a report prints, in the order in which a reader runs them.

use crate::team::push::{Plan, Step};

/// One way out: lines of shell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WayOut {
    pub(crate) lines: Vec<String>,
}

/// Returns the ways out of a problem that can be run as they are, the best one first.
pub(crate) fn ways_out(plan: &Plan) -> Vec<WayOut> {
    let ways = plan.ways.iter().map(|way| plan.first.iter().chain(way).collect());
    let runnable = |way: &Vec<&Step>| {
        way.iter().all(|item| item.placeholders.is_empty() && item.when.is_none())
            && way.iter().any(|item| is_repair(item))
    };
    let lines = |way: Vec<&Step>| {
        let lines = way.into_iter().filter_map(line);
        WayOut { lines: lines.collect() }
    };
    let mut ways: Vec<WayOut> = ways.filter(runnable).map(lines).collect();
    ways.retain(|way| !way.lines.is_empty());
    ways
}

/// Tells whether a step changes a migration, and does not only show, bring in or commit what others do.
fn is_repair(item: &Step) -> bool {
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
fn line(item: &Step) -> Option<String> {
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
