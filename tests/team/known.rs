//! Disagreements that are known and open, by the kind of failure that they come to.
//!
//! A team that meets one of them is counted apart. In the run of the default seed each must still occur:
//! one that does not is fixed, and its line goes.

/// The kinds, and what is wrong.
pub(crate) const KNOWN: [(&str, &str); 4] = [
    (
        "a printed command fails: git commit, for multiple-heads",
        "`merge --stage` without ids leaves a second base apart, whose fault it is to join",
    ),
    (
        "databases do not survive the repair of duplicate-revision, multiple-heads",
        "a published file that was renamed and is there twice is the one that gets another id",
    ),
    (
        "accepted on main: main stops working: CommandError: Path doesn't exist",
        "alembic.ini gives way to a pyproject.toml whose script_location is no folder",
    ),
    (
        "the help does not lead out: environment-lost",
        "a folder that moved and lost its env.py: the old folder is brought back, not the file",
    ),
];

/// Returns what is wrong, where a kind of failure is known.
pub(crate) fn known(kind: &str) -> Option<&'static str> {
    KNOWN.iter().find(|(known, _)| *known == kind).map(|(_, wrong)| *wrong)
}
