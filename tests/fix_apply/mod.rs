//! Writes repairs to real files, and stops, kills and disturbs the writing at every operation; has git
//! write them from their diffs too.

mod diff;
mod disk;
mod disturbed;
mod full;
mod killed;
mod refusals;
mod rights;
mod stopped;
mod world;
