//! What a user reads when a history is broken: real repositories, judged through the binary.
//!
//! The nine cases are those on which other tools crash or stay silent. Every text is a snapshot, so
//! that a reviewer reads exactly what stands on the user's screen.

mod cases;
mod identifiers;
mod json;
mod parents;
mod repository;
mod unreadable;
