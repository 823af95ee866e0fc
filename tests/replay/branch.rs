//! The branch on which an incident was made, before anybody merged it.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::replay::facts::{Change, Commit, Facts};
use crate::replay::state::State;

/// The change of an incident, on the commit from which it was begun.
pub(crate) struct Branch<'f> {
    /// Which state it was cut from.
    pub(crate) cut: usize,
    pub(crate) base: OwnBase,
    pub(crate) state: State<'f>,
    /// The files it touches.
    pub(crate) paths: Vec<String>,
}

/// What the branch would come to where nothing else had landed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum OwnBase {
    /// Fine: it adds migrations to what was the head.
    Sound,
    /// Wrong all the same, so that it is cut from the later base. It adds two heads side by side, it
    /// re-points or removes what has landed, or there is no commit at which its parent is a head,
    /// since that came together with a child or never came.
    Faulty,
}

/// A new head and the new migrations under it, as far as they are new.
#[derive(Default)]
struct Chain<'f> {
    files: BTreeMap<&'f str, &'f Change>,
    /// Where it leaves what is there.
    parents: BTreeSet<&'f str>,
    /// What else it needs.
    dependencies: BTreeSet<&'f str>,
}

/// Makes the branch of an incident; `states[incident]` is the later base.
pub(crate) fn branch<'f>(facts: &'f Facts, states: &[State<'f>], incident: usize) -> Branch<'f> {
    let (before, after) = (&states[incident], &states[incident + 1]);
    let new = after.new_since(before);
    let commit = &facts.history[incident];
    let old_heads = &commit.heads_before;
    let new_heads = commit.heads_after.iter().filter(|head| !old_heads.contains(head));
    let chains: Vec<Chain<'f>> = new_heads.filter_map(|head| Chain::under(head, &new)).collect();
    let faulty = |chain: &&Chain<'_>| {
        chain.parents.is_empty()
            || chain.parents.iter().any(|parent| !old_heads.iter().any(|head| head == parent))
    };
    let mut cuts = chains
        .iter()
        .filter(faulty)
        .filter_map(|chain| Some((cut(chain, facts, states, incident)?, chain)));
    let Some((cut, chain)) = cuts.next() else {
        return whole(commit, incident, after);
    };
    let mut state = states[cut].clone();
    let mut paths = Vec::new();
    for path in chain.files.keys() {
        // In a folder that main has moved since, it was still made in the old one.
        let place = state.layout.path_of(path);
        state = state.with(&place, Rc::clone(&after.files[*path]));
        paths.push(place);
    }
    Branch { cut, base: OwnBase::Sound, state, paths }
}

/// The incident as it is, on the commit before it.
fn whole<'f>(commit: &Commit, incident: usize, after: &State<'f>) -> Branch<'f> {
    let paths = commit.changes.iter().map(|change| change.path.clone());
    Branch { cut: incident, base: OwnBase::Faulty, state: after.clone(), paths: paths.collect() }
}

/// Finds the last state before the later base at which each parent of a chain was a head, or below
/// another one that was. A chain without parents begins a history, so it was cut where there was none.
fn cut(chain: &Chain<'_>, facts: &Facts, states: &[State<'_>], incident: usize) -> Option<usize> {
    (0..incident).rev().find(|&number| {
        let state = &states[number];
        let heads: &[String] = match number {
            0 => &[],
            _ => &facts.history[number - 1].heads_after,
        };
        let (at_head, below): (Vec<&str>, Vec<&str>) =
            chain.parents.iter().partition(|parent| heads.iter().any(|head| head == *parent));
        let passed =
            || -> BTreeSet<&str> { at_head.iter().flat_map(|it| state.ancestors(it)).collect() };
        let is_head = if chain.parents.is_empty() {
            heads.is_empty()
        } else {
            below.is_empty() || below.iter().all(|parent| passed().contains(parent))
        };
        is_head && chain.dependencies.iter().all(|name| state.knows(name))
    })
}

impl<'f> Chain<'f> {
    fn under(head: &str, new: &BTreeMap<&'f str, &'f Change>) -> Option<Chain<'f>> {
        let find = |revision: &str| {
            let mut files = new.iter();
            files.find(|(_, change)| change.revision.as_deref() == Some(revision))
        };
        let mut chain = Chain::default();
        let mut waiting = vec![find(head)?];
        while let Some((path, change)) = waiting.pop() {
            if chain.files.insert(path, change).is_some() {
                continue;
            }
            let needed = change.dependencies().into_iter();
            chain.dependencies.extend(needed.filter(|name| find(name).is_none()));
            for parent in change.parents() {
                match find(parent) {
                    Some(found) => waiting.push(found),
                    None => drop(chain.parents.insert(parent)),
                }
            }
        }
        Some(chain)
    }
}
