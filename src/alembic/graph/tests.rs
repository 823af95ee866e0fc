//! Graphs made without Python, for tests here and in the modules that judge graphs.

use std::sync::Arc;

use super::*;
use crate::alembic::migration::{Module, Shape, Value};
use crate::tree::{File, ObjectId, RepoPath};

/// Makes a graph of notations such as `c(a,b)`, `a` for a base, `a#label` for a label and
/// `d(a)!b` for a dependency on `b`. `?x(a)` is a file whose own id is computed, `d(?)` one whose parents are.
pub(crate) fn graph(notation: &str) -> Graph {
    Graph::new(notation.split_whitespace().enumerate().map(|(place, text)| migration(place, text)))
}

pub(crate) fn id(text: &str) -> RevisionId {
    RevisionId::new(text)
}

fn migration(place: usize, notation: &str) -> Migration {
    let (rest, depends_on) = notation.split_once('!').unwrap_or((notation, ""));
    let (rest, parents) = rest.split_once('(').unwrap_or((rest, ""));
    let (revision, label) = rest.split_once('#').unwrap_or((rest, ""));
    let module = Module {
        revision: value(revision),
        down_revision: value(parents.trim_end_matches(')')),
        branch_labels: value(label),
        depends_on: value(depends_on),
        misspellings: Vec::new(),
        allows: Vec::new(),
        fault: None,
        kept_by: None,
    };
    let path =
        RepoPath::new(format!("versions/{place:03}_{}.py", revision.trim_start_matches('?')));
    let file = File { path, id: ObjectId::from_bytes(&place.to_be_bytes()) };
    Migration { file, module: Arc::new(module) }
}

fn value(names: &str) -> Value {
    if names.starts_with('?') {
        return Value::Computed { span: 0..names.len(), reason: "a call".to_owned() };
    }
    let texts: Vec<Text> = names
        .split(',')
        .filter(|name| !name.is_empty())
        .map(|name| Text { text: name.to_owned(), span: 0..name.len() })
        .collect();
    let shape = match texts.len() {
        0 => Shape::None,
        1 => Shape::String,
        _ => Shape::Sequence,
    };
    Value::Known { texts, shape, span: 0..names.len() }
}

fn words(ids: Vec<&RevisionId>) -> String {
    ids.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(" ")
}

#[test]
fn heads_and_bases_are_those_of_the_revision_map() {
    let graph = graph("a b(a) c(a) m(b,c) x y(x)!m");
    assert_eq!(words(graph.heads()), "m y");
    assert_eq!(words(graph.real_heads()), "y");
    assert_eq!(words(graph.bases()), "a x");
}

#[test]
fn a_missing_parent_is_a_fact() {
    let graph = graph("a b(a) c(gone)");
    assert_eq!(graph.missing()[0].child, id("c"));
    assert_eq!(graph.missing()[0].id, id("gone"));
    assert_eq!(words(graph.heads()), "b c");
}

#[test]
fn a_file_of_unknown_id_is_a_head_unless_it_may_define_a_missing_parent() {
    assert!(graph("a ?o(a)").has_unnamed_head());
    assert!(!graph("a ?o(a) c(gone)").has_unnamed_head());
    assert!(graph("a(gone) ?o(a)").has_unnamed_head());
    assert!(!graph("a(gone) ?o(a) c(gone)").has_unnamed_head());
    assert!(!graph("a b(a) c(gone)").has_unnamed_head());
}

#[test]
fn revisions_fork_on_a_parent_that_a_file_of_unknown_id_may_define() {
    let forks = |notation: &str| words(graph(notation).unnamed_forks().into_iter().collect());
    assert_eq!(forks("a ?o(a) c(p) d(p)"), "p");
    assert_eq!(forks("a ?o(a) c(p)"), "");
    assert_eq!(forks("a c(p) d(p)"), "");
    assert_eq!(forks("a ?o(c) c(p) d(p)"), "");
    assert_eq!(forks("a ?o(c) ?q(a) c(p) d(p)"), "p");
    // Either of these may join c and d.
    assert_eq!(forks("a ?o(?) c(p) d(p)"), "");
    assert_eq!(forks("a ?o(a) c(p) d(p) e(?)"), "");
}

#[test]
fn the_later_of_two_files_wins_the_id() {
    let graph = graph("a b(a) c(b) b(c)");
    let duplicates: Vec<_> = graph.duplicates().collect();
    assert_eq!(duplicates.len(), 1);
    assert_eq!(duplicates[0].0, &id("b"));
    assert_eq!(graph.get(&id("b")).expect("b is there").parents.texts()[0].text, "c");
}

#[test]
fn cycles_are_found_once() {
    assert!(graph("a b(a) c(b)").cycles().is_empty());
    let cyclic = graph("a b(a,d) c(b) d(c) e(d) x(y) y(x)");
    let cycles: Vec<String> = cyclic.cycles().into_iter().map(words).collect();
    assert_eq!(cycles, ["b d c", "x y"]);
    let by_dependency = graph("a b(a)!c c(b)");
    assert_eq!(by_dependency.cycles().into_iter().map(words).collect::<Vec<_>>(), ["b c"]);
    assert_eq!(graph("a(a)").cycles().into_iter().map(words).collect::<Vec<_>>(), ["a"]);
}

#[test]
fn labels_hold_upwards_and_down_to_the_fork() {
    let graph = graph("a b(a) c#left(b) d(c) e#right(a) f(e)");
    let labels = graph.labels().expect("there are few");
    let of = |name: &str| -> Vec<&str> {
        labels.get(&id(name)).into_iter().flatten().copied().collect()
    };
    assert_eq!(of("d"), ["left"]);
    assert_eq!(of("b"), ["left"]);
    assert_eq!(of("f"), ["right"]);
    assert!(of("a").is_empty());
}

#[test]
fn a_fork_a_merge_or_a_dependent_above_keeps_a_label_from_holding_downwards() {
    for history in ["a b(a) c#x(b) d(c) e(c)", "a b(a) c#x(b) o m(c,o)", "a b(a) c#x(b) p!c q!c"] {
        let graph = graph(history);
        let labels = graph.labels().expect("there are few");
        assert!(labels.contains_key(&id("c")), "{history}");
        assert!(!labels.contains_key(&id("b")), "{history}");
    }
    let one_dependent = graph("a b(a) c#x(b) d(c)!c p!d");
    assert!(one_dependent.labels().expect("there are few").contains_key(&id("a")));
}

#[test]
fn a_label_that_is_taken_is_a_clash() {
    assert!(graph("a#x b(a)#y").label_clashes().is_empty());
    let twice = graph("a#x b#x(a)");
    assert_eq!(twice.label_clashes()[0].declared.len(), 2);
    let an_id = graph("a b#a(a)");
    assert_eq!(an_id.label_clashes()[0].revision.map(|revision| &revision.id), Some(&id("a")));
    assert_eq!(graph("a#x,x").label_clashes()[0].label, "x");
}

#[test]
fn a_dependency_is_a_revision_or_a_label() {
    assert!(graph("a#x b!x c!a").unknown_dependencies().is_empty());
    let unknown = graph("a b(a)!y");
    assert_eq!(unknown.unknown_dependencies()[0].dependent, id("b"));
    assert_eq!(unknown.unknown_dependencies()[0].name.text, "y");
}

#[test]
fn what_is_required_has_run_before() {
    let graph = graph("a b(a) x y(x)!b z(y)");
    let required: Vec<&str> =
        graph.requirements(&id("z")).into_iter().map(|id| id.as_str()).collect();
    assert_eq!(required, ["a", "b", "x", "y", "z"]);
}

#[test]
fn heights_agree_with_what_is_walked_to_its_end() {
    for history in [
        "a b(a) c(a) m(b,c) x y(x)!b z(y)!m m2(m,c)",
        "a(c) b(a) c(b) d(c) e f(e) g(f,d)",
        "a(a) b(a) c!b d(gone)",
    ] {
        let graph = graph(history);
        let heights = graph.heights();
        for high in graph.revisions().map(|revision| &revision.id) {
            let (line, required) = (graph.ancestors(high), graph.requirements(high));
            for low in graph.revisions().map(|revision| &revision.id) {
                assert_eq!(heights.builds_on(high, low), line.contains(low), "{high} {low}");
                assert_eq!(heights.needs(high, low), required.contains(low), "{high} {low}");
            }
        }
    }
}

#[test]
fn what_an_ancestor_depends_on_is_inherited() {
    let graph = graph("a x b(a)!x c(b) d(c)!x");
    let heights = graph.heights();
    let (a, x) = (id("a"), id("x"));
    let inherited = |of: &str| -> Vec<&RevisionId> {
        let mut inherited: Vec<_> = heights.inherited(&id(of), &[&a, &x]).into_iter().collect();
        inherited.sort();
        inherited
    };
    assert_eq!(inherited("d"), [&x]);
    assert_eq!(inherited("b"), [&a; 0]);
}

#[test]
fn a_long_history_is_no_deep_recursion() {
    let mut notation = String::from("r0");
    for place in 1..20_000 {
        notation.push_str(&format!(" r{place}(r{})", place - 1));
    }
    let graph = graph(&notation);
    assert_eq!(graph.ancestors(&id("r19999")).len(), 20_000);
    assert!(graph.cycles().is_empty());
}
