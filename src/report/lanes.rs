//! Edges from child to parent, drawn beside a list of revisions.
//!
//! This is the only user of `sapling-renderdag`, which needs every node before its parents. An edge that
//! leads up is cut off, so broken histories can be drawn too.

use renderdag::{Ancestor, GraphRowRenderer, Renderer};

/// One node of a drawing.
pub(super) struct Lane {
    /// The edges to its parents.
    pub(super) parents: Vec<Below>,
    /// The single character that represents it.
    pub(super) glyph: &'static str,
}

/// The end of an edge that starts at a node.
#[derive(Clone, Copy)]
pub(super) enum Below {
    /// Another row, counted from 0. An edge to a row that is not further down is cut off.
    Row(usize),
    /// A node outside the drawing.
    More,
}

/// One line of a drawing: the lanes, and the row that belongs beside them.
pub(super) struct Drawn {
    /// The lanes.
    pub(super) lanes: String,
    /// The row.
    pub(super) row: Option<usize>,
}

/// Draws lanes from top to bottom. Every row has at least `height` lines.
pub(super) fn draw(lanes: &[Lane], height: usize, unicode: bool) -> Vec<Drawn> {
    let builder = GraphRowRenderer::new().output().with_min_row_height(height);
    if unicode {
        rows(lanes, &mut builder.build_box_drawing())
    } else {
        rows(lanes, &mut builder.build_ascii())
    }
}

fn rows(lanes: &[Lane], renderer: &mut dyn Renderer<usize, Output = String>) -> Vec<Drawn> {
    const TEXT: &str = "\u{1}";
    let mut drawn = Vec::new();
    for (row, lane) in lanes.iter().enumerate() {
        let parents = lane.parents.iter().map(|parent| match parent {
            Below::Row(below) if *below > row && *below < lanes.len() => Ancestor::Parent(*below),
            Below::Row(_) | Below::More => Ancestor::Anonymous,
        });
        let text = renderer.next_row(row, parents.collect(), lane.glyph.into(), TEXT.into());
        for line in text.lines() {
            drawn.push(Drawn {
                lanes: line.trim_end_matches(TEXT).trim_end().to_owned(),
                row: line.ends_with(TEXT).then_some(row),
            });
        }
    }
    fill_gaps(&mut drawn);
    while drawn.last().is_some_and(|line| line.lanes.is_empty()) {
        drawn.pop();
    }
    drawn
}

/// Continues the other lanes through the empty line between two unrelated nodes.
fn fill_gaps(drawn: &mut [Drawn]) {
    for middle in 1..drawn.len().saturating_sub(1) {
        if !drawn[middle].lanes.is_empty() {
            continue;
        }
        let above = drawn[middle - 1].lanes.chars();
        let through = above.zip(drawn[middle + 1].lanes.chars()).map(|(above, below)| {
            if above == below && matches!(above, '|' | '│') { above } else { ' ' }
        });
        let through: String = through.collect();
        drawn[middle].lanes = through.trim_end().to_owned();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(parents: &[Vec<usize>]) -> String {
        let lanes: Vec<Lane> = parents
            .iter()
            .map(|parents| Lane {
                parents: parents.iter().map(|parent| Below::Row(*parent)).collect(),
                glyph: "o",
            })
            .collect();
        let lines = draw(&lanes, 1, false);
        lines.iter().map(|line| line.lanes.clone() + "\n").collect()
    }

    #[test]
    fn lines_that_lead_up_or_nowhere_are_cut() {
        assert_eq!(picture(&[vec![3], vec![], vec![], vec![]]), "o\n| o\n|\n| o\no\n");
        assert_eq!(picture(&[vec![1], vec![0], vec![9]]), "o\no\n|\n~\n\no\n|\n~\n");
    }
}
