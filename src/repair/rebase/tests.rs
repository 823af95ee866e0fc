//! Histories and what a rebase makes of them, in the notation of [`crate::alembic::graph::tests::graph`].

use super::*;
use crate::alembic::graph::tests::{graph, id};

const ONE: HeadLimits<'static> = HeadLimits { heads: 1, branches: &[] };

/// Rebases and writes what changes as notations, or the obstacle.
fn rebased(before: &str, after: &str) -> String {
    told(before, after, None, "")
}

fn told(before: &str, after: &str, onto: Option<&str>, held: &str) -> String {
    let (before, after) = (graph(before), graph(after));
    let onto = onto.map(id);
    let held: Vec<&str> = held.split_whitespace().collect();
    let holder = |revision: &Revision| {
        let is_held = held.contains(&revision.id.as_str());
        is_held.then(|| Holder::Branch("origin/other".to_owned()))
    };
    // What has an upper-case id was committed before the rest.
    let seniority = |revision: &Revision| {
        if revision.id.as_str().chars().all(|character| character.is_ascii_uppercase()) {
            Seniority::Committed
        } else {
            Seniority::New
        }
    };
    let (before, after) = (&before, &after);
    let onto = onto.as_ref();
    let asked = Rebase { before, after, limits: ONE, onto, holder: &holder, seniority: &seniority };
    match rebase(&asked) {
        Ok(Rebased { moved, left }) => {
            let left =
                left.iter().map(|(revision, branch)| format!("{revision} of {branch} stays"));
            moved.iter().map(line).chain(left).collect::<Vec<_>>().join(" ")
        }
        Err(obstacle) => obstacle_line(&obstacle),
    }
}

fn line(repointed: &Repointed) -> String {
    format!("{}({})", repointed.revision, joined(&repointed.parents))
}

fn obstacle_line(obstacle: &Obstacle) -> String {
    match obstacle {
        Obstacle::Held { revision, holder, heads } => {
            format!("{revision} is on {}; {}", holder.branch(), joined(heads))
        }
        Obstacle::Ambiguous { revision, heads } => format!("{revision} on {}?", joined(heads)),
        Obstacle::Rewritten { head, .. } => format!("{head} is back"),
        Obstacle::Tangled { heads } => format!("tangled: {}", joined(heads)),
    }
}

fn joined(ids: &[RevisionId]) -> String {
    ids.iter().map(RevisionId::as_str).collect::<Vec<_>>().join(",")
}

#[test]
fn what_is_in_one_line_stays() {
    assert_eq!(rebased("a b(a)", "a b(a)"), "");
    assert_eq!(rebased("a b(a)", "a b(a) d(b)"), "");
    assert_eq!(rebased("a b(a)", "a b(a) d(a) m(b,d)"), "");
    assert_eq!(rebased("a x(a) y(a)", "a x(a) y(a) d(x)"), "");
}

#[test]
fn the_lowest_of_a_stale_chain_goes_onto_the_base() {
    assert_eq!(rebased("a b(a)", "a b(a) d(a)"), "d(b)");
    assert_eq!(rebased("a b(a) c(b)", "a b(a) c(b) d(a) e(d)"), "d(c)");
    assert_eq!(rebased("a b(a)", "a b(a) d(a) e(a) m(d,e)"), "d(b) e(b)");
    assert_eq!(rebased("a b(a)", "a b(a) d(a) e(d) f(d) m(e,f)"), "d(b)");
}

#[test]
fn several_chains_become_one_line() {
    assert_eq!(rebased("a b(a)", "a b(a) d(a) e(a)"), "d(b) e(d)");
    assert_eq!(rebased("a b(a)", "a b(a) d(a) e(d) f(a) g(f)"), "d(b) f(e)");
    assert_eq!(rebased("a b(a)", "a b(a) d(b) e(b)"), "e(d)");
    assert_eq!(rebased("a b(a)", "a b(a) d(b) e(b) f(b)"), "e(d) f(e)");
    assert_eq!(rebased("a b(a)", "a b(a) d(b) e(d) f(d)"), "f(e)");
    assert_eq!(rebased("a b(a)", "a b(a) d(b) e(a)"), "e(d)");
    assert_eq!(rebased("a b(a) c(b)", "a b(a) c(b) d(a) e(b) f(c)"), "d(f) e(d)");
    assert_eq!(rebased("", "a d(a) e(a)"), "e(d)");
}

#[test]
fn a_chain_comes_before_what_depends_on_it() {
    assert_eq!(rebased("a b(a)", "a b(a) d(a)!e e(a)"), "d(e) e(b)");
    assert_eq!(rebased("a b(a)", "a b(a) d(b)!e e(b)"), "d(e)");
    assert_eq!(rebased("a b(a)", "a b(a) d(a)!f e(a) f(e)"), "d(f) e(b)");
    assert_eq!(rebased("a b(a)", "a b(a) d(a) e(b)!d"), "d(b) e(d)");
    assert_eq!(rebased("a b(a)", "a b(a) d(a) e(d) f(b) g(f)!d"), "d(b) f(e)");
    assert_eq!(rebased("a b(a)", "a b(a) e f(b)!e g(f) h(f)"), "e(b) f(e) h(g)");
}

#[test]
fn a_merge_that_joins_the_base_is_moved_and_nothing_below_it() {
    assert_eq!(rebased("a b(a) c(b)", "a b(a) c(b) d(a) n(b,d)"), "n(c,d)");
    assert_eq!(rebased("a x(a) y(a) w(x)", "a x(a) y(a) w(x) z(x,y)"), "z(w,y)");
    assert_eq!(rebased("a b(a) c(a) n(b,c)", "a b(a) c(a) n(b,c) m(b,c)"), "m(n)");
    assert_eq!(rebased("a b(a) c(a) n(b,c)", "a b(a) c(a) n(b,c) d(b) m(d,c)"), "d(n) m(d)");
}

#[test]
fn a_chain_beside_a_merge_of_its_lowest_goes_on_top_of_that_merge() {
    assert_eq!(rebased("a b(a)", "a b(a) d(a) e(d) m(b,d)"), "e(m)");
    assert_eq!(rebased("a b(a)", "a b(a) d e(d) m(b,d)"), "e(m)");
}

#[test]
fn what_has_landed_is_not_moved() {
    let before = "a x(a) y(a)";
    assert_eq!(rebased(before, "a x(a) y(a) d(x) e(x,y) f(y)"), "e(d,y) f(e)");
}

#[test]
fn a_merge_loses_the_parent_that_another_one_has_below_it_then() {
    assert_eq!(rebased("a", "a p(a) q(a) t(p) m(p,q) u(q)"), "m(q) q(t) u(m)");
}

#[test]
fn a_second_history_continues_the_first() {
    assert_eq!(rebased("a b(a)", "a b(a) d e(d)"), "d(b)");
    assert_eq!(rebased("", "a d e(d)"), "d(a)");
}

#[test]
fn what_others_have_is_not_moved() {
    assert_eq!(told("a b(a)", "a b(a) d(a) e(d)", None, "d"), "d is on origin/other; b,e");
    assert_eq!(told("a b(a)", "a b(a) d(b) e(b)", None, "e"), "d(e)");
    assert_eq!(told("a b(a)", "a b(a) d(b) e(b)", None, "d e"), "e is on origin/other; d,e");
    assert_eq!(told("a b(a)", "a b(a) d(a) e(d)", None, "e"), "d(b)");
}

#[test]
fn a_chain_that_others_have_is_left_beside_what_is_moved() {
    let held = |after, held| told("a b(a)", &format!("a b(a) {after}"), None, held);
    assert_eq!(held("d(a) e(a)", "e"), "d(b) e of origin/other stays");
    assert_eq!(held("d(a) e(a)!f f g(d)!f", "e"), "d(f) f(b) e of origin/other stays");
    assert_eq!(held("d(a) e", "e"), "d(b) e of origin/other stays");
    assert_eq!(held("d(a) e(a) f(b)", "e"), "d(f) e of origin/other stays");
    assert_eq!(held("d(a) e(a)", "d e"), "d is on origin/other; b,d,e");
    assert_eq!(held("e(a) f(b)", "e"), "e is on origin/other; e,f");
    assert_eq!(held("d(a) e(b) f(b)", "e f"), "f is on origin/other; d,e,f");
}

#[test]
fn a_base_with_several_heads_must_be_told_which() {
    let (before, after) = ("a b(a) x(b) y(b)", "a b(a) x(b) y(b) d(a)");
    assert_eq!(rebased(before, after), "d on x,y?");
    assert_eq!(told(before, after, Some("x"), ""), "d(x)");
    assert_eq!(told("a b(a)", "a b(a) d(b) e(b)", Some("e"), ""), "d(e)");
}

#[test]
fn a_head_that_was_chosen_takes_the_place_of_a_parent_that_no_file_defines() {
    let onto = |before, after, head| told(before, after, Some(head), "");
    assert_eq!(rebased("a b(a)", "a b(a) d(gone)"), "");
    assert_eq!(onto("a b(a)", "a b(a) d(gone) e(d)", "b"), "d(b)");
    assert_eq!(onto("a b(a)", "a b(a) d(gone) e(gone)", "b"), "d(b) e(d)");
    assert_eq!(onto("a b(a)", "a b(a) d(gone) e(a)", "b"), "d(b) e(d)");
    assert_eq!(onto("a b(a)", "a b(a) d(gone) m(d,gone,a)", "b"), "d(b) m(d)");
    assert_eq!(onto("a b(a)", "a b(a) d(gone) e(d)", "e"), "tangled: b,e");
    assert_eq!(onto("a b(a) x(gone)", "a b(a) x(gone) d(lost)", "b"), "d(b)");
    assert_eq!(onto("a b(a) c(b)", "a c(b)", "a"), "");
    assert_eq!(told("a b(a)", "a b(a) d(gone)", Some("b"), "d"), "d is on origin/other; b,d");
    assert_eq!(
        told("a b(a)", "a b(a) d(gone) e(gone)", Some("b"), "d"),
        "e(b) d of origin/other stays"
    );
}

#[test]
fn what_was_committed_first_stays() {
    assert_eq!(rebased("a b(a)", "a b(a) d(b) E(b)"), "d(E)");
    assert_eq!(rebased("a b(a)", "a b(a) D(b) e(b)"), "e(D)");
}

#[test]
fn what_was_published_is_not_put_back() {
    assert_eq!(rebased("a b(a) c(b)", "a b(a) c(a)"), "b is back");
}

#[test]
fn the_order_of_the_files_does_not_matter_to_what_is_mended() {
    assert_eq!(rebased("b(a) a", "e(a) b(a) d(e) a"), "e(b)");
}
