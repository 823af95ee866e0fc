//! What is said of heads that a merge or a checkout has brought.

mod json;
mod text;

pub use json::{PostCheckoutJson, json};
pub use text::text;
