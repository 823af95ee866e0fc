//! The interpreter that read statements by `rustpython-parser` too, for one commit beside its successor.
#![allow(dead_code, reason = "some of it only its own tests need")]

mod effects;
mod interpret;
mod namespace;
mod newer;
mod operation;
mod plain;
mod python;
mod reach;
mod sources;
mod targets;
mod value;
mod walk;

use super::interpret::{GETATTR, NAMES};
use super::{Module, Shape, Text, Value, body, header, misspelling, nesting, pieces, units};

#[cfg(test)]
mod compared;
