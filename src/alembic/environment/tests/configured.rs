use super::*;
use crate::config;

fn configured(toml: &str, files: &[(&str, &str)]) -> Discovery {
    let config = config::parse(&config::FILE_NAME.into(), toml.as_bytes(), &[])
        .unwrap_or_else(|invalid| panic!("{invalid:#?}"));
    found_with(files, &config)
}

#[test]
fn configured_environments_replace_discovery() {
    let files = [
        ("alembic.ini", "[alembic]\nscript_location = m\n[x]\nscript_location = n\n"),
        ("m/env.py", ""),
        ("m/versions/a.py", ""),
        ("n/env.py", ""),
        ("o/env.py", ""),
        ("o/script.py.mako", ""),
    ];
    let discovery = configured(
        "[[environment]]\nname = 'second'\nscript_location = 'n'\nheads = 2\nbranches = ['a']\n\
         [[environment]]\nscript_location = 'm'\nversion_locations = ['m/versions', 'more']\n",
        &files,
    );
    assert_eq!(
        environments(&discovery),
        ["second = n/versions (alembic -n x)", "m = m/versions more (alembic)",]
    );
    assert_eq!(problems(&files, &discovery), [""; 0]);
    assert_eq!(discovery.environments[0].heads, 2);
    assert_eq!(discovery.environments[0].branches, ["a"]);
}

#[test]
fn a_configured_environment_that_is_not_there_is_kept_and_told() {
    let discovery = configured("[[environment]]\nscript_location = 'gone'\n", &[("a", "")]);
    assert_eq!(environments(&discovery), ["gone = gone/versions (alembic)"]);
    assert_eq!(
        problems(&[], &discovery),
        [".alembic-guard.toml [-] : [[environment]] `gone`: `gone/versions` does not exist"]
    );
}

#[test]
fn a_folder_without_env_can_be_configured() {
    let files = [("app/migrations/a.py", "")];
    let discovery = configured("[[environment]]\nversion_locations = ['app/migrations']\n", &files);
    assert_eq!(environments(&discovery), ["app = app/migrations (alembic)"]);
    assert_eq!(problems(&files, &discovery), [""; 0]);
}

#[test]
fn a_misspelled_folder_names_the_environments_that_are_not_checked() {
    let files = [
        ("alembic.ini", "[alembic]\nscript_location = db\n"),
        ("db/env.py", ""),
        ("db/versions/a.py", ""),
    ];
    let told = ".alembic-guard.toml [-] : [[environment]]";
    for (toml, problem) in [
        ("script_location = 'dbs'", Some("`dbs`: `dbs/versions`")),
        ("script_location = 'db'\nversion_locations = ['db/version']", Some("`db`: `db/version`")),
        ("script_location = 'db'", None),
    ] {
        let discovery = configured(&format!("[[environment]]\n{toml}\n"), &files);
        let left_out: Vec<_> = discovery.left_out.iter().map(|one| &*one.name).collect();
        let expected = problem
            .map(|problem| format!("{told} {problem} does not exist; not checked: `db/versions`"));
        assert_eq!(
            problems(&[], &discovery),
            expected.iter().map(String::as_str).collect::<Vec<_>>(),
            "{toml}"
        );
        assert_eq!(left_out, expected.iter().map(|_| "db").collect::<Vec<_>>(), "{toml}");
    }
}
