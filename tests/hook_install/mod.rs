//! Installs the hooks in temporary repositories and lets git and several shells run them.

mod arrivals;
mod folders;
mod install;
mod legacy;
mod pushes;
mod sandbox;
mod shells;
mod status;
mod uninstall;
