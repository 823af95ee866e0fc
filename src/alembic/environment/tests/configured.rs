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
        ["gone [-] : environment `gone` has none of its folders in this tree"]
    );
}

#[test]
fn a_folder_without_env_can_be_configured() {
    let files = [("app/migrations/a.py", "")];
    let discovery = configured("[[environment]]\nversion_locations = ['app/migrations']\n", &files);
    assert_eq!(environments(&discovery), ["app = app/migrations (alembic)"]);
    assert_eq!(problems(&files, &discovery), [""; 0]);
}
