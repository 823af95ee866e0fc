//! Who is at fault when two histories meet: which heads a change adds and where it goes wrong.
//!
//! `before` is what has landed, `after` what there would be. A *new* revision is one that `before`
//! lacks. The analysis names problems and places; how they are worded and whether they block is for
//! [`crate::rules`].

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
