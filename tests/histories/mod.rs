//! The histories that teams really have, pushed and committed by real git with the real hooks: which
//! pass, which are refused, and at whose migration.
//!
//! The rows are those of `docs/design/verdicts.md`. `d(a)` is a new migration d on parent a. Unless said,
//! main is `a, b(a)` and the feature branch was cut at `a`.

mod advice;
mod arrivals;
mod bad_input;
mod baseless;
mod checkout;
mod commits;
mod diverged;
mod environments;
mod existing;
mod fetching;
mod fixes;
mod gaps;
mod heads;
mod joining;
mod labels;
mod leftovers;
mod merges;
mod observed;
mod published;
mod pull_requests;
mod rebase;
mod rebase_killed;
mod refs;
mod seeds;
mod stale;
mod targets;
mod unfetched;
mod ways_around;
mod ways_out;
mod workflows;
