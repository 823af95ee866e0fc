//! `heads` and `graph`.

use super::arguments::{Format, Revision};
use super::check::default_side;
use super::terminal::Terminal;
use super::{Failure, Session};
use crate::check::{Reader, State};
use crate::environment::Environment;
use crate::finding::Outcome;
use crate::git::Side;
use crate::graph::Revision as GraphRevision;
use crate::judge::{Against, Subject};
use crate::migration::RevisionId;
use crate::report;
use crate::report::graph::{EnvironmentView, GraphView, RevisionView};

pub(super) fn heads(
    revision: &Revision,
    session: &Session,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    let view = view(revision, session)?;
    terminal.print(&match session.format {
        Format::Text => report::graph::heads_text(&view, &terminal.output_style()),
        Format::Json => report::json::to_string(&report::graph::heads_json(&view))?,
    });
    Ok(Outcome::Clean)
}

pub(super) fn graph(
    revision: &Revision,
    session: &Session,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    let view = view(revision, session)?;
    terminal.print(&match session.format {
        Format::Text => report::graph::text(&view, &terminal.output_style()),
        Format::Json => report::json::to_string(&report::graph::json(&view))?,
    });
    Ok(Outcome::Clean)
}

fn view(revision: &Revision, session: &Session) -> Result<GraphView, Failure> {
    let side = match &revision.revision {
        Some(name) => Side::Commit(session.repository.resolve(name)?),
        None => default_side(session)?,
    };
    let tree = session.repository.side_tree(side)?;
    let judge = session.judge();
    let config = judge.config(&*tree)?;
    let report = judge.change(&Subject { side, name: None, against: Against::Nothing })?;
    let mut reader = Reader::new(config);
    let mut view = GraphView::default();
    for environment in reader.discover(&*tree)?.environments.iter().cloned() {
        let state = reader.state(&*tree, &environment, &[])?;
        let findings =
            report.findings.iter().filter(|finding| finding.environment == environment.name);
        let problems = findings.map(|finding| finding.message.clone()).collect();
        view.environments.push(environment_view(environment, &state, problems));
    }
    Ok(view)
}

fn environment_view(
    environment: Environment,
    state: &State,
    problems: Vec<String>,
) -> EnvironmentView {
    let owned = |ids: Vec<&RevisionId>| ids.into_iter().cloned().collect();
    let losers = state.graph.duplicates().flat_map(|(_, earlier)| earlier);
    EnvironmentView {
        name: environment.name,
        script_location: environment.script_location,
        version_locations: environment.version_locations,
        revisions: losers.chain(state.graph.revisions()).map(revision_view).collect(),
        heads: owned(state.graph.heads()),
        real_heads: owned(state.graph.real_heads()),
        bases: owned(state.graph.bases()),
        problems,
    }
}

fn revision_view(revision: &GraphRevision) -> RevisionView {
    let parents = revision.parents.texts().iter();
    RevisionView {
        revision: revision.id.clone(),
        down_revision: parents.map(|text| RevisionId::new(text.text.clone())).collect(),
        depends_on: revision.dependencies().map(str::to_owned).collect(),
        branch_labels: revision.labels().map(str::to_owned).collect(),
        path: revision.migration.file.path.clone(),
        title: None,
    }
}
