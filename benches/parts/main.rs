//! The inner parts by themselves, on inputs that are made up here: `cargo bench --bench parts`.
//!
//! What a user waits for is measured by `whole_process`; this tells which part a change has made slower.
//! `cargo bench --bench parts -- graph` runs what has that in its name.

#[path = "../repositories/migration.rs"]
mod migration;
mod inputs;
mod reading;
mod discovering;
mod judging;
mod rendering;

fn main() {
    divan::main();
}
