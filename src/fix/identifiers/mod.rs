//! Edits of the identifiers in a migration's source: of their bytes alone, and each one proven.

mod alignment;
mod docstring;
mod edit;
mod elements;
mod followers;
mod identifier;
mod literal;
mod parents;
mod private;
mod proof;
mod sequence;
mod value;

pub use edit::{Edit, edited};
pub use followers::{follow_id, followers};
pub use identifier::{
    edit_dependencies, edit_misspelling, edit_revision_id, rename_identifier, write_dependencies,
    write_revision_id,
};
pub use parents::{edit_parents, write_parents};
pub use proof::{Identifier, Uneditable};
