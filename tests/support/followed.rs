//! Runs the commands of every report that blocks, as printed.
//!
//! The commands run in a copy of the repository: the steps of each finding in order, and each alternative in
//! place of the steps that it replaces. Any failing command fails the test. Other tests check the results of
//! the commands; here they only have to run.

use std::path::Path;
use std::process::{Command, Output};

use crate::support::world::{GUARD, Repo};

/// How many levels of further help are followed.
const DEPTH: usize = 3;

/// One item of help, as printed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Item {
    prose: String,
    /// The command or line below the prose.
    shown: Option<String>,
}

/// Follows the help of a report.
#[track_caller]
pub(super) fn follow(repo: &Repo, report: &str) {
    // A caller's own index is only available to that one command.
    let has_index = || repo.variables.iter().any(|(name, _)| name == "GIT_INDEX_FILE");
    if !repo.is_followed || !(report.contains("help: ") || report.contains("To fix")) || has_index()
    {
        return;
    }
    let errors = report.lines().filter(|line| line.starts_with("error[")).count();
    for way in runnable(report) {
        let Some(copy) = Copy::of(repo) else { return };
        let scene = Scene { repo: copy.repo.clone(), other_errors: errors > 1 };
        if let Err(why) = scene.follow(&way, DEPTH) {
            panic!("of {way:#?} {why}\nafter\n{report}");
        }
    }
}

/// The place in which help is followed.
struct Scene {
    repo: Repo,
    /// Whether the report has errors with other help, which git's hooks block too.
    other_errors: bool,
}

impl Scene {
    /// Runs lines in order. If a line fails, the help that it or the previous line printed is followed.
    fn follow(&self, lines: &[String], depth: usize) -> Result<(), String> {
        let (mut before, mut printed) = ("", String::new());
        for line in lines {
            let ran = self.shell(line);
            let said = said(&ran);
            if !ran.status.success() && !self.is_answer(before, line, &said) {
                if stops(&said) {
                    return Ok(());
                }
                let more = [&printed, &said].into_iter().flat_map(|text| runnable(text));
                let is_led_on = depth > 0
                    && more
                        .collect::<Vec<_>>()
                        .iter()
                        .any(|way| self.follow(way, depth - 1).is_ok() && self.is_done_then(line));
                if !is_led_on {
                    return Err(format!("`{line}` fails:\n{said}"));
                }
            }
            (before, printed) = (line, said);
        }
        Ok(())
    }

    /// Returns whether a command succeeds once its own help was followed. Other commands may replace a
    /// repair.
    fn is_done_then(&self, line: &str) -> bool {
        let again = || self.shell(line);
        let is_done =
            |ran: &Output| ran.status.success() || said(ran).contains("nothing to commit");
        line.starts_with("alembic-guard ") || is_done(&again())
    }

    /// Returns whether a command that fails has served its purpose: it only reports problems, it had nothing
    /// to commit, or other help repairs the rest of the commit.
    fn is_answer(&self, before: &str, line: &str, said: &str) -> bool {
        let asks = ["alembic-guard check", "alembic-guard explain", "git fsck"];
        let is_asked =
            asks.iter().any(|ask| line.starts_with(ask)) && !said.contains("error: cannot");
        let is_commit = line.contains("git commit");
        let is_empty = said.contains("nothing to commit") && before.starts_with("git restore");
        let others =
            said.contains("nothing to commit") || said.contains("alembic-guard: commit blocked");
        is_asked || is_commit && (is_empty || self.other_errors && others)
    }

    /// Runs a line as a user would who copies it from the screen.
    fn shell(&self, line: &str) -> Output {
        let folder = Path::new(GUARD).parent().expect("a program is in a folder");
        let script = format!("PATH='{}':$PATH; export PATH; {line}", folder.display());
        // An editor that writes a message.
        let editor = "sh -c 'echo message >\"$1\"' editor";
        let mut shell = self.repo.command("sh");
        shell.env("GIT_EDITOR", editor).args(["-c", &script]).output().expect("sh runs")
    }
}

/// Returns whether a command failed for reasons that help cannot foresee: conflicts, an unreachable remote,
/// or a configuration in the work tree other than the checked one.
fn stops(said: &str) -> bool {
    ["CONFLICT", "Could not read from remote repository", "`.alembic-guard.toml` is not valid"]
        .iter()
        .any(|cause| said.contains(cause))
}

fn said(ran: &Output) -> String {
    [&ran.stdout, &ran.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

/// Returns the lines of each way in a report that can run as printed.
fn runnable(report: &str) -> Vec<Vec<String>> {
    let ways = advice(report).into_iter().flat_map(|advice| advice.ways());
    let lines = |way: Vec<Item>| {
        let shown = way.iter().filter(|item| item.shown.is_some());
        shown.map(line).collect::<Option<Vec<String>>>().unwrap_or_default()
    };
    ways.map(lines).filter(|way| !way.is_empty()).collect()
}

/// The advice of a report about one problem.
#[derive(Debug, Default)]
struct Advice {
    best: Vec<Item>,
    /// The alternatives, each with the step numbers of the best way that it replaces. Without numbers, it
    /// replaces all steps.
    others: Vec<(Vec<usize>, Vec<Item>)>,
}

impl Advice {
    fn ways(self) -> Vec<Vec<Item>> {
        let Advice { best, others } = self;
        let way = |(replaced, steps): (Vec<usize>, Vec<Item>)| {
            let (Some(first), Some(last)) = (replaced.first(), replaced.last()) else {
                return steps;
            };
            [&best[..first - 1], &steps, &best[*last..]].concat()
        };
        let others: Vec<Vec<Item>> = others.into_iter().map(way).collect();
        std::iter::once(best).chain(others).collect()
    }

    /// Returns the steps that were listed last.
    fn last(&mut self) -> &mut Vec<Item> {
        match self.others.last_mut() {
            Some((_, steps)) => steps,
            None => &mut self.best,
        }
    }
}

/// Parses the advice of a report with unwrapped lines.
fn advice(report: &str) -> Vec<Advice> {
    let mut found: Vec<Advice> = Vec::new();
    let mut lines = report.lines().peekable();
    let mut is_advice = false;
    while let Some(line) = lines.next() {
        let (prose, is_inside) = if let Some(rest) = line.strip_prefix("To fix") {
            found.push(Advice::default());
            (rest, true)
        } else if let Some(rest) = line.strip_prefix("Or").filter(|_| is_advice) {
            let (replaced, rest) = replaced(rest);
            let advice = found.last_mut().expect("something comes before it");
            advice.others.push((replaced, Vec::new()));
            (rest, true)
        } else if let Some(rest) = line.strip_prefix("help: ") {
            if !is_advice {
                found.push(Advice::default());
            }
            (rest, true)
        } else if let Some((_, rest)) = line
            .split_once(". ")
            .filter(|(number, _)| is_advice && number.starts_with("  ") && number.trim().len() == 1)
        {
            (rest, true)
        } else {
            ("", false)
        };
        is_advice = is_inside;
        let prose = prose.trim_start_matches([',', ' ']);
        if is_inside && !matches!(prose, "" | ":") {
            let is_numbered = line.starts_with(' ');
            let item = item(prose, is_numbered, || lines.next_if(|line| line.starts_with("    ")));
            found.last_mut().expect("it has begun").last().push(item);
        } else if is_inside
            && prose == ":"
            && lines.peek().is_some_and(|line| line.starts_with("     "))
        {
            let shown = lines.next().map(|line| line.trim_start().to_owned());
            let item = Item { prose: String::new(), shown };
            found.last_mut().expect("it has begun").last().push(item);
        }
    }
    found
}

fn item<'l>(prose: &str, is_numbered: bool, shown: impl FnOnce() -> Option<&'l str>) -> Item {
    if is_numbered && is_command(prose) {
        return Item { prose: String::new(), shown: Some(prose.to_owned()) };
    }
    let shown = if prose.ends_with(':') { shown() } else { None };
    Item { prose: prose.to_owned(), shown: shown.map(|line| line.trim_start().to_owned()) }
}

/// Parses the numbers that an alternative starts with: `, instead of 2 and 3, join the heads:`.
fn replaced(rest: &str) -> (Vec<usize>, &str) {
    let Some(numbers) = rest.strip_prefix(", instead of ") else { return (Vec::new(), rest) };
    let end = numbers.find([',', ':']).expect("the numbers end");
    let found = numbers[..end].split(' ').filter_map(|word| word.parse().ok()).collect();
    (found, &numbers[end..])
}

fn is_command(text: &str) -> bool {
    ["git ", "alembic-guard ", "(cd "].iter().any(|name| text.starts_with(name))
}

/// Returns an item as a line of shell.
fn line(item: &Item) -> Option<String> {
    let shown = item.shown.as_deref()?;
    if let Some((_, path)) = item.prose.trim_end_matches(':').rsplit_once("write in ") {
        let (name, _) = shown.split_once('=')?;
        return Some(format!("sed -i 's|^{name}=.*|{shown}|' {path}"));
    }
    let is_placeholder = |word: &str| {
        word.len() > 1 && word.chars().all(|letter| letter.is_ascii_uppercase()) && word != "HEAD"
    };
    let is_complete = !shown.split(' ').any(is_placeholder);
    let is_conditional = item.prose.starts_with("if ") || item.prose.starts_with("If ");
    (is_command(shown) && is_complete && !is_conditional).then(|| shown.to_owned())
}

/// A copy of a repository and everything below it.
struct Copy {
    repo: Repo,
    _folder: tempfile::TempDir,
}

impl Copy {
    /// Copies a repository without absolute paths to itself. Linked work trees have such paths.
    fn of(repo: &Repo) -> Option<Copy> {
        let top = repo.top.ancestors().find(|folder| folder.join(".git").exists())?;
        let is_plain = top.join(".git").is_dir() && !top.join(".git/worktrees").exists();
        let folder = tempfile::Builder::new().prefix("copy").tempdir_in(top.parent()?).ok()?;
        let copied = Command::new("cp").arg("-a").arg(top.join(".")).arg(folder.path()).status();
        assert!(copied.expect("cp runs").success());
        let below = repo.top.strip_prefix(top).expect("it is below");
        let repo = Repo { top: folder.path().join(below), ..repo.clone() };
        is_plain.then_some(Copy { repo, _folder: folder })
    }
}
