//! What earlier runs have read: that it is of use, that nothing goes wrong with it, and that it stays
//! where it belongs.

mod broken;
mod filtered;
mod places;
mod storm;
mod world;
