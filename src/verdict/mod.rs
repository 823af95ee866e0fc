//! Who is at fault when two histories meet: which heads a change adds and where it goes wrong.
//!
//! `before` is what has landed, `after` what there would be. A *new* revision is one that `before`
//! lacks. The verdict names faults and places; what they are called and whether they block is for
//! [`crate::rules`].

mod drawing;
mod groups;
mod heads;
mod left;
mod support;

pub use drawing::{Caption, draw};
pub use groups::Limits;
pub use heads::{
    Cause, Gap, HeadFault, Stale, StaleEdge, crowded, existing_heads, judge_heads, new_gaps,
    within_limits,
};

#[cfg(test)]
mod tests;
