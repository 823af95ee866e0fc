//! The walk: the only part of an audit that uses git.

use crate::advice::{Advice, Command, Step};
use crate::alembic::environment::Discovery;
use crate::compare::{Comparison, Reader, check};
use crate::finding::{Finding, Report};
use crate::git::{self, Before, HistoryStep, Range, Repository};
use crate::problem::Note;
use crate::rules::{self, Consequence, Names, Standing};
use crate::scope::{Context, Error};
use crate::tree::{self, MemoryTree, ObjectId, RepoPath, Tree};

use super::Audit;
use super::incident::{AuditedCommit, Seen};
use super::incidents::Ledger;
use super::relevant_paths::Watch;

/// Audits a history and returns its incidents.
///
/// `progress` is called after each commit with the number of finished commits and the total.
pub(crate) fn audit(
    repository: &Repository,
    context: &Context<'_>,
    range: &Range,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Audit, Error> {
    let steps = repository.history(range)?;
    let tip = repository.commit_tree(range.tip)?;
    let config = context.config_in_force(&*tip)?;
    let mut walk = Walk::new(repository, Reader::remembering(config, repository.cache()))?;
    walk.begin(steps.first())?;
    for (place, step) in steps.iter().enumerate() {
        walk.step(place, step)?;
        progress(place + 1, steps.len());
    }
    let problems = walk.reader.discover(&*tip)?.problems.clone();
    if !walk.met_alembic && !steps.is_empty() {
        let name = crate::text::escape(&range.name);
        return Err(Error::NoEnvironment(format!("any commit of `{name}`")));
    }
    let cut_off = steps.iter().find(|step| step.before == Before::CutOff);
    let mut notes: Vec<Note> = cut_off.map(|step| shallow(step.commit)).into_iter().collect();
    notes.extend(problems.iter().map(|problem| Note {
        message: problem.to_string(),
        advice: Advice::default(),
        known: true,
    }));
    notes.extend(walk.unread.first().map(|first| unread(*first, walk.unread.len())));
    let (incidents, environments) = walk.ledger.close();
    Ok(Audit {
        range: range.name.clone(),
        commits: steps.len(),
        judged: walk.judged,
        environments,
        incidents,
        notes,
    })
}

struct Walk<'r> {
    repository: &'r Repository,
    reader: Reader,
    watch: Watch,
    ledger: Ledger,
    judged: usize,
    met_alembic: bool,
    /// The commits with too many migrations.
    unread: Vec<ObjectId>,
}

impl<'r> Walk<'r> {
    fn new(repository: &'r Repository, reader: Reader) -> Result<Walk<'r>, git::Error> {
        Ok(Walk {
            repository,
            reader,
            watch: Watch::of(&Discovery::default()),
            ledger: Ledger::default(),
            judged: 0,
            met_alembic: false,
            unread: Vec::new(),
        })
    }

    /// Reads the locations of the environments before the first step.
    fn begin(&mut self, first: Option<&HistoryStep>) -> Result<(), Error> {
        let tree: Box<dyn Tree + '_> = match first.map(|step| (step.before, step.commit)) {
            Some((Before::Commit(commit), _) | (Before::CutOff, commit)) => {
                self.repository.commit_tree(commit)?
            }
            // What the configuration names is looked for before it is there.
            Some((Before::Nothing, _)) | None => Box::new(MemoryTree::default()),
        };
        let found = self.reader.discover(&*tree)?;
        self.look_at(&found);
        Ok(())
    }

    fn look_at(&mut self, found: &Discovery) {
        self.watch = Watch::of(found);
        self.met_alembic |= !found.environments.is_empty();
    }

    /// Checks one commit, if it has relevant changes.
    fn step(&mut self, place: usize, step: &HistoryStep) -> Result<(), Error> {
        let parent = match step.before {
            Before::Nothing => None,
            Before::Commit(parent) => Some(parent),
            // What it changed is not known, and what it holds is not its own.
            Before::CutOff => return Ok(()),
        };
        let watch = &self.watch;
        let wanted = |path: &RepoPath| watch.is_signpost(path) || watch.is_migration(path);
        let changed = self.repository.compare(parent, step.commit, &wanted)?;
        if changed.is_empty() {
            return Ok(());
        }
        let tree = self.repository.commit_tree(step.commit)?;
        let found = self.reader.discover(&*tree)?;
        let moved = found.environments != self.watch.environments;
        if !moved && !changed.paths().any(|path| self.watch.is_migration(path)) {
            return Ok(());
        }
        self.check(place, step.commit, parent, &*tree)?;
        self.look_at(&found);
        Ok(())
    }

    fn check(
        &mut self,
        place: usize,
        commit: ObjectId,
        parent: Option<ObjectId>,
        after: &dyn Tree,
    ) -> Result<(), Error> {
        let before = parent.map(|parent| self.repository.commit_tree(parent)).transpose()?;
        let (report, seen) = compare(&mut self.reader, before.as_deref(), after)?;
        if report.findings.iter().any(is_of_judging) {
            self.unread.push(commit);
            return Ok(());
        }
        let description = self.repository.describe(commit)?;
        let landed = AuditedCommit { commit, parent, place, description };
        self.ledger.enter(&landed, &report, seen);
        self.judged += 1;
        Ok(())
    }
}

/// Compares a commit with the one before it; returns the environments after it too.
pub(super) fn compare(
    reader: &mut Reader,
    before: Option<&dyn Tree>,
    after: &dyn Tree,
) -> Result<(Report, Vec<Seen>), tree::Error> {
    let comparison = Comparison {
        before,
        standing: Standing::Published,
        names: Names::new("the branch", "this commit"),
        ..Comparison::alone(after)
    };
    let report = check(reader, &comparison)?;
    let mut seen = Vec::new();
    for environment in reader.discover(after)?.environments.iter().cloned() {
        let graph = reader.state(after, &environment, &[])?.graph;
        seen.push(Seen { environment, graph });
    }
    Ok((report, seen))
}

/// Returns whether a problem means that the commit could not be checked.
fn is_of_judging(finding: &Finding) -> bool {
    rules::find(finding.problem.rule).is_some_and(|rule| rule.consequence == Consequence::Judging)
}

fn unread(first: ObjectId, count: usize) -> Note {
    let first = first.short();
    let commits = match count {
        1 => format!("commit {first} was skipped: it has"),
        _ => format!("{count} commits were skipped, starting with {first}: they have"),
    };
    Note {
        message: format!("{commits} too many migrations"),
        advice: Advice::way([Step::run(
            "see how to raise the limit",
            Command::of("alembic-guard explain too-many-migrations"),
        )]),
        known: false,
    }
}

fn shallow(oldest: ObjectId) -> Note {
    Note {
        message: format!("this clone is shallow: the history before {} is missing", oldest.short()),
        advice: Advice::way([Step::run(
            "fetch the full history",
            Command::of("git fetch --unshallow"),
        )]),
        known: false,
    }
}
