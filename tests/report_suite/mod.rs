//! What the reports look like, to the letter.

mod fixtures;
mod graph;
mod json;
mod properties;
mod text;
