//! Repositories that are pushed to, by real git over a path, `file://` and git's own protocol, with the
//! hook installed as `hook install` does it: what is let in, what is refused, and whose word counts.
//!
//! `d(a)` is a new migration d on parent a; see the histories for the notation.

mod daemon;
mod install;
mod quarantine;
mod race;
mod refs;
mod transports;
mod trust;
mod update;
mod world;
