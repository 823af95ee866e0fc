//! What git itself refuses is refused in git's words.
