//! The small drawing of a fork below a finding.

use std::collections::BTreeMap;

use super::Style;
use super::color::{FAINT, GOOD, LINE, STRONG, paint};
use super::lanes::{Below, Drawn, Lane, draw};
use super::layout::columns;
use crate::problem::{Drawing, DrawnRevision};
use crate::text::escape;

/// The maximum number of rows.
const ROWS: usize = 8;
const INDENT: &str = "  ";
const GAP: usize = 2;

/// Renders the drawing; empty if it has no nodes.
pub(super) fn render(drawing: &Drawing, style: &Style) -> String {
    let rows = elide(&drawing.nodes);
    let lanes: Vec<Lane> = rows.iter().map(|row| row.lane(style)).collect();
    let drawn = draw(&lanes, 1, style.unicode);
    let table = Table::new(&rows, &drawn, style);
    drawn.iter().map(|line| table.line(&rows, line, style)).collect()
}

/// A row of the drawing.
enum Row<'a> {
    Revision(&'a DrawnRevision, Vec<Below>),
    Elided(usize, Vec<Below>),
}

impl Row<'_> {
    fn lane(&self, style: &Style) -> Lane {
        match self {
            Row::Revision(node, parents) => Lane {
                parents: parents.clone(),
                glyph: match (node.new, style.unicode) {
                    (true, true) => "●",
                    (false, true) => "○",
                    (true, false) => "*",
                    (false, false) => "o",
                },
            },
            Row::Elided(_, parents) => Lane { parents: parents.clone(), glyph: "~" },
        }
    }

    fn cells(&self) -> [String; 2] {
        match self {
            Row::Revision(node, _) => [node.revision.to_string(), escape(&node.note)],
            Row::Elided(count, _) => [format!("{count} more"), String::new()],
        }
    }
}

/// Chooses the rows. Long histories lose the plain stretches between forks.
fn elide(nodes: &[DrawnRevision]) -> Vec<Row<'_>> {
    let shape = Shape::new(nodes);
    let runs = if nodes.len() > ROWS {
        shape.runs(nodes)
    } else {
        (0..nodes.len()).map(|node| vec![node]).collect()
    };
    let mut row_of = vec![0; nodes.len()];
    for (row, run) in runs.iter().enumerate() {
        run.iter().for_each(|node| row_of[*node] = row);
    }
    let mut rows: Vec<Row<'_>> = Vec::new();
    for run in &runs {
        let Some(last) = run.last() else { continue };
        let below = shape.parents[*last].iter().map(|parent| Below::Row(row_of[*parent]));
        let more = nodes[*last].continues.then_some(Below::More);
        let below: Vec<Below> = below.chain(more).collect();
        rows.push(match run.as_slice() {
            [node] => Row::Revision(&nodes[*node], below),
            many => Row::Elided(many.len(), below),
        });
    }
    cut(rows)
}

/// Keeps only the first rows if there are still too many.
fn cut(mut rows: Vec<Row<'_>>) -> Vec<Row<'_>> {
    if rows.len() > ROWS {
        let rest = rows.split_off(ROWS - 1);
        let hidden = rest.iter().map(|row| match row {
            Row::Revision(..) => 1,
            Row::Elided(count, _) => *count,
        });
        let hidden = hidden.sum();
        for row in &mut rows {
            let (Row::Revision(_, below) | Row::Elided(_, below)) = row;
            join_cut(below);
        }
        rows.push(Row::Elided(hidden, Vec::new()));
    }
    rows
}

/// Redirects every line to a hidden row to the one row that replaces them.
fn join_cut(below: &mut Vec<Below>) {
    let mut joined = false;
    below.retain_mut(|parent| match parent {
        Below::Row(row) if *row >= ROWS - 1 => {
            *row = ROWS - 1;
            !std::mem::replace(&mut joined, true)
        }
        Below::Row(_) | Below::More => true,
    });
}

/// The parents and the number of children of every node, by index.
struct Shape {
    parents: Vec<Vec<usize>>,
    children: Vec<usize>,
}

impl Shape {
    fn new(nodes: &[DrawnRevision]) -> Shape {
        let places: BTreeMap<_, _> =
            nodes.iter().enumerate().map(|(place, node)| (&node.revision, place)).collect();
        let mut children = vec![0; nodes.len()];
        let mut parents = Vec::new();
        for node in nodes {
            let mut below: Vec<usize> = Vec::new();
            for place in node.parents.iter().filter_map(|parent| places.get(parent)) {
                if !below.contains(place) {
                    below.push(*place);
                    children[*place] += 1;
                }
            }
            parents.push(below);
        }
        Shape { parents, children }
    }

    /// Splits the nodes into rows. Adjacent plain nodes share a row; all others get their own.
    fn runs(&self, nodes: &[DrawnRevision]) -> Vec<Vec<usize>> {
        let mut runs: Vec<Vec<usize>> = Vec::new();
        for node in 0..nodes.len() {
            let above = runs.last().and_then(|run| run.last()).copied();
            let joins = above.is_some_and(|above| {
                self.plain(above, nodes) && self.plain(node, nodes) && self.parents[above] == [node]
            });
            match runs.last_mut().filter(|_| joins) {
                Some(run) => run.push(node),
                None => runs.push(vec![node]),
            }
        }
        runs
    }

    /// Returns whether a node is only a link in a chain.
    fn plain(&self, node: usize, nodes: &[DrawnRevision]) -> bool {
        nodes[node].note.is_empty()
            && !nodes[node].continues
            && self.parents[node].len() == 1
            && self.children[node] == 1
    }
}

/// The columns to the right of the lanes.
struct Table {
    lanes: usize,
    cells: [usize; 2],
    path: PathCell,
}

/// How much of a path fits.
#[derive(Clone, Copy)]
enum PathCell {
    Whole,
    Name,
    Nothing,
}

impl PathCell {
    fn text(self, row: &Row<'_>) -> String {
        let Row::Revision(node, _) = row else {
            return String::new();
        };
        match self {
            PathCell::Whole => node.path.to_string(),
            PathCell::Name => crate::text::Escaped(node.path.file_name()).to_string(),
            PathCell::Nothing => String::new(),
        }
    }
}

impl Table {
    fn new(rows: &[Row<'_>], drawn: &[Drawn], style: &Style) -> Table {
        let widest = |cell: usize| rows.iter().map(|row| columns(&row.cells()[cell])).max();
        let mut table = Table {
            lanes: drawn.iter().map(|line| columns(&line.lanes)).max().unwrap_or(0),
            cells: [widest(0).unwrap_or(0), widest(1).unwrap_or(0)],
            path: PathCell::Nothing,
        };
        let left = INDENT.len()
            + table.lanes
            + table.cells.iter().map(|cell| cell + GAP).sum::<usize>()
            + GAP;
        for path in [PathCell::Whole, PathCell::Name] {
            let widest = rows.iter().map(|row| columns(&path.text(row))).max();
            if left.saturating_add(widest.unwrap_or(0)) <= style.width {
                table.path = path;
                break;
            }
        }
        table
    }

    fn line(&self, rows: &[Row<'_>], line: &Drawn, style: &Style) -> String {
        let mut out = String::from(INDENT);
        out += &lanes(line, rows, style);
        if let Some(row) = line.row.and_then(|row| rows.get(row)) {
            let [id, note] = row.cells();
            let (id_color, note_color) = match row {
                Row::Revision(node, _) if node.new => (GOOD, STRONG),
                Row::Revision(..) => (STRONG, anstyle::Style::new()),
                Row::Elided(..) => (FAINT, FAINT),
            };
            let path = self.path.text(row);
            out += &spaces(self.lanes + GAP - columns(&line.lanes));
            out += &paint(style, id_color, &id);
            if !note.is_empty() || !path.is_empty() {
                out += &spaces(self.cells[0] + GAP - columns(&id));
                out += &paint(style, note_color, &note);
            }
            if !path.is_empty() {
                out += &spaces(self.cells[1] + GAP - columns(&note));
                out += &paint(style, FAINT, &path);
            }
        }
        out.truncate(out.trim_end().len());
        out + "\n"
    }
}

/// Paints the lanes, with new revisions in a color of their own.
fn lanes(line: &Drawn, rows: &[Row<'_>], style: &Style) -> String {
    let new = line.row.and_then(|row| match rows.get(row)? {
        Row::Revision(node, _) if node.new => Some(rows[row].lane(style).glyph),
        Row::Revision(..) | Row::Elided(..) => None,
    });
    match new.and_then(|glyph| Some((glyph, line.lanes.split_once(glyph)?))) {
        None => paint(style, LINE, &line.lanes),
        Some((glyph, (left, right))) => [(LINE, left), (GOOD, glyph), (LINE, right)]
            .map(|(color, part)| paint(style, color, part))
            .concat(),
    }
}

fn spaces(count: usize) -> String {
    " ".repeat(count)
}
