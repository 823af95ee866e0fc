//! A history and the branches of its incidents, as one repository.

use crate::replay::branch::{Branch, branch};
use crate::replay::facts::Facts;
use crate::replay::repository::Repository;
use crate::replay::state::{State, states};
use crate::replay::stream::{self, Stream};

/// What a history comes to.
pub(crate) struct Rebuilt<'f> {
    pub(crate) repository: Repository,
    /// What is there before the first commit, and after each.
    pub(crate) states: Vec<State<'f>>,
    /// The incidents, by the number of the commit, each as the branch that it was made on.
    pub(crate) incidents: Vec<(usize, Branch<'f>)>,
}

/// Makes the repository.
pub(crate) fn rebuild(facts: &Facts) -> Rebuilt<'_> {
    let states = states(facts);
    let incidents = (0..facts.history.len()).filter(|&it| facts.history[it].introduces_head);
    let incidents: Vec<(usize, Branch<'_>)> =
        incidents.map(|incident| (incident, branch(facts, &states, incident))).collect();
    let repository = Repository::import(&stream(facts, &states, &incidents));
    Rebuilt { repository, states, incidents }
}

/// Returns the number that the commit of a state has in the stream.
pub(crate) fn mark(state: usize) -> usize {
    state + 1
}

/// Names the branch of an incident.
pub(crate) fn branch_name(incident: usize) -> String {
    format!("incident-{incident}")
}

/// Writes the states in one line, then the branches. What is judged by hand is on no branch: one that
/// holds it all would be a target.
fn stream(facts: &Facts, states: &[State<'_>], branches: &[(usize, Branch<'_>)]) -> String {
    let mut stream = Stream::default();
    for (number, state) in states.iter().enumerate() {
        stream.add(&stream::Commit {
            reference: "refs/replay/history",
            message: number.checked_sub(1).map_or("Set up", |it| &facts.history[it].commit),
            parent: number.checked_sub(1).map(|parent| (mark(parent), &states[parent])),
            state,
        });
    }
    for (incident, branch) in branches {
        stream.add(&stream::Commit {
            reference: &format!("refs/heads/{}", branch_name(*incident)),
            message: "Add migrations",
            parent: Some((mark(branch.cut), &states[branch.cut])),
            state: &branch.state,
        });
    }
    stream.finish()
}
