//! The guard as the hook of pre-commit, prek, lefthook and husky, and its own hooks beside theirs.
//!
//! Each host is the real one, in the version that `requirements.txt` or `package.json` names; pip and npm
//! bring them into a folder that stays. Where there is no Python 3 or no npm the tests say so and pass; in
//! continuous integration (`CI`) they fail instead. The files that a team writes are those of docs/hook-managers.md.
//!
//! `ALEMBIC_GUARD_RUST_HOOK=1` lets pre-commit build the guard itself, as a team's would; so does `CI`.

mod beside;
mod by_hand;
mod commits;
mod host;
mod programs;
mod pushes;
mod readme;
mod released;
mod status;
mod team;
