//! Edits of the identifiers in a migration's source: minimal, and each one verified.

mod alignment;
mod docstring;
mod edit;
mod elements;
mod references;
mod identifier;
mod literal;
mod parents;
mod private;
mod verify;
mod sequence;
mod value;

pub use edit::{Edit, edited};
pub use identifier::{
    edit_dependencies, edit_misspelling, edit_revision_id, rename_identifier, write_dependencies,
    write_revision_id,
};
pub use parents::{edit_parents, write_parents};
pub use references::{follow_id, followers};
pub use verify::{Identifier, Uneditable};
