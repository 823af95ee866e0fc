//! Draws one environment: revisions, edges, and stubs for missing parents.

use std::collections::BTreeSet;

use super::{EnvironmentView, by_id, head_mark, in_brackets};
use crate::alembic::migration::RevisionId;
use crate::report::Style;
use crate::report::color::{ERROR, FAINT, GOOD, LINE, STRONG, WARNING, paint};
use crate::report::lanes::{Below, Lane, draw};
use crate::report::order::order;
use crate::text::{Escaped, escape};

/// Draws an environment.
pub(super) fn render(environment: &EnvironmentView, style: &Style) -> String {
    let chart = Chart::new(environment);
    let lanes: Vec<Lane> = chart.rows.iter().map(|row| chart.lane(row, style)).collect();
    let mut out = String::new();
    for line in draw(&lanes, 1, style.unicode) {
        out += &paint(style, LINE, &line.lanes);
        if let Some(row) = line.row.and_then(|row| chart.rows.get(row)) {
            out += "  ";
            out += &chart.text(row, style);
        }
        out.push('\n');
    }
    out
}

/// A node for every revision and for every missing parent.
struct Chart<'a> {
    environment: &'a EnvironmentView,
    missing: Vec<&'a RevisionId>,
    parents: Vec<Vec<usize>>,
    rows: Vec<usize>,
    row_of: Vec<usize>,
}

impl<'a> Chart<'a> {
    fn new(environment: &'a EnvironmentView) -> Chart<'a> {
        let count = environment.revisions.len();
        let mut sorted: Vec<usize> = (0..count).collect();
        sorted.sort_by_key(|place| &environment.revisions[*place].revision);
        let ids = by_id(environment);
        let parents_of = |place: usize| environment.revisions[place].down_revision.iter();
        let missing: BTreeSet<&RevisionId> =
            (0..count).flat_map(parents_of).filter(|parent| !ids.contains_key(parent)).collect();
        let missing: Vec<&RevisionId> = missing.into_iter().collect();
        let place_of = |id: &RevisionId| match ids.get(id) {
            Some(place) => Some(*place),
            None => missing.binary_search(&id).ok().map(|place| count + place),
        };
        let mut parents: Vec<Vec<usize>> =
            (0..count).map(|place| parents_of(place).filter_map(place_of).collect()).collect();
        parents.resize(count + missing.len(), Vec::new());
        let rows = ordered(&parents, sorted);
        let mut row_of = vec![0; rows.len()];
        rows.iter().enumerate().for_each(|(row, place)| row_of[*place] = row);
        Chart { environment, missing, parents, rows, row_of }
    }

    fn lane(&self, place: &usize, style: &Style) -> Lane {
        let below = self.parents[*place].iter();
        Lane {
            parents: below.map(|parent| Below::Row(self.row_of[*parent])).collect(),
            glyph: match (*place < self.environment.revisions.len(), style.unicode) {
                (true, true) => "○",
                (true, false) => "o",
                (false, true) => "✗",
                (false, false) => "x",
            },
        }
    }

    fn text(&self, place: &usize, style: &Style) -> String {
        let Some(revision) = self.environment.revisions.get(*place) else {
            let id = self.missing[*place - self.environment.revisions.len()].to_string();
            return format!("{id} {}", paint(style, ERROR, "(missing)"));
        };
        let id = &revision.revision;
        let base = if revision.down_revision.is_empty() { " (base)" } else { "" };
        let marks = format!(
            "{}{}{base}",
            in_brackets(&revision.branch_labels),
            head_mark(self.environment, id)
        );
        let color = if self.environment.heads.contains(id) { GOOD } else { STRONG };
        let mut cells = vec![paint(style, color, &id.to_string()) + &paint(style, WARNING, &marks)];
        let upward = self.parents[*place].iter();
        for parent in upward.filter(|parent| self.row_of[**parent] <= self.row_of[*place]) {
            let parent = &self.environment.revisions[*parent].revision;
            cells.push(paint(style, ERROR, &format!("cycle: builds on {parent}")));
        }
        if !revision.depends_on.is_empty() {
            cells.push(format!("depends on {}", escape(&revision.depends_on.join(", "))));
        }
        cells.extend(revision.title.as_deref().map(escape));
        let name = Escaped(revision.path.file_name()).to_string();
        cells.push(paint(style, FAINT, &name));
        cells.join("  ")
    }
}

/// Orders nodes for drawing. `sorted` ranks the revisions.
fn ordered(parents: &[Vec<usize>], mut sorted: Vec<usize>) -> Vec<usize> {
    sorted.extend(sorted.len()..parents.len());
    let mut rank = vec![0; sorted.len()];
    sorted.iter().enumerate().for_each(|(small, place)| rank[*place] = small);
    let ranked: Vec<Vec<usize>> = sorted
        .iter()
        .map(|place| parents[*place].iter().map(|parent| rank[*parent]).collect())
        .collect();
    order(&ranked).into_iter().map(|small| sorted[small]).collect()
}
