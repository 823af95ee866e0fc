//! Why a repair is not made, in words, and what to do instead.

use crate::environment::Environment;
use crate::finding::Finding;
use crate::fix::{Holder, NewFile, Obstacle, Refusal, Uneditable};
use crate::git::Unsettled;
use crate::migration::RevisionId;
use crate::rules::listed;
use crate::text::{escape, shell_word};
use crate::tree::RepoPath;
use crate::verdict::Gap;

const JOIN: &str = "join the heads instead, which skips nothing: `alembic-guard merge`";

/// Says why new parents alone do not mend a history.
pub(super) fn obstacle(obstacle: &Obstacle, base: &str) -> Refusal {
    match obstacle {
        Obstacle::Held { revision, holder: Holder::Target(branch), .. } => Refusal {
            message: format!(
                "`{revision}` would have to build on something else, but it is on {branch}: databases \
                 that ran it would skip what it is put on"
            ),
            help: vec![JOIN.to_owned()],
        },
        Obstacle::Held { revision, holder: Holder::Branch(branch), .. } => Refusal {
            message: format!(
                "`{revision}` would have to build on something else, but it is on {branch} too, where \
                 others may have run it"
            ),
            help: vec![
                format!("let it be mended on {branch}, and take that in"),
                format!("or {JOIN}"),
            ],
        },
        Obstacle::Ambiguous { revision, heads } => {
            let choices = heads.iter().map(|head| {
                let head = shell_word(&head.to_string());
                format!("put it on that one: `alembic-guard rebase --onto {head}`")
            });
            Refusal {
                message: format!(
                    "{base} has several heads for `{revision}` to build on: {}",
                    listed(heads)
                ),
                help: choices.chain([format!("or {JOIN}")]).collect(),
            }
        }
        Obstacle::Rewritten { head, .. } => Refusal {
            message: format!(
                "`{head}` is a head again since a migration of {base} was re-pointed or removed; new \
                 parents for new migrations do not mend that"
            ),
            help: vec![
                "see what was changed and how to put it back: `alembic-guard check`".to_owned(),
                format!("or {JOIN}"),
            ],
        },
        Obstacle::Tangled { heads } => Refusal {
            message: format!("no order of the new migrations makes one line of {}", listed(heads)),
            help: vec![
                "see how they hang together: `alembic-guard graph`".to_owned(),
                format!("or {JOIN}"),
            ],
        },
    }
}

/// Says that heads which each belong to a line of their own are not joined unasked.
pub(super) fn lines_apart(heads: &[RevisionId]) -> Refusal {
    let words: Vec<String> = heads.iter().map(|head| shell_word(&head.to_string())).collect();
    Refusal {
        message: format!(
            "{} share no revision and carry branch labels of their own, so they may be meant to stay \
             apart",
            listed(heads)
        ),
        help: vec![
            format!("if not, name them: `alembic-guard merge {}`", words.join(" ")),
            "if so, name their labels as `branches` of the environment in .alembic-guard.toml"
                .to_owned(),
        ],
    }
}

/// Says that one head alone was named.
pub(super) fn nothing_to_join_with(head: &RevisionId) -> Refusal {
    Refusal {
        message: format!("`{head}` is one head alone; a merge revision joins two at least"),
        help: vec![
            "see what heads there are: `alembic-guard heads`".to_owned(),
            "or join all that must be: `alembic-guard merge`".to_owned(),
        ],
    }
}

/// Says that another revision has the id that was chosen.
pub(super) fn id_is_taken(id: &RevisionId) -> Refusal {
    Refusal {
        message: format!("there is a revision `{id}` already"),
        help: vec!["choose another id, or none: `alembic-guard merge`".to_owned()],
    }
}

/// Says why no file of a merge revision can be made.
pub(super) fn unwritable(why: &dyn std::error::Error) -> Refusal {
    Refusal {
        message: format!("no merge revision can be written: {why}"),
        help: vec!["see how files are named and made: `alembic-guard config`".to_owned()],
    }
}

/// Says that the environment's own template was not used, where it was not.
pub(super) fn other_template(environment: &Environment, file: &NewFile) -> Option<String> {
    let reason = file.own_template.as_ref().err()?;
    let template = environment.script_location.join("script.py.mako");
    Some(format!("{} was made without {template}: {reason}", file.change.path))
}

/// Says that there is too much to be read.
pub(super) fn too_many(environment: &Environment) -> Refusal {
    Refusal {
        message: format!(
            "`{}` has more migrations than are read, so its heads are not known",
            escape(&environment.name)
        ),
        help: vec!["see how to let them in: `alembic-guard check`".to_owned()],
    }
}

/// Says that a file keeps the heads from being known.
pub(super) fn unknown_id(path: &RepoPath) -> Refusal {
    Refusal {
        message: format!("the id of {path} cannot be known, so nobody can tell what the heads are"),
        help: vec!["see what is wrong with it: `alembic-guard check`".to_owned()],
    }
}

/// Says that nobody can tell what a revision stands on, and so what is above it.
pub(super) fn gap(gap: &Gap<'_>, command: &str) -> Refusal {
    let child = gap.child;
    Refusal {
        message: match &gap.parent {
            Some(parent) => format!("`{child}` builds on `{parent}`, which no file defines"),
            None => format!("only running Python could tell what `{child}` builds on"),
        },
        help: vec![
            "see how to mend that first: `alembic-guard check`".to_owned(),
            format!("then again: `{command}`"),
        ],
    }
}

/// Says that what has landed side by side is not re-pointed.
pub(super) fn landed_side_by_side(heads: &[RevisionId], base: &str) -> Refusal {
    Refusal {
        message: format!(
            "{} are heads of {base} already; what has landed is not re-pointed, since databases may \
             have run it",
            listed(heads)
        ),
        help: vec![JOIN.to_owned()],
    }
}

/// Says what would be wrong after all.
pub(super) fn still_faulty(fault: &Finding) -> Refusal {
    let rule = fault.rule;
    Refusal {
        message: format!("that would not come out clean: {} ({rule})", fault.message),
        help: vec![
            "see all that is wrong: `alembic-guard check`".to_owned(),
            format!("why this is a fault: `alembic-guard explain {rule}`"),
        ],
    }
}

/// Says that a file must be put in order before a program edits it.
pub(super) fn unsettled(path: &RepoPath, why: Unsettled) -> Refusal {
    let word = shell_word(&path.to_string());
    match why {
        Unsettled::Conflicted => Refusal {
            message: format!("git asks how to merge {path}"),
            help: vec![format!("answer it, then stage it: `git add {word}`")],
        },
        Unsettled::Modified => Refusal {
            message: format!(
                "{path} holds changes that are not staged, and an edit would mix with them"
            ),
            help: vec![
                format!("stage them: `git add {word}`"),
                format!("or put them aside: `git stash push {word}`"),
            ],
        },
        Unsettled::AssumedUnchanged => Refusal {
            message: format!("git was told to take {path} for unchanged whatever it holds"),
            help: vec![format!(
                "let git look at it: `git update-index --no-assume-unchanged {word}`"
            )],
        },
        Unsettled::Skipped => Refusal {
            message: format!("git was told not to look at {path} (`skip-worktree`)"),
            help: vec![format!("let git look at it: `git update-index --no-skip-worktree {word}`")],
        },
        Unsettled::LeftOut => Refusal {
            message: format!("{path} is left out of this sparse checkout"),
            help: vec![format!(
                "bring it here: `git update-index --no-skip-worktree {word} && git restore {word}`"
            )],
        },
    }
}

/// Says that a value is not one that a program can edit.
pub(super) fn uneditable(path: &RepoPath, parents: &[RevisionId], why: &Uneditable) -> Refusal {
    let quoted: Vec<String> = parents.iter().map(|head| format!("\"{head}\"")).collect();
    let value = match quoted.as_slice() {
        [one] => one.clone(),
        several => format!("({})", several.join(", ")),
    };
    Refusal {
        message: format!("`down_revision` in {path} is not to be edited by a program: {why}"),
        help: vec![
            format!("write it by hand in {path}: `down_revision = {value}`"),
            format!("or {JOIN}"),
        ],
    }
}
