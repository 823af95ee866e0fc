use super::*;

const FLASK_ENV: &str = "from flask import current_app\n";

#[test]
fn nothing_of_alembic_is_nothing() {
    let files = [
        ("tox.ini", "[tox]\nenvlist = py311\n"),
        ("broken.ini", "no section\n"),
        ("pyproject.toml", "[project]\ndependencies = ['alembic']\n"),
        ("a/pyproject.toml", "alembic = ["),
        ("a/env.py", ""),
        ("b/script.py.mako", ""),
        ("comment.ini", "# script_location = a\nbroken\n"),
    ];
    assert_eq!(silent(&files), [""; 0]);
    assert_eq!(silent(&[]), [""; 0]);
}

#[test]
fn an_alembic_ini_names_its_environment() {
    let files = [
        ("alembic.ini", "[alembic]\nscript_location = migrations\n"),
        ("migrations/env.py", ""),
        ("migrations/script.py.mako", ""),
        ("migrations/versions/a.py", ""),
    ];
    assert_eq!(silent(&files), ["migrations = migrations/versions (alembic)"]);
}

#[test]
fn an_environment_without_migrations_is_one() {
    let files = [("alembic.ini", "[alembic]\nscript_location = %(here)s/m\n"), ("m/env.py", "")];
    assert_eq!(silent(&files), ["m = m/versions (alembic)"]);
}

#[test]
fn settings_are_read_as_alembic_reads_them() {
    let files = [
        (
            "alembic.ini",
            "[alembic]\nScript_Location: m\nversion_path_separator = ;\n\
             version_locations =\n  %(script_location)s/one;\n  # not this\n  %(here)s/two\n\
             recursive_version_locations = true\nsourceless = True\n",
        ),
        ("m/one/a.py", ""),
        ("two/a.py", ""),
    ];
    let discovery = found(&files);
    assert_eq!(environments(&discovery), ["m = m/one two (alembic)"]);
    assert!(discovery.environments[0].recursive);
    assert!(!discovery.environments[0].sourceless);
}

#[test]
fn sections_that_say_where_are_environments() {
    let files = [
        (
            "alembic.ini",
            "[DEFAULT]\nscript_location = db\npath_separator = os\n[alembic]\n[loggers]\nkeys = a\n\
             [one]\nversion_locations = db/one\n[two]\nversion_locations = db/two:db/more\n",
        ),
        ("db/env.py", ""),
        ("db/one/a.py", ""),
        ("db/two/a.py", ""),
        ("db/more/a.py", ""),
    ];
    assert_eq!(
        silent(&files),
        ["db:one = db/one (alembic -n one)", "db:two = db/two db/more (alembic -n two)",]
    );
}

#[test]
fn the_main_section_may_inherit() {
    let files = [
        ("alembic.ini", "[DEFAULT]\nscript_location = db\n[alembic]\n[other]\n"),
        ("db/versions/a.py", ""),
    ];
    assert_eq!(silent(&files), ["db = db/versions (alembic)"]);
}

#[test]
fn other_ini_files_count_by_what_they_say() {
    let files = [("conf/prod.ini", "[alembic]\nscript_location = db\n"), ("db/versions/a.py", "")];
    assert_eq!(silent(&files), ["db = db/versions (alembic -c conf/prod.ini)"]);
}

#[test]
fn two_inis_of_one_history_are_one_environment() {
    let files = [
        ("alembic.dev.ini", "[alembic]\nscript_location = db\n"),
        ("alembic.ini", "[alembic]\nscript_location = %(here)s/db\n"),
        ("deploy/alembic.ini", "[alembic]\nscript_location = db\n"),
        ("db/versions/a.py", ""),
    ];
    assert_eq!(silent(&files), ["db = db/versions (alembic)"]);
}

#[test]
fn pyproject_fills_what_the_ini_leaves_open() {
    let pyproject = "[tool.alembic]\nscript_location = '%(here)s/db'\nsourceless = true\n\
                     version_locations = ['%(here)s/one', 'two']\n";
    let mut files = vec![
        ("pyproject.toml", pyproject),
        ("db/env.py", ""),
        ("one/a.py", ""),
        ("two/a.py", ""),
        ("three/a.py", ""),
    ];
    assert_eq!(silent(&files), ["db = one two (alembic)"]);
    assert!(found(&files).environments[0].sourceless);

    files.push(("alembic.ini", "[alembic]\nsourceless = false\n"));
    assert_eq!(silent(&files), ["db = one two (alembic)"]);
    assert!(!found(&files).environments[0].sourceless);

    files.pop();
    files.push(("alembic.ini", "[alembic]\nversion_locations = three\n"));
    assert_eq!(silent(&files), ["db = three (alembic)"]);
}

#[test]
fn flask_migrate_keeps_its_ini_beside_its_env() {
    let ini = "[alembic]\n# file_template = %%(rev)s\n[loggers]\nkeys = root\n";
    let files = [
        ("migrations/alembic.ini", ini),
        ("migrations/env.py", FLASK_ENV),
        ("migrations/script.py.mako", ""),
        ("migrations/versions/a.py", ""),
        ("other/alembic.ini", ini),
        ("other/env.py", FLASK_ENV),
        ("other/versions/a.py", ""),
        ("programmatic/alembic.ini", ini),
        ("programmatic/env.py", "from app import engine\n"),
    ];
    assert_eq!(
        silent(&files),
        [
            "migrations = migrations/versions (flask db)",
            "other = other/versions (flask db -d other)",
            "programmatic = programmatic/versions (alembic -c programmatic/alembic.ini)",
        ]
    );
}

#[test]
fn flask_migrate_may_name_version_locations() {
    let files = [
        (
            "app/migrations/alembic.ini",
            "[alembic]\nversion_locations = migrations/one %(here)s/two\n",
        ),
        ("app/migrations/env.py", FLASK_ENV),
        ("app/migrations/one/a.py", ""),
        ("app/migrations/two/a.py", ""),
    ];
    assert_eq!(
        silent(&files),
        ["app/migrations = app/migrations/one app/migrations/two (flask db -d app/migrations)"]
    );
}

#[test]
fn flask_migrate_runs_its_own_folder_whatever_other_sections_say() {
    let files = [
        ("migrations/alembic.ini", "[DEFAULT]\nscript_location = gone\nversion_locations = one\n"),
        ("migrations/env.py", FLASK_ENV),
        ("one/a.py", ""),
        ("two/alembic.ini", "[alembic]\n[other]\nscript_location = three\n"),
        ("two/env.py", FLASK_ENV),
        ("two/versions/a.py", ""),
        ("three/versions/a.py", ""),
        ("four/alembic.ini", "[alembic]\n[other]\nscript_location = five\n"),
        ("four/env.py", FLASK_ENV),
        ("five/versions/a.py", ""),
    ];
    assert_eq!(
        silent(&files),
        [
            "five:other = five/versions (alembic -c four/alembic.ini -n other)",
            "migrations = one (flask db)",
            "three:other = three/versions (alembic -c two/alembic.ini -n other)",
            "two = two/versions (flask db -d two)",
        ]
    );
}

#[test]
fn pyproject_alone_has_to_say_where_env_is() {
    let files = [
        ("pyproject.toml", "[tool.alembic]\nversion_locations = ['one']\n"),
        ("env.py", ""),
        ("one/a.py", ""),
    ];
    let discovery = found(&files);
    assert_eq!(environments(&discovery), [""; 0]);
    assert_eq!(
        problems(&files, &discovery),
        ["pyproject.toml [tool.alembic] 'one': `version_locations` is set without \
             `script_location`"]
    );
}

#[test]
fn bare_folders_count_unless_claimed() {
    let files = [
        ("a/env.py", ""),
        ("a/script.py.mako", ""),
        ("a/versions/a.py", ""),
        ("b/env.py", ""),
        ("b/script.py.mako", ""),
        ("b/revisions/b.py", ""),
        ("alembic.ini", "[alembic]\nscript_location = b\nversion_locations = b/revisions\n"),
    ];
    assert_eq!(silent(&files), ["a = a/versions (alembic)", "b = b/revisions (alembic)"]);
}

#[test]
fn foreign_and_excluded_folders_are_not_entered() {
    let files = [
        ("venv/lib/site-packages/p/env.py", ""),
        ("venv/lib/site-packages/p/script.py.mako", ""),
        ("node_modules/alembic.ini", "[alembic]\nscript_location = m\n"),
        ("tests/data/env.py", ""),
        ("tests/data/script.py.mako", ""),
        ("tests.ini", "[alembic]\nscript_location = tests/data\n"),
        ("m/env.py", ""),
    ];
    let config = Config {
        exclude: vec![crate::config::Pattern::new("tests/**").expect("the test's own pattern")],
        ..Config::default()
    };
    let discovery = found_with(&files, &config);
    assert_eq!(environments(&discovery), [""; 0]);
    assert_eq!(
        environments(&found(&files)),
        ["tests/data = tests/data/versions (alembic -c tests.ini)"]
    );
}

#[test]
fn names_are_unique() {
    let files = [
        ("alembic.ini", "[alembic]\nscript_location = m\n"),
        ("second.ini", "[alembic]\nscript_location = m\nversion_locations = two\n"),
        ("third.ini", "[alembic]\nscript_location = m\nversion_locations = two three\n"),
        ("fourth.ini", "[alembic]\nscript_location = m\nversion_locations = two four\n"),
        ("m/versions/a.py", ""),
        ("two/a.py", ""),
        ("three/a.py", ""),
        ("four/a.py", ""),
    ];
    assert_eq!(
        silent(&files),
        [
            "m = m/versions (alembic)",
            "m@two = two four (alembic -c fourth.ini)",
            "m@two#2 = two (alembic -c second.ini)",
            "m@two#3 = two three (alembic -c third.ini)",
        ]
    );
}

#[test]
fn a_file_that_is_too_large_is_refused_where_it_speaks_of_alembic() {
    let padding = "# padding\n".repeat(120_000);
    let ini = format!("[alembic]\nscript_location = m\n{padding}");
    let pyproject = format!("[tool.alembic]\nscript_location = \"m\"\n{padding}");
    let other = format!("[tool.other]\n{padding}");
    for (path, content) in [
        ("alembic.ini", &ini),
        ("other.ini", &ini),
        ("pyproject.toml", &pyproject),
        ("m/env.py", &format!("import current_app\n{padding}")),
    ] {
        let tree =
            MemoryTree::new([("m/env.py", ""), ("m/script.py.mako", "")]).with(path, content);
        let error = discover(&tree, &Config::default()).expect_err("it is not read");
        let size = content.len();
        assert_eq!(
            error.to_string(),
            format!("`{path}` in memory has {size} bytes; the limit is 1048576")
        );
        let remedy = format!("find the commit that made it this large: `git log --stat -- {path}`");
        assert_eq!(error.remedy().map(ToString::to_string), Some(remedy));
    }
    let files = [
        ("other/pyproject.toml", other.as_str()),
        ("other/setup.ini", padding.as_str()),
        ("m/versions/a.py", ""),
    ];
    assert_eq!(found(&files).problems, []);
}
