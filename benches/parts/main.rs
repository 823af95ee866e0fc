//! Benchmarks of the inner parts, on generated inputs: `cargo bench --bench parts`.
//!
//! `whole_process` measures the time that a user waits. This benchmark shows which part became slower. `cargo
//! bench --bench parts -- graph` runs the benchmarks with that in their name.

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
