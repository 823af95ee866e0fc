//! The head counts of the histories in the table of verdicts, without git: `before` and `after`.

use super::*;
use crate::alembic::graph::tests::graph;
use crate::alembic::migration::RevisionId;

/// Analyzes two histories and writes each problem as a line.
fn faults(before: &str, after: &str) -> Vec<String> {
    faults_within(before, after, HeadLimits { heads: 1, branches: &[] })
}

fn faults_within(before: &str, after: &str, limits: HeadLimits<'_>) -> Vec<String> {
    let faults = analyze_heads(&graph(before), &graph(after), limits);
    faults.iter().map(line).collect()
}

fn line(fault: &HeadProblem) -> String {
    match fault {
        HeadProblem::Stale(stale) => {
            let edges = stale.edges.iter().map(|edge| {
                format!("{}({})<{}", edge.revision, edge.parent, joined(&edge.successors))
            });
            let kind = if stale.unfinished { "unfinished" } else { "stale" };
            format!("{kind} {} at {}", joined(&stale.heads), edges.collect::<Vec<_>>().join(" "))
        }
        HeadProblem::Fork { heads } => format!("fork {}", joined(heads)),
        HeadProblem::NewHistory { head, base } => format!("new history {head} from {base}"),
        HeadProblem::Returned { head, cause: Cause::Repointed(child) } => {
            format!("{head} returned as {child} was re-pointed")
        }
        HeadProblem::Returned { head, cause: Cause::Removed(child) } => {
            format!("{head} returned as {child} was removed")
        }
    }
}

/// Writes the successors of each stale parent, and the heads of the base above it.
fn places(before: &str, after: &str) -> Vec<String> {
    let faults =
        analyze_heads(&graph(before), &graph(after), HeadLimits { heads: 1, branches: &[] });
    let stale = faults.into_iter().filter_map(|fault| match fault {
        HeadProblem::Stale(stale) => Some(stale.edges),
        HeadProblem::Fork { .. }
        | HeadProblem::NewHistory { .. }
        | HeadProblem::Returned { .. } => None,
    });
    let place =
        |edge: StaleEdge| format!("{}; {}", joined(&edge.successors), joined(&edge.base_heads));
    stale.flatten().map(place).collect()
}

fn joined(ids: &[RevisionId]) -> String {
    ids.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(",")
}

#[test]
fn a_chain_on_a_parent_left_behind_is_stale() {
    assert_eq!(faults("a b(a)", "a b(a) d(a)"), ["stale d at d(a)<b"]);
    assert_eq!(faults("a b(a) c(b)", "a b(a) c(b) d(a) e(d)"), ["stale e at d(a)<b"]);
}

#[test]
fn what_builds_on_a_new_duplicate_is_not_judged() {
    assert_eq!(faults("a b(a) c(b)", "a b(a) c(b) b(a) d(b)"), [""; 0]);
    assert_eq!(faults("a b(a) c(b)", "a b(a) c(b) c(a) d(c)"), [""; 0]);
    assert_eq!(faults("a b(a) b(a) c(b)", "a b(a) b(a) c(b) d(b)"), ["stale d at d(b)<c"]);
}

#[test]
fn nothing_that_the_change_removes_is_named_to_build_on() {
    assert_eq!(places("a b(a) c(b)", "a b(a) c(b) d(a)"), ["b; c"]);
    assert_eq!(places("a x(a) y(a)", "a x(a) d(a)"), ["x; x"]);
    assert_eq!(places("a b(a) c(b)", "a b(a) d(a)"), ["b; b"]);
    assert_eq!(places("a b(a) c(b) m(c) n(b)", "a b(a) c(b) m(c) d(a)"), ["b; m"]);
}

#[test]
fn a_repaired_chain_passes() {
    assert!(faults("a b(a)", "a b(a) d(a) m(b,d)").is_empty());
    assert!(faults("a b(a)", "a b(a) d(b)").is_empty());
}

#[test]
fn two_new_heads_on_one_parent_are_a_fork() {
    assert_eq!(faults("a b(a)", "a b(a) d(b) e(b)"), ["fork d,e"]);
    assert_eq!(faults("", "a d(a) e(a)"), ["fork d,e"]);
    assert_eq!(faults("", "a b"), ["fork a,b"]);
}

#[test]
fn stale_heads_are_taken_out_before_forks_are_counted() {
    assert_eq!(faults("a b(a)", "a b(a) d(b) e(a)"), ["stale e at e(a)<b"]);
}

#[test]
fn debt_is_nobodys() {
    assert!(faults("a x(a) y(a)", "a x(a) y(a)").is_empty());
    assert!(faults("a x(a) y(a)", "a x(a) y(a) z(x,y)").is_empty());
    assert!(faults("a x(a) y(a)", "a x(a) y(a) d(x)").is_empty());
}

#[test]
fn a_revision_in_the_place_of_one_that_is_gone_is_sound() {
    assert!(faults("a x(a) y(a)", "a x(a) d(a)").len() == 1);
    assert!(faults("a b(a) x(b) y(a)", "a b(a) d(b) y(a)").is_empty());
}

#[test]
fn debt_excuses_no_new_fork() {
    assert_eq!(faults("a x(a) y(a)", "a x(a) y(a) d(a)"), ["stale d at d(a)<x,y"]);
    assert_eq!(faults("a x(a) y(a)", "a x(a) y(a) z(x,y) d(a)"), ["stale d at d(a)<x,y"]);
    assert_eq!(faults("a x(a) y(a)", "a x(a) y(a) z(x,y) d(z) e(z)"), ["fork d,e"]);
    assert_eq!(faults("a x(a) y(a)", "a x(a) y(a) d(x) e(x)"), ["fork d,e"]);
}

#[test]
fn an_overtaken_repair_is_unfinished() {
    let after = "a x(a) y(a) w(x) z(x,y)";
    assert_eq!(faults("a x(a) y(a) w(x)", after), ["unfinished z at z(x)<w"]);
}

#[test]
fn a_second_merge_of_the_same_heads_is_stale() {
    let before = "a x(a) y(a) w(x,y)";
    assert_eq!(faults(before, "a x(a) y(a) w(x,y) z(x,y)"), ["stale z at z(x)<w z(y)<w"]);
}

#[test]
fn an_overtaken_merge_is_at_fault_and_not_the_chain_below_it() {
    assert_eq!(faults("a b(a) c(b)", "a b(a) c(b) d(a) n(b,d)"), ["stale n at n(b)<c"]);
    assert_eq!(faults("a b(a) c(b)", "a b(a) c(b) d(a) x(b) n(x,d)"), ["stale n at x(b)<c"]);
}

#[test]
fn a_history_beside_the_history_is_named() {
    assert_eq!(faults("a b(a)", "a b(a) r s(r)"), ["new history s from r"]);
    assert!(faults("a b(a)", "s").is_empty());
    assert!(faults("a x(a) y(a) z(a)", "s y").is_empty());
    assert_eq!(faults("a x(a) y(a)", "a x(a) y(a) z(x,y) r"), ["new history r from r"]);
}

#[test]
fn a_head_returns_where_its_child_moved_or_went() {
    let moved = faults("a b(a) c(b)", "a b(a) c(a)");
    assert_eq!(moved, ["b returned as c was re-pointed"]);
    let gone = faults("a x(a) y(a) z(x,y)", "a x(a) y(a)");
    assert_eq!(gone, ["x returned as z was removed", "y returned as z was removed"]);
    assert!(faults("a x(a) y(a) z(y)", "a x(a) y(a)").is_empty());
    assert!(faults("a b(a)", "a").is_empty());
}

#[test]
fn a_head_returns_below_new_revisions_where_its_child_moved() {
    assert_eq!(faults("a b(a) c(b)", "a b(a) c!b d(b) e(d)"), ["b returned as c was re-pointed"]);
    assert_eq!(faults("a b(a) c(b)", "a b(a) c(a) d(b)"), ["b returned as c was re-pointed"]);
    let both = faults("a b(a) c(b)", "a b(a) c(a) d(b) e(b)");
    assert_eq!(both, ["b returned as c was re-pointed"]);
    // Some child stays above it, or there are no more heads than before.
    let stays = faults("a b(a) c(b) d(b)", "a b(a) c(a) d(b) e(b)");
    assert_eq!(stays, ["stale e at e(b)<c,d"]);
    assert_eq!(faults("a b(a) c(b)", "a b(a) d(b) c(d) e(d)"), ["stale e at d(b)<c"]);
    assert_eq!(faults("a b(a) x(b) y(a)", "a b(a) x(y) y(a) d(b)"), ["stale d at d(b)<x"]);
}

#[test]
fn a_head_returns_only_if_there_are_more_heads_than_before() {
    // Three heads become two: x and y are joined, and w is re-pointed so that its parent z is a head.
    let before = "a x(a) y(a) z(a) w(z)";
    assert!(faults(before, "a x(a) y(a) z(a) w(x,y)").is_empty());
    assert_eq!(faults("a z(a) w(z)", "a z(a) w(a)"), ["z returned as w was re-pointed"]);
    // The same number of heads, but another one of them.
    assert!(faults("a x(a) m(x) y(a)", "a x(a) m(y) y(a)").is_empty());
}

#[test]
fn heads_that_return_are_counted_by_group() {
    let branches = ["one".to_owned(), "two".to_owned()];
    let limits = HeadLimits { heads: 1, branches: &branches };
    let before = "a o#one(a) p(o) t#two(a) u(t) v(t)";
    let after = "a o#one(a) p(o) t#two(a) u(t) v(u)";
    assert!(faults_within(before, after, limits).is_empty());
    let after = "a o#one(a) p#one(a) t#two(a) u(t) v(u)";
    assert_eq!(faults_within(before, after, limits), ["o returned as p was re-pointed"]);
}

#[test]
fn a_head_over_a_new_gap_is_not_counted() {
    assert!(faults("a b(a) c(b)", "s c(b)").is_empty());
    assert!(faults("", "a x(nowhere)").is_empty());
    assert_eq!(faults("a(gone) b(a)", "a(gone) b(a) d(a)"), ["stale d at d(a)<b"]);
}

#[test]
fn siblings_fork_on_a_parent_that_only_a_file_of_unknown_id_may_define() {
    assert_eq!(faults("a ?o(a)", "a ?o(a) c(p) d(p)"), ["fork c,d"]);
    assert_eq!(faults("", "a ?o(a) c(p) e(c) d(p)"), ["fork d,e"]);
    assert_eq!(faults("a ?o(a) c(p)", "a ?o(a) c(p) d(p)"), ["stale d at d(p)<c"]);
    assert_eq!(places("a ?o(a) c(p) e(c)", "a ?o(a) c(p) e(c) d(p)"), ["c; e"]);
    assert_eq!(faults("a ?o(a)", "a ?o(a) c(p) d(p) f(a)"), ["stale f at f(a)<", "fork c,d"]);
    // One child is not a fork, nor are two that are joined, that are in the base, or that may be two heads.
    assert!(faults("a ?o(a)", "a ?o(a) c(p)").is_empty());
    assert!(faults("a ?o(a)", "a ?o(a) c(p) d(p) m(c,d)").is_empty());
    assert!(faults("a ?o(a) c(p) d(p)", "a ?o(a) c(p) d(p) e(d)").is_empty());
    let two = HeadLimits { heads: 2, branches: &[] };
    assert!(faults_within("a ?o(a)", "a ?o(a) c(p) d(p)", two).is_empty());
    // It is unknown what `m(?)` joins, and without `?o` the parent is plainly missing.
    assert!(faults("a ?o(a)", "a ?o(a) c(p) d(p) m(?)").is_empty());
    assert!(faults("a", "a c(p) d(p)").is_empty());
}

#[test]
fn each_configured_label_is_a_group() {
    let branches = ["expand".to_owned(), "contract".to_owned()];
    let limits = HeadLimits { heads: 1, branches: &branches };
    let before = "a e#expand(a) c#contract(a)";
    assert!(faults_within(before, &format!("{before} e2(e) c2(c)"), limits).is_empty());
    let forked = faults_within(before, &format!("{before} e2(e) e3(e)"), limits);
    assert_eq!(forked, ["fork e2,e3"]);
    let landed = format!("{before} e2(e)");
    let stale = faults_within(&landed, &format!("{landed} e3(e)"), limits);
    assert_eq!(stale, ["stale e3 at e3(e)<e2"]);
}

#[test]
fn a_history_within_its_limits_answers_for_nobody() {
    let branches = ["expand".to_owned(), "contract".to_owned()];
    let none: [String; 0] = [];
    let cases = [
        ("", 1, &none[..], true),
        ("a b(a) d(a) m(b,d)", 1, &none, true),
        ("a b(a) d(a)", 1, &none, false),
        ("a b(a) d(a)", 2, &none, true),
        ("a e#expand(a) c#contract(a)", 1, &branches, true),
        ("a e#expand(a) c#contract(a) e2(a) e3(a)", 1, &branches, false),
        ("a e#expand(a) e2(e) e3(e)", 1, &branches, false),
    ];
    for (history, heads, branches, within) in cases {
        let limits = HeadLimits { heads, branches };
        assert_eq!(within_limits(&graph(history), limits), within, "{history} of {heads}");
    }
}

#[test]
fn dependencies_join_no_heads() {
    assert_eq!(faults("a b(a)", "a b(a) d(b) e(b)!d"), ["fork d,e"]);
}

#[test]
fn the_drawing_ends_where_the_lines_part() {
    let graph = graph("r a(r) b(a) c(b) d(a)");
    let heads = [RevisionId::new("c"), RevisionId::new("d")];
    let drawing = draw(&graph, &heads, |id| Caption { note: id.to_string(), new: false });
    let names: Vec<&str> = drawing.nodes.iter().map(|node| node.revision.as_str()).collect();
    assert_eq!(names, ["c", "b", "d", "a"]);
    assert!(drawing.nodes[3].continues && drawing.nodes[3].parents.is_empty());
    assert!(!drawing.nodes[0].continues);
}
