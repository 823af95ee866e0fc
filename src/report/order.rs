//! Orders a history for drawing: every revision before its parents.
//!
//! Broken histories are ordered too; cycles are cut.

use std::collections::{BTreeMap, BTreeSet};

/// Orders nodes so that each comes before its parents. Chains stay in one piece if possible.
///
/// `parents` lists the parents of every node. Nodes with smaller indices come first. A cycle is entered at
/// its smallest node.
pub(super) fn order(parents: &[Vec<usize>]) -> Vec<usize> {
    let mut queue = Queue::new(parents);
    let mut ordered = Vec::with_capacity(parents.len());
    while let Some(node) = queue.next() {
        ordered.push(node);
    }
    ordered
}

struct Queue<'a> {
    parents: &'a [Vec<usize>],
    children: Vec<BTreeSet<usize>>,
    ready: Vec<usize>,
    left: BTreeSet<usize>,
}

impl<'a> Queue<'a> {
    fn new(parents: &'a [Vec<usize>]) -> Queue<'a> {
        let mut children = vec![BTreeSet::new(); parents.len()];
        for (node, above) in parents.iter().enumerate() {
            for parent in above.iter().filter(|parent| **parent != node) {
                children[*parent].insert(node);
            }
        }
        let heads = (0..parents.len()).filter(|node| children[*node].is_empty());
        Queue {
            parents,
            ready: heads.rev().collect(),
            left: (0..parents.len()).collect(),
            children,
        }
    }

    fn next(&mut self) -> Option<usize> {
        let node = match self.ready.pop() {
            Some(node) => node,
            None => self.in_cycle()?,
        };
        self.left.remove(&node);
        for parent in self.parents[node].iter().rev() {
            if self.children[*parent].remove(&node)
                && self.children[*parent].is_empty()
                && self.left.contains(parent)
            {
                self.ready.push(*parent);
            }
        }
        Some(node)
    }

    /// Returns the smallest node of a cycle. Every remaining node has a remaining child.
    fn in_cycle(&self) -> Option<usize> {
        let mut path = Vec::new();
        let mut steps = BTreeMap::new();
        let mut node = *self.left.first()?;
        while !steps.contains_key(&node) {
            steps.insert(node, path.len());
            path.push(node);
            match self.children[node].iter().find(|child| self.left.contains(child)) {
                Some(child) => node = *child,
                None => return Some(node),
            }
        }
        path[steps[&node]..].iter().min().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_come_before_parents() {
        let parents = [vec![], vec![0], vec![0], vec![1, 2]];
        assert_eq!(order(&parents), [3, 1, 2, 0]);
        assert_eq!(order(&[]), [0; 0]);
    }

    #[test]
    fn cycles_are_entered_at_their_smallest_node() {
        let cycle_below_a_head = [vec![3], vec![2], vec![3], vec![1, 4], vec![]];
        assert_eq!(order(&cycle_below_a_head), [0, 1, 2, 3, 4]);
        assert_eq!(order(&[vec![0]]), [0]);
    }
}
