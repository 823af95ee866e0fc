//! Repositories that were made to crash the guard, to hang it, to be run by it or to forge its report.

mod crowded;
mod damaged;
mod inert;
mod large;
mod memory;
mod places;
mod planted;
mod repository;
mod settings;
mod shown;
