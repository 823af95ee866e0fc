//! What holds for the environments that any configuration of Alembic's leads to.

use std::collections::BTreeSet;

use alembic_guard::alembic::environment::{Listed, discover, migration_files};
use alembic_guard::config::Config;
use alembic_guard::tree::{MemoryTree, RepoPath, Tree};

use super::{assert_inside, assert_printable};

/// Returns a repository that has a migration in some places, and this file.
pub(crate) fn tree(path: &str, content: &[u8]) -> MemoryTree {
    let migration = "revision = 'a'\ndown_revision = None\n";
    MemoryTree::new([
        ("migrations/env.py", ""),
        ("migrations/script.py.mako", ""),
        ("migrations/versions/a.py", migration),
        ("migrations/more/deep/a.py", migration),
        ("app/db/env.py", ""),
        ("app/db/versions/a.py", migration),
        ("app/__init__.py", ""),
    ])
    .with(path, content)
}

/// What is found is named apart, lies inside of the repository, is the same each time, and no problem
/// points elsewhere.
pub(crate) fn holds(tree: &MemoryTree) {
    let config = Config::default();
    let found = discover(tree, &config).expect("memory can be read");
    assert_eq!(discover(tree, &config).expect("memory can be read"), found);
    let names: BTreeSet<&str> =
        found.environments.iter().map(|environment| environment.name.as_str()).collect();
    assert_eq!(names.len(), found.environments.len(), "two environments have one name");
    for environment in &found.environments {
        assert!(!environment.version_locations.is_empty());
        let folders = environment.version_locations.iter().chain([&environment.script_location]);
        folders.for_each(assert_below_the_root);
        let listing = migration_files(tree, environment, 100).expect("memory can be read");
        let listed = listing.files.iter().map(|listed| match listed {
            Listed::File(file) => &file.path,
            Listed::BrokenLink(path) => path,
        });
        let listed: BTreeSet<&RepoPath> = listed.collect();
        assert_eq!(listed.len(), listing.files.len(), "a file is listed twice");
        let _ = environment.naming.revision_ids("2024_01_01_0a1b2c_add_a_table");
    }
    for problem in &found.problems {
        assert_printable(&problem.to_string());
        if let alembic_guard::tree::Site::Span { file, span } = &problem.site {
            assert_inside(span, &tree.read(file).expect("a problem is in a file"));
        }
    }
}

fn assert_below_the_root(path: &RepoPath) {
    let mut names = path.as_bytes().split(|byte| *byte == b'/');
    assert!(path.is_root() || names.all(|name| !matches!(name, b"" | b"." | b"..")), "{path}");
}
