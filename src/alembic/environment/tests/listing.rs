use super::super::{
    Environment, Excess, Listed, Listing, Naming, is_migration_name, migration_files,
};
use super::*;

fn environment(version_locations: &[&str]) -> Environment {
    Environment {
        name: "m".to_owned(),
        script_location: "m".into(),
        version_locations: version_locations.iter().map(|path| RepoPath::from(*path)).collect(),
        recursive: false,
        sourceless: false,
        naming: Naming::default(),
        heads: 1,
        branches: Vec::new(),
        runner: Runner::Alembic(Vec::new()),
        run_from: RepoPath::root(),
    }
}

fn listing(files: &[(&str, &str)], environment: &Environment, most: usize) -> Listing {
    migration_files(&tree(files), environment, most).expect("memory never fails")
}

fn listed(files: &[(&str, &str)], environment: &Environment) -> Vec<String> {
    let listing = listing(files, environment, 100);
    assert_eq!((listing.excess, listing.is_cut), (None, false));
    let shown = listing.files.iter().map(|listed| match listed {
        Listed::File(file) => file.path.to_string(),
        Listed::BrokenLink(path) => format!("broken {path}"),
    });
    shown.collect()
}

#[test]
fn files_are_listed_folder_by_folder_by_name() {
    let files = [
        ("m/versions/b.py", ""),
        ("m/versions/B.py", ""),
        ("m/versions/__init__.py", ""),
        ("m/versions/__init__more.py", ""),
        ("m/versions/.#a.py", ""),
        ("m/versions/.hidden.py", ""),
        ("m/versions/a.pyc", ""),
        ("m/versions/a.py.bak", ""),
        ("m/versions/a.py.py", ""),
        ("m/versions/é.py", ""),
        ("m/versions/sub/c.py", ""),
        ("m/versions/__pycache__/d.py", ""),
        ("a/z.py", ""),
    ];
    let plain = environment(&["m/versions", "gone", "a"]);
    let here = [
        "m/versions/.hidden.py",
        "m/versions/B.py",
        "m/versions/a.py.py",
        "m/versions/b.py",
        "m/versions/é.py",
    ];
    assert_eq!(listed(&files, &plain), [&here[..], &["a/z.py"]].concat());
    let recursive = Environment { recursive: true, ..plain };
    assert_eq!(
        listed(&files, &recursive),
        [&here[..], &["m/versions/sub/c.py", "a/z.py"]].concat()
    );
}

#[test]
fn a_file_is_listed_once() {
    let files = [("m/a.py", ""), ("m/sub/b.py", "")];
    let twice = Environment { recursive: true, ..environment(&["m/sub", "m"]) };
    assert_eq!(listed(&files, &twice), ["m/sub/b.py", "m/a.py"]);
}

#[test]
fn links_are_listed_under_their_targets() {
    let files = [
        ("m/a.py", "-> ../shared/one.py"),
        ("m/b", "-> ../shared/two.py"),
        ("m/c.py", "-> ../shared/readme"),
        ("m/d.py", "-> a.py"),
        ("m/e.py", "-> gone.py"),
        ("m/f.py", "-> ../../outside.py"),
        ("m/g.py", "-> /etc/passwd"),
        ("m/g", "-> /etc/passwd.py"),
        ("m/h.py", "-> h.py"),
        ("m/i.py", "-> ../shared"),
        ("m/j", "-> gone"),
        ("m/z.py", ""),
        ("shared/one.py", ""),
        ("shared/two.py", ""),
        ("shared/readme", ""),
    ];
    assert_eq!(
        listed(&files, &environment(&["m"])),
        [
            "shared/one.py",
            "shared/two.py",
            "broken m/e.py",
            "broken m/f.py",
            "broken m/g",
            "broken m/h.py",
            "m/z.py",
        ]
    );
}

#[test]
fn compiled_files_count_only_without_source_and_only_when_asked_for() {
    let files = [
        ("m/a.py", ""),
        ("m/a.pyc", ""),
        ("m/b.pyc", ""),
        ("m/b.pyo", ""),
        ("m/c.pyo", ""),
        ("m/__pycache__/a.cpython-311.pyc", ""),
        ("m/__pycache__/d.cpython-311.pyc", ""),
    ];
    let plain = environment(&["m"]);
    assert_eq!(listed(&files, &plain), ["m/a.py"]);
    let sourceless = Environment { sourceless: true, ..plain };
    assert_eq!(
        listed(&files, &sourceless),
        ["m/a.py", "m/b.pyc", "m/c.pyo", "m/__pycache__/d.cpython-311.pyc"]
    );
}

#[test]
fn no_folder_is_begun_once_there_are_too_many_migrations() {
    let files = [("m/a.py", ""), ("m/b.py", ""), ("m/c/d.py", ""), ("m/e/f.py", "")];
    let plain = environment(&["m"]);
    assert_eq!(listing(&files, &plain, 2).excess, None);
    let whole = listing(&files, &plain, 1);
    assert_eq!((whole.excess, whole.is_cut), (Some(Excess::Migrations(1)), false));
    assert_eq!(whole.files.len(), 2);
    let recursive = Environment { recursive: true, ..plain };
    let cut = listing(&files, &recursive, 2);
    assert_eq!((cut.excess, cut.is_cut), (Some(Excess::Migrations(2)), true));
    assert_eq!(cut.files.len(), 3);
    let cut = listing(&[("m/a/b/c.py", "")], &recursive, 2);
    assert_eq!((cut.excess, cut.is_cut), (Some(Excess::Folders(2)), true));
}

#[test]
fn a_folder_that_lies_too_deep_is_told_of() {
    let deep = |depth| format!("m{}/a.py", "/d".repeat(depth));
    let recursive = Environment { recursive: true, ..environment(&["m"]) };
    assert_eq!(listed(&[(&deep(64), "")], &recursive), [deep(64)]);
    let listing = listing(&[(&deep(65), "")], &recursive, 100);
    let folder = format!("m{}", "/d".repeat(65)).as_str().into();
    assert_eq!(listing.excess, Some(Excess::Depth { folder, most: 64 }));
    assert!(listing.is_cut && listing.files.is_empty());
}

#[test]
fn names_are_judged_as_by_alembic() {
    for name in ["a.py", ".py", ".a.py", "0383_update.py", "a b:c.py", "#a.py", "a.py\n"] {
        assert!(is_migration_name(name.as_bytes()), "{name:?}");
    }
    for name in ["a.pyc", "a.PY", "__init__.py", "__init__a.py", ".#a.py", "a", "a\nb.py", ""] {
        assert!(!is_migration_name(name.as_bytes()), "{name:?}");
    }
}

#[test]
fn a_path_knows_its_version_folder() {
    let plain = environment(&["m/one", "m"]);
    let folder = |environment: &Environment, path: &str| {
        let folder = environment.versions_folder_of(&path.into());
        folder.map(RepoPath::to_string)
    };
    assert_eq!(folder(&plain, "m/one/a.py"), Some("m/one".to_owned()));
    assert_eq!(folder(&plain, "m/a.py"), Some("m".to_owned()));
    assert_eq!(folder(&plain, "m/one/sub/a.py"), None);
    assert_eq!(folder(&plain, "m/one/readme"), None);
    let recursive = Environment { recursive: true, ..plain };
    assert_eq!(folder(&recursive, "m/one/sub/a.py"), Some("m/one".to_owned()));
    assert_eq!(folder(&recursive, "m/one/__pycache__/a.py"), None);
    assert_eq!(folder(&recursive, "mm/a.py"), None);
}
