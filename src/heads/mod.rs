//! Compares the heads of two histories: the surplus heads that a change adds, and their causes.
//!
//! `before` is the base, `after` the result. A *new* revision is one that `before` lacks. The analysis
//! returns problems and places; [`crate::rules`] turns them into messages.

mod drawing;
mod groups;
mod analysis;
mod left;
mod anchor;

pub use analysis::{
    Cause, Gap, HeadProblem, Stale, StaleEdge, analyze_heads, crowded, existing_heads, new_gaps,
    within_limits,
};
pub use drawing::{Caption, draw};
pub use groups::HeadLimits;

#[cfg(test)]
mod tests;
