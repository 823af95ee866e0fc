//! What `rebase`, `merge` and `check --fix` write, run by Alembic and Flask-Migrate on SQLite files.
//!
//! Every migration makes a table and a column of its own, so that one which is skipped is missed.

mod compiled;
mod flask;
mod ids;
mod place;
mod plans;
mod script;
mod shapes;
