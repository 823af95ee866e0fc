//! Histories of a few states in memory: what they come to in the ledger.

use super::incident::{AuditedCommit, Incident, IncidentKind};
use super::incidents::Ledger;
use super::repair::How;
use super::walk::compare;
use super::{Audit, IncidentRepair};
use crate::alembic::migration::RevisionId;
use crate::compare::Reader;
use crate::config::Config;
use crate::git::Description;
use crate::tree::{MemoryTree, ObjectId, Tree};

/// Makes a tree of notations such as `c(a,b)`; `c@x(a)` is in a file called `x.py`.
fn tree(notation: &str) -> MemoryTree {
    tree_in("migrations", notation)
}

fn tree_in(folder: &str, notation: &str) -> MemoryTree {
    let mut tree = MemoryTree::default()
        .with(format!("{folder}/env.py"), "")
        .with(format!("{folder}/script.py.mako"), "");
    for migration in notation.split_whitespace() {
        let (rest, parents) = migration.split_once('(').unwrap_or((migration, ""));
        let (id, file) = rest.split_once('@').unwrap_or((rest, rest));
        let parents: Vec<String> = parents
            .trim_end_matches(')')
            .split(',')
            .filter(|parent| !parent.is_empty())
            .map(|parent| format!("{parent:?}"))
            .collect();
        let parents = match parents.as_slice() {
            [] => "None".to_owned(),
            several => format!("({},)", several.join(", ")),
        };
        let source = format!("revision = {id:?}\ndown_revision = {parents}\n");
        tree = tree.with(format!("{folder}/versions/{file}.py"), source);
    }
    tree
}

/// Enters states one after the other, an hour apart.
fn entered(states: &[MemoryTree]) -> Vec<Incident> {
    let mut reader = Reader::new(Config::default());
    let mut ledger = Ledger::default();
    let mut before: Option<&dyn Tree> = None;
    for (place, after) in states.iter().enumerate() {
        let (report, seen) = compare(&mut reader, before, after).expect("memory can be read");
        ledger.enter(&landed(place), &report, seen);
        before = Some(after);
    }
    ledger.close().0
}

fn landed(place: usize) -> AuditedCommit {
    let time = 3600 * place as i64;
    AuditedCommit {
        commit: ObjectId::from_bytes(&[place as u8; 20]),
        parent: None,
        place,
        description: Description { committed: time, authored: time, subject: String::new() },
    }
}

/// Says where each incident is, of what kind, and where and how it ended.
fn told(states: &[MemoryTree]) -> Vec<String> {
    let told = |incident: &Incident| {
        let end = match &incident.repair {
            Some(repair) => format!("{} {:?}", repair.landed.place, repair.how),
            None => "open".to_owned(),
        };
        format!("{} {:?} {end}", incident.landed.place, incident.kind)
    };
    entered(states).iter().map(told).collect()
}

fn told_of(states: &[&str]) -> Vec<String> {
    told(&states.iter().map(|state| tree(state)).collect::<Vec<_>>())
}

const FORK: &str = "a b(a) d(a)";

#[test]
fn a_history_without_fork_has_no_incident() {
    assert_eq!(told_of(&["a", "a b(a)", "a b(a) c(b)"]), [""; 0]);
}

#[test]
fn every_way_to_repair_a_fork_is_told_apart() {
    let cases = [
        ("a b(a) d(a) m(b,d)", "Joined(RevisionId(\"m\"))"),
        ("a b(a) d(a) m(b,d) n(m)", "Joined(RevisionId(\"m\"))"),
        ("a b(a) d(b)", "Repointed([RevisionId(\"d\")])"),
        ("a b(a)", "Removed([RevisionId(\"d\")])"),
        ("a b(a) e@d(b)", "Renumbered { from: RevisionId(\"d\"), to: RevisionId(\"e\") }"),
        ("a b(a) d(a) c(b,d)", "Joined(RevisionId(\"c\"))"),
    ];
    for (repaired, how) in cases {
        assert_eq!(told_of(&["a b(a)", FORK, repaired]), [format!("1 Heads 2 {how}")]);
    }
}

#[test]
fn a_file_that_has_another_id_in_its_name_is_the_same() {
    let forked = tree("a b(a) d@d_add_email(a)");
    let repaired = tree("a b(a) e@e_add_email(b)");
    let how = "Renumbered { from: RevisionId(\"d\"), to: RevisionId(\"e\") }";
    let told = told(&[tree("a b(a)"), forked, repaired]);
    assert_eq!(told, [format!("1 Heads 2 {how}")]);
}

#[test]
fn what_is_not_repaired_is_open() {
    assert_eq!(told_of(&["a b(a)", FORK, "a b(a) d(a) c(b)"]), ["1 Heads open"]);
}

#[test]
fn a_second_head_is_an_incident_of_its_own() {
    let states = ["a b(a)", FORK, "a b(a) d(a) e(a)", "a b(a) d(a) e(a) m(b,d,e)"];
    let joined = "3 Joined(RevisionId(\"m\"))";
    assert_eq!(told_of(&states), [format!("1 Heads {joined}"), format!("2 Heads {joined}")]);
}

#[test]
fn an_older_fork_is_not_for_the_next_one_to_mend() {
    let states = ["a b(a)", FORK, "a b(a) d(a) e(a)", "a b(a) d(a)"];
    assert_eq!(told_of(&states), ["1 Heads open", "2 Heads 3 Removed([RevisionId(\"e\")])"]);
}

#[test]
fn a_fork_that_another_one_replaces_is_open_until_the_last_head_is_joined() {
    let states = ["a b(a) d(a)", "a b(a) d(a) z(b,d) e(a)", "a b(a) d(a) z(b,d) e(a) y(z,e)"];
    assert_eq!(told_of(&states), ["0 Heads 2 Joined(RevisionId(\"y\"))"]);
}

#[test]
fn a_history_that_does_not_load_is_over_when_it_does() {
    let cases = [
        ("a b(a) c(b)", "Added(RevisionId(\"b\"))"),
        ("a c(a)", "Repointed([RevisionId(\"c\")])"),
        ("a", "Removed([RevisionId(\"c\")])"),
    ];
    for (repaired, how) in cases {
        assert_eq!(told_of(&["a", "a c(b)", repaired]), [format!("1 Loading 2 {how}")]);
    }
}

#[test]
fn a_fork_behind_a_gap_must_be_over_too() {
    let states = ["a x(a)", "a x(a) c(b)", "a x(a) b(a) c(b)", "a x(a) b(x) c(b)"];
    assert_eq!(told_of(&states), ["1 Loading 3 Repointed([RevisionId(\"b\")])"]);
}

#[test]
fn a_syntax_error_lasts_until_its_file_is_mended() {
    let broken = |more: &str| {
        let source = "revision = \"b\"\ndown_revision = \"a\"\ndef upgrade(:\n";
        tree(more).with("migrations/versions/b.py", source)
    };
    let states = [tree("a"), broken("a"), broken("a c(b)"), tree("a b(a) c(b)")];
    let how = "Edited(RepoPath([109, 105, 103, 114, 97, 116, 105, 111, 110, 115, 47, 118, 101, 114, \
               115, 105, 111, 110, 115, 47, 98, 46, 112, 121]))";
    assert_eq!(told(&states), [format!("1 Loading 3 {how}")]);
}

#[test]
fn a_duplicate_is_over_when_one_of_the_two_has_another_id() {
    let states = [tree("a b(a)"), tree("a b(a) b@twin(a)"), tree("a b(a) c@twin(b)")];
    let how = "Renumbered { from: RevisionId(\"b\"), to: RevisionId(\"c\") }";
    assert_eq!(told(&states), [format!("1 Duplicate 2 {how}")]);
    let states = [tree("a b(a)"), tree("a b(a) b@twin(a)"), tree("a b(a)")];
    assert_eq!(told(&states), ["1 Duplicate 2 Removed([RevisionId(\"b\")])"]);
}

#[test]
fn an_environment_is_followed_where_it_moves() {
    let states = [
        tree("a b(a)"),
        tree(FORK),
        tree_in("app/migrations", FORK),
        tree_in("app/migrations", "a b(a) d(b)"),
    ];
    assert_eq!(told(&states), ["1 Heads 3 Repointed([RevisionId(\"d\")])"]);
}

#[test]
fn an_environment_that_is_gone_has_no_heads() {
    let code = MemoryTree::new([("app.py", "")]);
    assert_eq!(told(&[tree("a b(a)"), tree(FORK), code]), ["1 Heads 2 Dropped"]);
}

#[test]
fn a_repair_before_its_fault_took_no_time() {
    let incident = AuditedCommit { place: 0, ..landed(5) };
    let repair = IncidentRepair::new(&incident, &landed(2), How::Unclear);
    assert_eq!((repair.seconds, repair.commits), (0, 2));
}

#[test]
fn the_median_leaves_out_what_is_open() {
    let incident = |hours: Option<usize>| {
        let repair =
            hours.map(|hours| IncidentRepair::new(&landed(0), &landed(hours), How::Dropped));
        Incident {
            landed: landed(0),
            environment: "migrations".to_owned(),
            kind: IncidentKind::Heads,
            heads_before: Vec::new(),
            heads_after: vec![RevisionId::new("a")],
            findings: Vec::new(),
            repair,
        }
    };
    let median = |hours: &[Option<usize>]| {
        let incidents = hours.iter().map(|hours| incident(*hours)).collect();
        Audit { incidents, ..Audit::default() }.median_seconds().map(|seconds| seconds / 3600)
    };
    assert_eq!(median(&[]), None);
    assert_eq!(median(&[None]), None);
    assert_eq!(median(&[Some(9), None, Some(1), Some(3)]), Some(3));
    assert_eq!(median(&[Some(4), Some(2)]), Some(4));
}
