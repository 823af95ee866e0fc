//! `heads` and `graph`.

use std::collections::{BTreeMap, BTreeSet};

use super::arguments::{Format, Revision};
use super::check::default_side;
use super::terminal::Terminal;
use super::{Failure, Session};
use crate::alembic::environment::{Environment, Lookup};
use crate::alembic::graph::Revision as GraphRevision;
use crate::alembic::migration::RevisionId;
use crate::compare::{Reader, State};
use crate::finding::Outcome;
use crate::git::Side;
use crate::report::graph::{EnvironmentView, GraphJson, GraphView, RevisionView};
use crate::report::{self, Style};
use crate::scope::{self, Against, CheckRequest};

/// A pair of output functions, as text and as JSON.
struct Shape {
    text: fn(&GraphView, &Style) -> String,
    json: fn(&GraphView) -> GraphJson,
}

/// The details that are read of each revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Detail {
    /// Only the identifiers.
    Heads,
    /// The title too.
    Revisions,
}

pub(super) fn heads(
    revision: &Revision,
    session: &Session,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    let shape = Shape { text: report::graph::heads_text, json: report::graph::heads_json };
    show(&view(revision, session, Detail::Heads)?, &shape, session.format, terminal)
}

pub(super) fn graph(
    revision: &Revision,
    session: &Session,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    let shape = Shape { text: report::graph::text, json: report::graph::json };
    show(&view(revision, session, Detail::Revisions)?, &shape, session.format, terminal)
}

fn show(
    view: &GraphView,
    shape: &Shape,
    format: Format,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    terminal.print(&match format {
        Format::Text => (shape.text)(view, &terminal.output_style()),
        Format::Json => report::json::to_string(&(shape.json)(view))?,
    });
    Ok(Outcome::Clean)
}

fn view(revision: &Revision, session: &Session, detail: Detail) -> Result<GraphView, Failure> {
    let side = match &revision.revision {
        Some(name) => Side::Commit(session.repository.resolve(name)?),
        None => default_side(session)?,
    };
    let tree = session.repository.side_tree(side)?;
    let context = session.context();
    let config = context.config(&*tree)?;
    let report =
        scope::change(&context, &CheckRequest { side, name: None, against: Against::Nothing })?;
    let mut reader = Reader::remembering(config, session.repository.cache());
    let mut view = GraphView::default();
    let lookup = Lookup::new(&*tree);
    for environment in reader.discover(&*tree)?.environments.iter().cloned() {
        let state = reader.state_by(&lookup, &environment, &[])?;
        let findings = report
            .findings
            .iter()
            .filter(|finding| finding.problem.environment == environment.name);
        let problems = findings.map(|finding| finding.problem.message.clone()).collect();
        let mut shown = environment_view(environment, &state, problems);
        if detail == Detail::Revisions && state.excess.is_none() {
            let mut titles = reader.titles(&*tree, &state.files)?;
            for revision in &mut shown.revisions {
                revision.title = titles.remove(&revision.path);
            }
        }
        view.environments.push(shown);
    }
    Ok(view)
}

fn environment_view(
    environment: Environment,
    state: &State,
    problems: Vec<String>,
) -> EnvironmentView {
    let owned = |ids: Vec<&RevisionId>| ids.into_iter().cloned().collect();
    let labels = state.graph.labels().unwrap_or_default();
    let view = |revision| revision_view(revision, &labels);
    let losers = state.graph.duplicates().flat_map(|(_, earlier)| earlier);
    EnvironmentView {
        name: environment.name,
        script_location: environment.script_location,
        version_locations: environment.version_locations,
        recursive: environment.recursive,
        revisions: losers.chain(state.graph.revisions()).map(view).collect(),
        heads: owned(state.graph.heads()),
        real_heads: owned(state.graph.real_heads()),
        bases: owned(state.graph.bases()),
        problems,
    }
}

fn revision_view(
    revision: &GraphRevision,
    labels: &BTreeMap<&RevisionId, BTreeSet<&str>>,
) -> RevisionView {
    let carried = labels.get(&revision.id).into_iter().flatten();
    let parents = revision.parents.texts().iter();
    RevisionView {
        revision: revision.id.clone(),
        down_revision: parents.map(|text| RevisionId::new(text.text.clone())).collect(),
        depends_on: revision.dependencies().map(str::to_owned).collect(),
        branch_labels: revision.labels().map(str::to_owned).collect(),
        labels: carried.map(|label| (*label).to_owned()).collect(),
        path: revision.migration.file.path.clone(),
        title: None,
    }
}
