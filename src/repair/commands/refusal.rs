//! Why a repair is not made, in words, and what to do instead.

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

/// Says how to go on without new parents, behind a word that makes it an alternative. What was asked to stage
/// what it writes stages this too.
fn join(or: &str, asked: &Command) -> Step {
    let merge = Command::of("alembic-guard merge").args(stage_option(asked));
    Step::run(format!("{or}join the heads instead, which skips nothing"), merge)
}

/// Returns the option to stage what is written, if a command has it.
fn stage_option(asked: &Command) -> Option<&'static str> {
    asked.argv().iter().flatten().any(|word| word == "--stage").then_some("--stage")
}

/// Returns the command that puts revisions on a head, for who asked for another repair.
fn onto(head: &RevisionId, asked: &Command) -> Command {
    let rebase = Command::of("alembic-guard rebase").args(stage_option(asked));
    rebase.args(["--onto", head.as_str()])
}

/// What may be advised where new parents alone do not repair a history.
pub(super) struct Ways<'a> {
    /// The command that asked for the repair.
    pub(super) asked: &'a Command,
    /// Whether the heads can be joined instead.
    pub(super) may_join: bool,
}

/// Says why new parents alone do not repair a history.
pub(super) fn obstacle(obstacle: &Obstacle, base: &str, ways: &Ways<'_>) -> Refusal {
    let join = |or: &str| ways.may_join.then(|| join(or, ways.asked));
    let graph = || Step::run("see how they hang together", Command::of("alembic-guard graph"));
    match obstacle {
        Obstacle::Held { revision, holder: Holder::Target(branch), .. } => Refusal {
            message: format!(
                "`{revision}` would have to build on something else, but it is on {branch}: databases \
                 that ran it would skip what it is put on"
            ),
            advice: Advice::way([join("").unwrap_or_else(graph)]),
        },
        Obstacle::Held { revision, holder: Holder::Branch(branch), .. } => Refusal {
            message: format!(
                "`{revision}` would have to build on something else, but it is on {branch} too, where \
                 others may have run it"
            ),
            advice: Advice::way([format!("have it fixed on {branch}, and take that in")])
                .or(join("or ")),
        },
        Obstacle::Ambiguous { revision, heads } => {
            let choices = heads.iter().enumerate().map(|(place, head)| {
                let or = if place == 0 { "" } else { "or " };
                Step::run(format!("{or}put it on `{head}`"), onto(head, ways.asked))
            });
            Refusal {
                message: format!(
                    "{base} has several heads for `{revision}` to build on: {}",
                    listed(heads)
                ),
                advice: choices
                    .chain(join("or "))
                    .fold(Advice::default(), |advice, step| advice.or([step])),
            }
        }
        Obstacle::Rewritten { head, .. } => Refusal {
            message: format!(
                "`{head}` is a head again since a migration of {base} was re-pointed or removed; new \
                 parents for new migrations do not fix that"
            ),
            advice: Advice::way([Step::run(
                "see what was changed and how to put it back",
                Command::of("alembic-guard check"),
            )])
            .or(join("or ")),
        },
        Obstacle::Tangled { heads } => Refusal {
            message: format!("no order of the new migrations makes one line of {}", listed(heads)),
            advice: Advice::way([graph()]).or(join("or ")),
        },
    }
}

/// Says what a repair leaves to others.
pub(super) fn left(left: &[(RevisionId, String)]) -> Step {
    let named = left.iter().map(|(revision, branch)| format!("`{revision}` of {branch}"));
    let named = named.collect::<Vec<_>>().join(" and ");
    let stays = if left.len() == 1 { "stays as it is" } else { "stay as they are" };
    Step::note(format!("{named} {stays}; fix that there"))
}

/// Says that heads which each belong to a line of their own are not joined unasked.
pub(super) fn lines_apart(heads: &[RevisionId]) -> Refusal {
    let merge = Command::of("alembic-guard merge").args(heads.iter().map(RevisionId::as_str));
    Refusal {
        message: format!(
            "{} share no revision and carry branch labels of their own, so they may be meant to stay \
             apart",
            listed(heads)
        ),
        advice: Advice::way([Step::run("if not, name them", merge)]).or([
            "if so, name their labels as `branches` of the environment in .alembic-guard.toml",
        ]),
    }
}

/// Says that one head alone was named.
pub(super) fn nothing_to_join_with(head: &RevisionId) -> Refusal {
    Refusal {
        message: format!("`{head}` is one head alone; a merge revision joins two at least"),
        advice: Advice::way([Step::run(
            "see what heads there are",
            Command::of("alembic-guard heads"),
        )])
        .or([Step::run("or join all that must be", Command::of("alembic-guard merge"))]),
    }
}

/// Says that another revision has the id that was chosen.
pub(super) fn id_is_taken(id: &RevisionId) -> Refusal {
    Refusal {
        message: format!("there is a revision `{id}` already"),
        advice: Advice::way([Step::run(
            "choose another id, or none",
            Command::of("alembic-guard merge"),
        )]),
    }
}

/// Says why no file of a merge revision can be made.
pub(super) fn unwritable(why: &dyn std::error::Error) -> Refusal {
    Refusal {
        message: format!("no merge revision can be written: {why}"),
        advice: Advice::way([Step::run(
            "see how files are named and made",
            Command::of("alembic-guard config"),
        )]),
    }
}

/// Says that the environment's own template was not used, where it was not.
pub(super) fn other_template(environment: &Environment, file: &NewFile) -> Option<String> {
    let reason = file.own_template.as_ref().err()?;
    let template = environment.script_location.join("script.py.mako");
    Some(format!("{} was made without {template}: {reason}", file.change.path))
}

/// Reports that the history is too large to be read.
pub(super) fn too_many(environment: &Environment) -> Refusal {
    Refusal {
        message: format!(
            "`{}` has more migrations than are read, so its heads are not known",
            escape(&environment.name)
        ),
        advice: Advice::way([Step::run(
            "see how to let them in",
            Command::of("alembic-guard check"),
        )]),
    }
}

/// Says that a file keeps the heads from being known.
pub(super) fn unknown_id(path: &RepoPath) -> Refusal {
    Refusal {
        message: format!("the id of {path} cannot be known, so nobody can tell what the heads are"),
        advice: Advice::way([Step::run(
            "see what is wrong with it",
            Command::of("alembic-guard check"),
        )]),
    }
}

/// Says that nobody can tell what a revision stands on, and so what is above it; `tops` are the heads that it
/// may be put on.
pub(super) fn gap(gap: &Gap<'_>, tops: &[RevisionId], command: &Command) -> Refusal {
    let child = gap.child;
    let (Some(parent), Some(first)) = (&gap.parent, tops.first()) else {
        let first = Step::run("see how to repair that first", Command::of("alembic-guard check"));
        return match &gap.parent {
            Some(parent) => Refusal {
                message: format!("`{child}` builds on `{parent}`, which no file defines"),
                advice: Advice::way([first]),
            },
            None => Refusal {
                message: format!("only running Python could tell what `{child}` builds on"),
                advice: Advice::way([first, Step::run("then again", command.clone())]),
            },
        };
    };
    let verb = if tops.len() == 1 { "head is" } else { "heads are" };
    Refusal {
        message: format!(
            "`{child}` builds on `{parent}`, which no file defines; the {verb} {}",
            listed(tops)
        ),
        advice: Advice::way([Step::run(
            format!("put `{child}` on `{first}`"),
            onto(first, command),
        )])
        .or([format!(
            "or, if `{parent}` is on a branch that is not merged yet, merge that branch first"
        )]),
    }
}

/// Says that several files define one id, which no parents make right.
pub(super) fn duplicate(
    id: &RevisionId,
    files: &[&RepoPath],
    remove: Option<Command>,
    command: &Command,
) -> Refusal {
    let files: Vec<String> = files.iter().map(ToString::to_string).collect();
    let first = match remove {
        Some(remove) => Step::run("remove the one that is a copy", remove),
        None => Step::run("see how to give one another id", Command::of("alembic-guard check")),
    };
    Refusal {
        message: format!("revision `{id}` is defined by {}", files.join(" and ")),
        advice: Advice::way([first, Step::run("then again", command.clone())]),
    }
}

/// Says that what has landed side by side is not re-pointed.
pub(super) fn landed_side_by_side(heads: &[RevisionId], base: &str, asked: &Command) -> Refusal {
    Refusal {
        message: format!(
            "{} are heads of {base} already; what has landed is not re-pointed, since databases may \
             have run it",
            listed(heads)
        ),
        advice: Advice::way([join("", asked)]),
    }
}

/// Says what would be wrong after all.
pub(super) fn still_faulty(fault: &Finding) -> Refusal {
    let rule = fault.problem.rule;
    Refusal {
        message: format!("that would not come out clean: {} ({rule})", fault.problem.message),
        advice: Advice::way([
            Step::run("see all that is wrong", Command::of("alembic-guard check")),
            Step::run("why this is a fault", Command::of("alembic-guard explain").arg(rule)),
        ]),
    }
}

/// Says that a file must be put in order before a program edits it.
pub(super) fn unsettled(path: &RepoPath, why: Unsettled) -> Refusal {
    let update_index = |option| Command::of("git update-index").arg(option).path(path);
    match why {
        Unsettled::Conflicted => Refusal {
            message: format!("git asks how to merge {path}"),
            advice: Advice::way([Step::run(
                "answer it, then stage it",
                Command::of("git add").path(path),
            )]),
        },
        Unsettled::Modified => Refusal {
            message: format!(
                "{path} holds changes that are not staged, and an edit would mix with them"
            ),
            advice: Advice::way([Step::run("stage them", Command::of("git add").path(path))])
                .or([Step::run("or put them aside", Command::of("git stash push").path(path))]),
        },
        Unsettled::AssumedUnchanged => Refusal {
            message: format!("git was told to take {path} for unchanged whatever it holds"),
            advice: Advice::way([Step::run(
                "let git look at it",
                update_index("--no-assume-unchanged"),
            )]),
        },
        Unsettled::Skipped => Refusal {
            message: format!("git was told not to look at {path} (`skip-worktree`)"),
            advice: Advice::way([Step::run(
                "let git look at it",
                update_index("--no-skip-worktree"),
            )]),
        },
        Unsettled::LeftOut => Refusal {
            message: format!("{path} is left out of this sparse checkout"),
            advice: Advice::way([Step::run(
                "bring it here",
                update_index("--no-skip-worktree").and(Command::of("git restore").path(path)),
            )]),
        },
    }
}

/// Says that a value is not one that a program can edit.
pub(super) fn uneditable(
    path: &RepoPath,
    parents: &[RevisionId],
    why: &Uneditable,
    asked: &Command,
) -> Refusal {
    let value = python::literal(parents.iter().map(RevisionId::as_str));
    Refusal {
        message: format!("`down_revision` in {path} is not to be edited by a program: {why}"),
        advice: Advice::way([Step::write(
            format!("write it by hand in {path}"),
            format!("down_revision = {value}"),
        )])
        .or([join("or ", asked)]),
    }
}
