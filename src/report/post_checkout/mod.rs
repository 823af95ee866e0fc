//! The report on heads that a merge or a checkout added.

mod json;
mod text;

pub use json::{PostCheckoutJson, json};
pub use text::text;
