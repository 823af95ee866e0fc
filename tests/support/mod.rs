//! Code that several test folders share.

pub(crate) mod followed;
pub(crate) mod judge;
pub(crate) mod notation;
pub(crate) mod outcome;
pub(crate) mod prerequisites;
pub(crate) mod random;
pub(crate) mod schemas;
pub(crate) mod scratch;
pub(crate) mod world;
