//! The guard beside the truth: released migrations, and Alembic itself.
//!
//! What these tests need is not in this repository: the corpus of facts in `../shared/corpus`, the
//! wheels that the facts are about, and a Python with Alembic. Where one of them is missing the tests
//! say so and pass; in continuous integration (`CI`) they fail instead.
//!
//! - `ALEMBIC_GUARD_WHEELS`: a folder with the wheels of `wheels.txt`; else pip brings them.
//! - `ALEMBIC_GUARD_PYTHON`: a Python with `requirements.txt`; else a virtual environment is made.
//! - `ALEMBIC_GUARD_CASES`, `ALEMBIC_GUARD_SEED`: how many cases each generator makes, and from where.

mod binary;
mod checkout;
mod database;
mod diverged;
mod encodings;
mod flask;
mod generated;
mod guard;
mod history;
mod library;
mod losses;
mod postgres;
mod programs;
mod published;
mod released;
mod repaired;
mod revisions;
mod settings;
mod sources;
mod upgrade;
