//! `unreadable-migration`.

use super::{Alteration, Altered, Baseline, Consequence, Group, Rule, RuleContext};
use crate::advice::{Advice, Command, Step};
use crate::alembic::migration::{Fault, Migration};
use crate::config::Level;
use crate::problem::{Doubt, Problem, Related, Weight};
use crate::text::escape;
use crate::tree::{RepoPath, Site};

pub(super) static RULE: Rule = Rule {
    name: "unreadable-migration",
    group: Group::Loading,
    summary: "not valid Python",
    level: Level::Error,
    explain: "\
## What it checks
A new or changed file in a versions folder is not valid Python in any supported version. For example: a syntax
error, merge conflict markers, an undeclared encoding, too large or too deeply nested, or a symlink that leads
out of the repository.

It is a warning if the contents are unknown: the file is stored by Git LFS or git-crypt,
`working-tree-encoding` in `.gitattributes` makes git write another encoding, or a committed file in
`__pycache__` is marked not to be compared with its source. Encodings with null bytes, such as UTF-16, and
identifiers in which git expands `$Id$` are errors.

In old files with Python 2 code, the identifiers are still read, and the files are not reported.

## Why it matters
Alembic imports every file in a versions folder, so one broken file makes every command fail.

## How to fix
Fix the error at the position shown. `python -m py_compile FILE` prints Python's own message. To allow larger
files, raise `max_file_size` in `.alembic-guard.toml`.
",
    baseline: Baseline::SameFile,
    consequence: Consequence::Loading,
    check,
};

fn check(subject: &RuleContext<'_>) -> Vec<Problem> {
    let migrations = subject.migrations();
    let faulty = migrations.filter_map(|migration| Some((migration, fault(subject, migration)?)));
    let faulty = faulty.filter(|(migration, _)| !is_encoded_anew(subject, migration));
    let links = subject.broken_links.iter().map(|link| broken_link(subject, link));
    let faulty = faulty.map(|(migration, fault)| problem(subject, migration, fault));
    let misnamed = subject.migrations().filter(|it| has_no_suffix(it.file.path.file_name()));
    let misnamed = misnamed.map(|migration| misnamed_file(subject, migration));
    let altered = subject.altered.iter().map(|altered| altered_file(subject, altered));
    faulty.chain(misnamed).chain(links).chain(altered).collect()
}

/// Returns whether Alembic treats a file as a migration but cannot load it because `pathlib` does
/// not see the suffix `.py` (`load_python_file` in `alembic/util/pyfiles.py`).
fn has_no_suffix(name: &[u8]) -> bool {
    name == b".py" || name.ends_with(b".py\n")
}

fn misnamed_file(subject: &RuleContext<'_>, migration: &Migration) -> Problem {
    let message = "Alembic fails because of the name of this file".to_owned();
    let mut problem = RULE.at(subject, Site::File(migration.file.clone()), message);
    problem.label = "the suffix is not `.py`".to_owned();
    problem.advice = Advice::way(["rename it so that it ends in `.py`"]);
    problem
}

fn fault<'a>(subject: &'a RuleContext<'_>, migration: &'a Migration) -> Option<&'a Fault> {
    let whole = || subject.details.get(&migration.file)?.fault.as_ref();
    migration.module.fault.as_ref().or_else(whole)
}

fn problem(subject: &RuleContext<'_>, migration: &Migration, fault: &Fault) -> Problem {
    if let Some(keeper) = migration.module.kept_by {
        return kept_elsewhere(subject, migration, keeper);
    }
    let reason = escape(&fault.message);
    let path = &migration.file.path;
    let site = if fault.span.is_empty() && fault.span.start == 0 {
        Site::File(migration.file.clone())
    } else {
        Site::Span { file: migration.file.clone(), span: fault.span.clone() }
    };
    let mut problem = RULE.at(subject, site, format!("not valid Python: {reason}"));
    problem.label = "here".to_owned();
    problem.advice = Advice::way([
        "fix the line shown above".into(),
        Step::run("print Python's own error", Command::of("python -m py_compile").path(path)),
    ]);
    problem
}

/// Reports a file with content that is stored elsewhere, so that Alembic reads something else.
fn kept_elsewhere(subject: &RuleContext<'_>, migration: &Migration, keeper: &str) -> Problem {
    let path = &migration.file.path;
    let message = format!("cannot read this migration: its content is stored by {keeper}");
    let mut problem = RULE.at(subject, Site::File(migration.file.clone()), message);
    problem.weight = Weight::Minor;
    problem.doubt = Some(Doubt::CannotTell);
    problem.advice = Advice::way([
        format!("check out the content with {keeper}").into(),
        format!("exclude it from now on: in .gitattributes, `{path} -filter -diff -merge`").into(),
        Step::run("stage it again", Command::of("git add --renormalize").path(path)),
    ]);
    problem
}

fn broken_link(subject: &RuleContext<'_>, link: &RepoPath) -> Problem {
    let message = "broken symlink in a versions folder".to_owned();
    let mut problem = RULE.at(subject, Site::Path(link.clone()), message);
    problem.advice = Advice::way(["replace the symlink by the file"]);
    problem
}

/// Returns whether git writes the file in another encoding, so that its bytes in the repository differ.
fn is_encoded_anew(subject: &RuleContext<'_>, migration: &Migration) -> bool {
    subject.altered.iter().any(|altered| {
        altered.file == migration.file && matches!(altered.by, Alteration::Encoding { .. })
    })
}

fn altered_file(subject: &RuleContext<'_>, altered: &Altered) -> Problem {
    let path = &altered.file.path;
    let switch_off =
        |off: &str| Step::write("turn it off in .gitattributes", format!("{path} {off}"));
    let (message, advice, is_certain) = match &altered.by {
        Alteration::Ident { is_vital } => (
            "git expands `$Id$` in this file at checkout, which changes its identifiers".to_owned(),
            Advice::way(["remove `$Id$` from the identifiers"]).or([switch_off("-ident")]),
            *is_vital,
        ),
        Alteration::Encoding { name, is_unreadable: true } => (
            format!(
                "git writes this file as {} at checkout, and Python cannot load it",
                escape(name)
            ),
            Advice::way([switch_off("!working-tree-encoding")]),
            true,
        ),
        Alteration::Encoding { name, is_unreadable: false } => (
            format!(
                "cannot tell how Python reads this file: git writes it as {} at checkout",
                escape(name)
            ),
            Advice::way([switch_off("!working-tree-encoding")]),
            false,
        ),
        Alteration::Compiled => (
            "cannot tell what Alembic reads: Python may load a compiled file without comparing it \
             with this one"
                .to_owned(),
            Advice::way([Step::run(
                "remove the compiled file",
                Command::of("git rm").paths(altered.causes.iter().map(|cause| &cause.path)),
            )]),
            false,
        ),
    };
    let mut problem = RULE.at(subject, Site::File(altered.file.clone()), message);
    if !is_certain {
        problem.weight = Weight::Minor;
    }
    problem.culprits.extend(altered.causes.iter().map(|cause| cause.path.clone()));
    if altered.by == Alteration::Compiled {
        let related =
            |cause| Related { site: Site::File(cause), message: "loaded instead".to_owned() };
        problem.related = altered.causes.iter().cloned().map(related).collect();
    }
    problem.advice = advice;
    problem
}
