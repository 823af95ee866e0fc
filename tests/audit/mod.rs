//! Real repositories, looked through by the binary: which commits are listed, and what repaired them.

mod forks;
mod output;
mod ranges;
mod repository;
