//! What Alembic would see in a tree: its environments, their migrations and the graph of revisions.

pub mod environment;
pub mod migration;
pub mod graph;
