//! Messages and advice for repairs that are not possible.

use crate::advice::{Advice, Command, Step};
use crate::alembic::environment::Environment;
use crate::alembic::migration::RevisionId;
use crate::finding::Finding;
use crate::git::Unsettled;
use crate::heads::Gap;
use crate::python;
use crate::repair::{Holder, NewFile, Obstacle, Refusal, Uneditable};
use crate::rules::listed;
use crate::text::escape;
use crate::tree::RepoPath;

/// Returns the step that joins the heads instead of giving revisions new parents; it stages what it writes
/// if the command that was asked for does.
fn join(asked: &Command) -> Step {
    let merge = Command::of("alembic-guard merge").args(stage_option(asked));
    Step::run("join the heads instead, so that no migration is skipped", merge)
}

/// Returns the option to stage what is written, if a command has it.
fn stage_option(asked: &Command) -> Option<&'static str> {
    asked.argv().iter().flatten().any(|word| word == "--stage").then_some("--stage")
}

/// Returns the command that puts revisions on top of a head.
fn onto(head: &RevisionId, asked: &Command) -> Command {
    let rebase = Command::of("alembic-guard rebase").args(stage_option(asked));
    rebase.args(["--onto", head.as_str()])
}

/// Options for the advice if a rebase is not enough.
pub(super) struct Ways<'a> {
    /// The command that asked for the repair.
    pub(super) asked: &'a Command,
    /// Whether the heads can be joined instead.
    pub(super) may_join: bool,
}

/// Returns the reason why a rebase is not enough.
pub(super) fn obstacle(obstacle: &Obstacle, base: &str, ways: &Ways<'_>) -> Refusal {
    let join = || ways.may_join.then(|| join(ways.asked));
    let graph = || Step::run("draw the graph", Command::of("alembic-guard graph"));
    match obstacle {
        Obstacle::Held { revision, holder: Holder::Target(branch), .. } => Refusal {
            message: format!(
                "`{revision}` needs a new parent, but it is published on {branch}: databases that have run \
                 it would skip that parent"
            ),
            advice: Advice::way([join().unwrap_or_else(graph)]),
        },
        Obstacle::Held { revision, holder: Holder::Branch(branch), .. } => Refusal {
            message: format!(
                "`{revision}` needs a new parent, but it is shared on {branch}, so others may have run it"
            ),
            advice: Advice::way([format!("repair it on {branch}, then merge that branch")])
                .or(join()),
        },
        Obstacle::Ambiguous { revision, heads } => {
            let choices = heads.iter().map(|head| {
                Step::run(format!("put it on top of `{head}`"), onto(head, ways.asked))
            });
            Refusal {
                message: format!(
                    "{base} has several heads that `{revision}` could be put on: {}",
                    listed(heads)
                ),
                advice: choices
                    .chain(join())
                    .fold(Advice::default(), |advice, step| advice.or([step])),
            }
        }
        Obstacle::Rewritten { head, .. } => Refusal {
            message: format!(
                "`{head}` is a head again because a migration of {base} was re-pointed or removed; a rebase \
                 cannot fix that"
            ),
            advice: Advice::way([Step::run(
                "find out what was changed and how to restore it",
                Command::of("alembic-guard check"),
            )])
            .or(join()),
        },
        Obstacle::Tangled { heads } => Refusal {
            message: format!("no order of the new migrations puts {} in one line", listed(heads)),
            advice: Advice::way([graph()]).or(join()),
        },
    }
}

/// Returns a note about revisions that a repair leaves to others.
pub(super) fn left(left: &[(RevisionId, String)]) -> Step {
    let named = left.iter().map(|(revision, branch)| format!("`{revision}` of {branch}"));
    let named = named.collect::<Vec<_>>().join(" and ");
    let (is, it) = if left.len() == 1 { ("is", "it") } else { ("are", "them") };
    Step::note(format!("{named} {is} not changed; fix {it} there"))
}

/// Reports that heads of separate lines are not joined unless they are named.
pub(super) fn lines_apart(heads: &[RevisionId]) -> Refusal {
    let merge = Command::of("alembic-guard merge").args(heads.iter().map(RevisionId::as_str));
    Refusal {
        message: format!(
            "{} share no revision and have their own branch labels, so they may be meant to stay separate",
            listed(heads)
        ),
        advice: Advice::way([Step::run("name the heads to join them anyway", merge)]).or([
            Step::note("list their labels in `branches` of the environment in .alembic-guard.toml")
                .when("they must stay separate"),
        ]),
    }
}

/// Reports that only one head was named.
pub(super) fn nothing_to_join_with(head: &RevisionId) -> Refusal {
    Refusal {
        message: format!("`{head}` is only one head; a merge revision joins at least two"),
        advice: Advice::way([Step::run("list the heads", Command::of("alembic-guard heads"))])
            .or([Step::run("join all extra heads", Command::of("alembic-guard merge"))]),
    }
}

/// Reports that the chosen id is taken.
pub(super) fn id_is_taken(id: &RevisionId) -> Refusal {
    Refusal {
        message: format!("revision `{id}` already exists"),
        advice: Advice::way([Step::run(
            "choose another id, or omit `--rev-id`",
            Command::of("alembic-guard merge"),
        )]),
    }
}

/// Reports why a merge revision cannot be written.
pub(super) fn unwritable(why: &dyn std::error::Error) -> Refusal {
    Refusal {
        message: format!("cannot write a merge revision: {why}"),
        advice: Advice::way([Step::run(
            "see the settings for new files",
            Command::of("alembic-guard config"),
        )]),
    }
}

/// Returns a note if the environment's own template was not used.
pub(super) fn other_template(environment: &Environment, file: &NewFile) -> Option<String> {
    let reason = file.own_template.as_ref().err()?;
    let template = environment.script_location.join("script.py.mako");
    Some(format!("{} was created without {template}: {reason}", file.change.path))
}

/// Reports that the history is too large to be read.
pub(super) fn too_many(environment: &Environment) -> Refusal {
    Refusal {
        message: format!(
            "`{}` has too many migrations, so its heads are unknown",
            escape(&environment.name)
        ),
        advice: Advice::way([Step::run(
            "see how to raise the limit",
            Command::of("alembic-guard check"),
        )]),
    }
}

/// Reports that the heads are unknown because of a file.
pub(super) fn unknown_id(path: &RepoPath) -> Refusal {
    Refusal {
        message: format!("the revision id of {path} is unknown, and so are the heads"),
        advice: Advice::way([Step::run(
            "find out what is wrong with it",
            Command::of("alembic-guard check"),
        )]),
    }
}

/// Reports that the parent of a revision is unknown; `tops` are the heads that it can be put on.
pub(super) fn gap(gap: &Gap<'_>, tops: &[RevisionId], command: &Command) -> Refusal {
    let child = gap.child;
    let (Some(parent), Some(first)) = (&gap.parent, tops.first()) else {
        let first =
            Step::run("find out how to repair that first", Command::of("alembic-guard check"));
        return match &gap.parent {
            Some(parent) => Refusal {
                message: format!("the parent of `{child}`, `{parent}`, is not defined in any file"),
                advice: Advice::way([first]),
            },
            None => Refusal {
                message: format!("the parent of `{child}` is unknown without running Python"),
                advice: Advice::way([first, Step::run("run the command again", command.clone())]),
            },
        };
    };
    let verb = if tops.len() == 1 { "head is" } else { "heads are" };
    Refusal {
        message: format!(
            "the parent of `{child}`, `{parent}`, is not defined in any file; the {verb} {}",
            listed(tops)
        ),
        advice: Advice::way([Step::run(
            format!("put `{child}` on top of `{first}`"),
            onto(first, command),
        )])
        .or([Step::note("merge that branch first")
            .when(format!("`{parent}` is on a branch that is not merged yet"))]),
    }
}

/// Reports that several files define the same id, which a rebase cannot fix.
pub(super) fn duplicate(
    id: &RevisionId,
    files: &[&RepoPath],
    remove: Option<Command>,
    command: &Command,
) -> Refusal {
    let files: Vec<String> = files.iter().map(ToString::to_string).collect();
    let first = match remove {
        Some(remove) => Step::run("remove the copy", remove),
        None => Step::run(
            "find out how to give one of them another id",
            Command::of("alembic-guard check"),
        ),
    };
    Refusal {
        message: format!("revision `{id}` is defined by {}", files.join(" and ")),
        advice: Advice::way([first, Step::run("run the command again", command.clone())]),
    }
}

/// Reports that published heads are not re-pointed.
pub(super) fn landed_side_by_side(heads: &[RevisionId], base: &str, asked: &Command) -> Refusal {
    Refusal {
        message: format!(
            "{} are already heads of {base}; published migrations are not re-pointed, since databases may \
             have run them",
            listed(heads)
        ),
        advice: Advice::way([join(asked)]),
    }
}

/// Reports a problem that the result would still have.
pub(super) fn still_faulty(fault: &Finding) -> Refusal {
    let rule = fault.problem.rule;
    Refusal {
        message: format!(
            "the result would still have a problem: {} ({rule})",
            fault.problem.message
        ),
        advice: Advice::way([
            Step::run("list all problems", Command::of("alembic-guard check")),
            Step::run("explain this rule", Command::of("alembic-guard explain").arg(rule)),
        ]),
    }
}

/// Reports that a file is not in a state to be edited.
pub(super) fn unsettled(path: &RepoPath, why: Unsettled) -> Refusal {
    let update_index = |option| Command::of("git update-index").arg(option).path(path);
    match why {
        Unsettled::Conflicted => Refusal {
            message: format!("unresolved merge conflict in {path}"),
            advice: Advice::way([Step::run(
                "resolve the conflict, then stage the file",
                Command::of("git add").path(path),
            )]),
        },
        Unsettled::Modified => Refusal {
            message: format!("{path} has unstaged changes, which an edit would mix with"),
            advice: Advice::way([Step::run("stage them", Command::of("git add").path(path))])
                .or([Step::run("stash them", Command::of("git stash push").path(path))]),
        },
        Unsettled::AssumedUnchanged => Refusal {
            message: format!("{path} is marked `assume-unchanged` in the index"),
            advice: Advice::way([Step::run(
                "clear the mark",
                update_index("--no-assume-unchanged"),
            )]),
        },
        Unsettled::Skipped => Refusal {
            message: format!("{path} is marked `skip-worktree` in the index"),
            advice: Advice::way([Step::run("clear the mark", update_index("--no-skip-worktree"))]),
        },
        Unsettled::LeftOut => Refusal {
            message: format!("{path} is not in this sparse checkout"),
            advice: Advice::way([Step::run(
                "check it out",
                update_index("--no-skip-worktree").and(Command::of("git restore").path(path)),
            )]),
        },
    }
}

/// Reports that a value cannot be edited automatically.
pub(super) fn uneditable(
    path: &RepoPath,
    parents: &[RevisionId],
    why: &Uneditable,
    asked: &Command,
) -> Refusal {
    let value = python::literal(parents.iter().map(RevisionId::as_str));
    Refusal {
        message: format!("`down_revision` in {path} cannot be edited automatically: {why}"),
        advice: Advice::way([Step::write(
            format!("edit it by hand in {path}"),
            format!("down_revision = {value}"),
        )])
        .or([join(asked)]),
    }
}
