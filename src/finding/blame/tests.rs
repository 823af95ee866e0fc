//! The table in the module's documentation, row by row.

use super::*;
use crate::tree::Site;

const FILE: &str = "versions/b.py";
const HEADS: &str = "multiple-heads";
const LOADING: &str = "unknown-down-revision";
const JUDGING: &str = "unreadable-migration";
const NEITHER: &str = "redundant-merge";
const WARNING: &str = "docstring-mismatch";
const OFF: &str = "filename-convention";

fn problem(rule: &'static str) -> Problem {
    let site = Site::Path(FILE.into());
    let problem = Problem::new(rule, "default", site, "it is wrong".to_owned());
    Problem { advice: Advice::way(["edit it"]), ..problem }
}

/// A witness that gives fixed answers and records the questions.
#[derive(Default)]
struct Told {
    shared: Option<Shared>,
    head: Option<String>,
    asked: Vec<&'static str>,
}

impl Witness for Told {
    fn shared(&mut self, _: &RepoPath) -> Option<Shared> {
        self.asked.push("shared");
        self.shared.clone()
    }

    fn head_elsewhere(&mut self, _: &[RevisionId]) -> Option<String> {
        self.asked.push("heads");
        self.head.clone()
    }
}

/// Returns the level, the reason and the first step of advice; `None` if the problem is dropped.
fn verdict(
    problem: Problem,
    facts: &Facts,
    told: &mut Told,
) -> Option<(Level, Option<Downgrade>, String)> {
    let finding = blame(vec![problem], facts, &Config::default(), told).pop()?;
    let help = finding.problem.advice.steps().first().map(ToString::to_string).unwrap_or_default();
    Some((finding.level, finding.downgrade, help))
}

fn alone(problem: Problem, facts: &Facts) -> Option<(Level, Option<Downgrade>)> {
    let mut told = Told::default();
    let verdict = verdict(problem, facts, &mut told);
    verdict.map(|(level, downgrade, _)| (level, downgrade))
}

fn touching(paths: &[&str]) -> Facts {
    let touched = paths.iter().map(|path| RepoPath::from(*path)).collect();
    Facts { touched: Some(touched), ..Facts::default() }
}

#[test]
fn row_0_the_configured_level_stands() {
    for (rule, level) in [(HEADS, Level::Error), (LOADING, Level::Error), (WARNING, Level::Warn)] {
        assert_eq!(alone(problem(rule), &Facts::default()), Some((level, None)), "{rule}");
    }
    let minor = Problem { weight: Weight::Minor, ..problem(NEITHER) };
    assert_eq!(alone(minor, &Facts::default()), Some((Level::Warn, None)));
}

#[test]
fn row_1_what_a_comment_allows_is_dropped() {
    for rule in [HEADS, LOADING, WARNING] {
        let allowed = Problem { allowed: true, ..problem(rule) };
        assert_eq!(alone(allowed, &Facts::default()), None, "{rule}");
    }
}

#[test]
fn row_2_a_rule_that_is_off_finds_nothing() {
    assert_eq!(alone(problem(OFF), &Facts::default()), None);
    let existing = Problem { existing: true, ..problem(OFF) };
    assert_eq!(alone(existing, &Facts::default()), None);
}

#[test]
fn row_3_only_those_who_bring_a_warning_hear_of_it() {
    let existing = Problem { existing: true, ..problem(WARNING) };
    assert_eq!(alone(existing, &Facts::default()), None);
    assert_eq!(alone(problem(WARNING), &touching(&["other.py"])), None);
    assert_eq!(alone(problem(WARNING), &touching(&[FILE])), Some((Level::Warn, None)));
}

#[test]
fn row_4_what_was_there_before_is_a_warning() {
    for facts in [Facts::default(), touching(&[]), without_base(), capped(Downgrade::NoTarget)] {
        let existing =
            Problem { existing: true, doubt: Some(Doubt::CannotTell), ..problem(LOADING) };
        assert_eq!(alone(existing, &facts), Some((Level::Warn, Some(Downgrade::Existing))));
    }
}

#[test]
fn row_5_a_doubt_is_a_warning() {
    for doubt in [Doubt::CannotTell, Doubt::OutsideRepository, Doubt::Incomplete, Doubt::Unfinished]
    {
        for facts in [Facts::default(), touching(&["other.py"]), without_base()] {
            let doubted = Problem { doubt: Some(doubt), ..problem(HEADS) };
            let expected = Some((Level::Warn, Some(Downgrade::Doubt(doubt))));
            assert_eq!(alone(doubted, &facts), expected);
        }
    }
}

fn without_base() -> Facts {
    Facts { unless_loading: Some(Downgrade::NoBase), ..Facts::default() }
}

fn capped(cap: Downgrade) -> Facts {
    Facts { cap: Some(cap), ..Facts::default() }
}

#[test]
fn row_6_without_a_base_only_what_does_not_load_blocks() {
    for rule in [HEADS, NEITHER] {
        let expected = Some((Level::Warn, Some(Downgrade::NoBase)));
        assert_eq!(alone(problem(rule), &without_base()), expected, "{rule}");
    }
    for rule in [LOADING, JUDGING] {
        assert_eq!(alone(problem(rule), &without_base()), Some((Level::Error, None)), "{rule}");
    }
}

#[test]
fn row_7_what_the_change_does_not_touch_is_a_warning() {
    let untouched = Some((Level::Warn, Some(Downgrade::Untouched)));
    assert_eq!(alone(problem(LOADING), &touching(&["versions/bc.py"])), untouched);
    assert_eq!(alone(problem(LOADING), &touching(&[FILE])), Some((Level::Error, None)));
    let folder = Problem { culprits: vec!["versions".into()], ..problem(LOADING) };
    assert_eq!(alone(folder, &touching(&[FILE])), Some((Level::Error, None)));

    let elsewhere = BTreeMap::from([(FILE.into(), "origin/topic".to_owned())]);
    let facts = Facts { elsewhere, ..touching(&[]) };
    let (level, reason, help) =
        verdict(problem(LOADING), &facts, &mut Told::default()).expect("it is shown");
    assert_eq!((level, reason), (Level::Warn, Some(Downgrade::Elsewhere("origin/topic".into()))));
    assert_eq!(help, "fix versions/b.py on origin/topic, not here");
}

#[test]
fn row_8_what_others_may_have_run_is_not_to_be_edited() {
    let shared = |own| Some(Shared { branch: "origin/topic".to_owned(), own });
    let heads = |culprits: &[&str]| Problem {
        culprits: culprits.iter().map(|path| RepoPath::from(*path)).collect(),
        if_shared: Some(Advice::way(["merge"])),
        ..problem(HEADS)
    };
    let help = |problem, own| {
        let mut told = Told { shared: shared(own), ..Told::default() };
        let (level, reason, help) =
            verdict(problem, &Facts::default(), &mut told).expect("it is shown");
        assert_eq!((level, reason), (Level::Error, None), "only the advice changes");
        help
    };
    let told = "leave versions/b.py unchanged: it is on origin/topic, and others may have run it";
    assert_eq!(help(heads(&[FILE]), false), told);
    assert_eq!(help(heads(&[FILE]), true), "edit it", "one's own branch is one's own");
    assert_eq!(help(heads(&[FILE, "versions/c.py"]), true), told, "of two, one may be another's");
    assert_eq!(help(problem(HEADS), false), "edit it", "there is no other way");
    let loading = Problem { if_shared: Some(Advice::way(["merge"])), ..problem(LOADING) };
    assert_eq!(help(loading, false), told, "whatever it is about");
}

#[test]
fn row_9_a_head_of_another_target_is_nobodys_fault() {
    let mut told = Told { head: Some("origin/next".to_owned()), ..Told::default() };
    let facts = capped(Downgrade::Ahead);
    let (level, reason, _) = verdict(problem(HEADS), &facts, &mut told).expect("it is shown");
    assert_eq!((level, reason), (Level::Warn, Some(Downgrade::Elsewhere("origin/next".into()))));
    assert_eq!(told.asked, ["heads"]);

    let mut told = Told { head: Some("origin/next".to_owned()), ..Told::default() };
    let (level, reason, _) =
        verdict(problem(LOADING), &Facts::default(), &mut told).expect("it is shown");
    assert_eq!((level, reason), (Level::Error, None));
    assert!(told.asked.is_empty(), "nobody is asked without need");
}

#[test]
fn row_9_where_nothing_blocks_an_error_is_a_warning() {
    for cap in [Downgrade::Ahead, Downgrade::NoTarget, Downgrade::NoBase] {
        for rule in [HEADS, LOADING, NEITHER] {
            let expected = Some((Level::Warn, Some(cap.clone())));
            assert_eq!(alone(problem(rule), &capped(cap.clone())), expected, "{rule}");
        }
        let warning = alone(problem(WARNING), &capped(cap));
        assert_eq!(warning, Some((Level::Warn, None)), "there is nothing to explain");
    }
}

#[test]
fn row_10_a_comment_does_not_allow_what_blocks_where_only_warnings_may_be_allowed() {
    let warnings = Facts { allow: AllowComments::Warnings, ..Facts::default() };
    let allowed = |rule| Problem { allowed: true, ..problem(rule) };
    assert_eq!(alone(allowed(WARNING), &warnings), None);
    let finding = blame(vec![allowed(HEADS)], &warnings, &Config::default(), &mut Told::default());
    assert_eq!(finding[0].level(), Level::Error);
    let help: Vec<String> =
        finding[0].problem.advice.steps().iter().map(ToString::to_string).collect();
    let note = "`allow(multiple-heads)` in the file has no effect on errors here";
    assert_eq!(help, ["edit it", note]);
    let capped = Facts { cap: Some(Downgrade::NoTarget), ..warnings };
    assert_eq!(alone(allowed(HEADS), &capped), None, "by now it is a warning");
}

fn findings(problems: &[Problem]) -> Vec<Finding> {
    blame(problems.to_vec(), &Facts::default(), &Config::default(), &mut Told::default())
}

#[test]
fn row_11_of_a_conflict_only_what_both_answers_have_blocks() {
    let of = |rule, id: &str| Problem { revisions: vec![RevisionId::new(id)], ..problem(rule) };
    let (both, ours) = (of(HEADS, "d"), of(HEADS, "e"));
    let mut found = findings(&[both.clone(), ours, of(WARNING, "f")]);
    only_either_way(&mut found, &findings(&[both, of(LOADING, "e")]));
    let levels: Vec<_> = found.iter().map(|it| (it.level(), it.downgrade().cloned())).collect();
    let conflict = (Level::Warn, Some(Downgrade::Conflict));
    assert_eq!(levels, [(Level::Error, None), conflict, (Level::Warn, None)]);
}

#[test]
fn row_12_somebody_who_asks_for_warnings_gets_no_error() {
    let mut found = findings(&[problem(HEADS), problem(WARNING)]);
    only_warn(&mut found, || Some("alembic-guard.level=warn".to_owned()));
    let asked = Downgrade::Asked("alembic-guard.level=warn".to_owned());
    let levels: Vec<_> = found.iter().map(|it| (it.level(), it.downgrade().cloned())).collect();
    assert_eq!(levels, [(Level::Warn, Some(asked)), (Level::Warn, None)]);

    let mut warned = findings(&[problem(WARNING)]);
    only_warn(&mut warned, || panic!("nothing would block, so nobody is asked"));
    let mut blocking = findings(&[problem(HEADS)]);
    only_warn(&mut blocking, || None);
    assert_eq!(blocking[0].level(), Level::Error);
}
