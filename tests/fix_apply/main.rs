//! Writes repairs to real files, and stops, kills and disturbs the writing at every operation.

mod disk;
mod disturbed;
mod full;
mod killed;
mod refusals;
mod rights;
mod stopped;
mod world;
