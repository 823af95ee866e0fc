use std::time::Duration;

use super::*;
use crate::config::{Fetch, OtherBranches};

const RULES: [&str; 3] = ["multiple-heads", "merge-with-operations", "filename-convention"];

fn parsed(source: &str) -> Config {
    parse(&".alembic-guard.toml".into(), source.as_bytes(), &RULES)
        .unwrap_or_else(|invalid| panic!("{invalid:#?}"))
}

/// Returns what is wrong as `marked bytes: message (nearest)`.
fn mistakes(source: impl AsRef<[u8]>) -> Vec<String> {
    let source = source.as_ref();
    let invalid =
        parse(&".alembic-guard.toml".into(), source, &RULES).expect_err("the source has a mistake");
    let marked =
        |mistake: &Mistake| String::from_utf8_lossy(&source[mistake.span.clone()]).into_owned();
    let shown = invalid.mistakes.iter().map(|mistake| format!("{}: {mistake}", marked(mistake)));
    shown.collect()
}

#[test]
fn an_empty_file_is_the_default() {
    assert_eq!(parsed(""), Config::default());
    assert_eq!(parsed("# nothing\n[rules]\n[filename]\n"), Config::default());
}

#[test]
fn every_key_of_the_design_is_read() {
    let config = parsed(
        r#"
base = "origin/main"
targets = ["main", "release/*"]
independent_targets = ["release/*"]
ignore_refs = ["wip/*"]
fetch = "never"
fetch_timeout = "1m 5s"
max_revision_id_length = 0x40
max_file_size = "2 MiB"
max_migrations = 1000
exclude = ["tests/**", "./docs/"]

[[environment]]
name = "default"
script_location = "./migrations/"
version_locations = ["migrations/versions", "more"]
recursive = true
heads = 2
branches = ["a", "b"]

[[environment]]
script_location = "other"

[[environment]]
version_locations = ["deep/down/versions"]

[rules]
merge-with-operations = "off"

[filename]
pattern = "{slug}"

[server]
other_branches = "error"
"#,
    );
    assert_eq!(config.base.as_deref(), Some("origin/main"));
    assert_eq!(config.targets.as_ref().map(Vec::len), Some(2));
    assert!(config.is_independent("release/1.0") && !config.is_independent("main"));
    assert_eq!(config.ignore_refs[0].as_str(), "wip/*");
    assert_eq!(config.fetch, Fetch::Never);
    assert_eq!(config.fetch_timeout, Duration::from_secs(65));
    assert_eq!(config.max_revision_id_length, 64);
    assert_eq!(config.max_file_size, 2 << 20);
    assert_eq!(config.max_migrations, 1000);
    assert_eq!(config.exclude[1].as_str(), "docs");
    assert_eq!(config.rules["merge-with-operations"], Level::Off);
    assert_eq!(config.other_branches, OtherBranches::Error);
    let pattern = config.filename_pattern.as_ref().map(ToString::to_string);
    assert_eq!(pattern.as_deref(), Some("{slug}"));
    let [first, second, third] = config.environments.as_slice() else {
        panic!("{config:#?}");
    };
    assert_eq!(first.script_location, "migrations".into());
    assert_eq!(first.version_locations, ["migrations/versions".into(), "more".into()]);
    assert_eq!((first.recursive, first.heads), (true, 2));
    assert_eq!(first.branches, ["a", "b"]);
    assert_eq!((second.name.as_str(), second.heads), ("other", 1));
    assert_eq!(second.version_locations, ["other/versions".into()]);
    assert_eq!(third.name, "deep/down");
}

#[test]
fn unknown_keys_offer_the_nearest() {
    assert_eq!(
        mistakes("fetch-timeout = '5s'\n[[environments]]\n[Rules]\n"),
        [
            "fetch-timeout: unknown key `fetch-timeout`; did you mean `fetch_timeout`?",
            "environments: unknown key `environments`; did you mean `environment`?",
            "Rules: unknown key `Rules`; did you mean `rules`?",
        ]
    );
    assert_eq!(
        mistakes("[[environment]]\nscript_locations = 'a'\nversion_location = ['a']\n"),
        [
            "[[environment]]: the environment needs `script_location` or `version_locations`",
            "script_locations: unknown key `script_locations`; did you mean `script_location`?",
            "version_location: unknown key `version_location`; did you mean `version_locations`?",
        ]
    );
    assert_eq!(
        mistakes("[filename]\npatern = 'a'\nzzzzzzzz = 1\n"),
        [
            "patern: unknown key `patern`; did you mean `pattern`?",
            "zzzzzzzz: unknown key `zzzzzzzz`",
        ]
    );
}

#[test]
fn rules_and_levels_offer_the_nearest() {
    assert_eq!(
        mistakes("[rules]\nmultiple_heads = 'warn'\nmerge-with-operations = 'warning'\n"),
        [
            "multiple_heads: unknown rule `multiple_heads`; did you mean `multiple-heads`?",
            "'warning': `warning` is not one of `off`, `warn`, `error`",
        ]
    );
    assert_eq!(
        mistakes("[rules]\nmultiple-heads = 'eror'\nmerge-with-operations = false\n"),
        [
            "'eror': `eror` is not one of `off`, `warn`, `error`; did you mean `error`?",
            "false: a level must be one of `off`, `warn`, `error`, in quotes",
        ]
    );
}

#[test]
fn values_of_another_type_are_refused_together() {
    assert_eq!(
        mistakes(
            "base = 1\ntargets = 'main'\nindependent_targets = 'main'\nignore_refs = ['a', 2]\n\
             fetch = true\n\
             max_revision_id_length = '32'\nenvironment = 3\nrules = []\n"
        ),
        [
            "1: `base` must be a string, found integer",
            "'main': `targets` must be an array of strings, found string",
            "'main': `independent_targets` must be an array of strings, found string",
            "2: `ignore_refs` must be an array of strings, found integer",
            "true: `fetch` must be a string, found boolean",
            "'32': `max_revision_id_length` must be a whole number, found string",
            "3: `environment` must be an array of tables, each written `[[environment]]`, \
             found integer",
            "[]: `rules` must be a table, written `[rules]`, found array",
        ]
    );
    assert_eq!(
        mistakes("[environment]\nscript_location = 'a'\n"),
        ["[environment]: `environment` must be an array of tables, each written \
             `[[environment]]`, found table"]
    );
}

#[test]
fn values_that_cannot_be_meant_are_refused() {
    let cases = [
        ("base = ''", "'': `base` cannot be ``: it is empty"),
        (
            "base = '--exec'",
            "'--exec': `base` cannot be `--exec`: a revision cannot start with `-`",
        ),
        ("fetch = 'nevr'", "'nevr': `nevr` is not one of `auto`, `never`; did you mean `never`?"),
        (
            "targets = ['a', '[b']",
            "'[b': `targets` cannot be `[b`: invalid range pattern at character 1",
        ),
        (
            "fetch_timeout = '5 parsecs'",
            "'5 parsecs': `fetch_timeout` cannot be `5 parsecs`: unknown time unit \"parsecs\", \
             supported units: ns, us/µs, ms, sec, min, hours, days, weeks, months, years (and few \
             variations); write it as `5s` or `500ms`",
        ),
        (
            "fetch_timeout = '0s'",
            "'0s': `fetch_timeout` cannot be `0s`: it must be greater than zero; use `fetch = \"never\"` \
             to turn fetching off",
        ),
        (
            "max_file_size = 'big'",
            "'big': `max_file_size` cannot be `big`: it is not a size; write it as `1 MiB` or `500 kB`",
        ),
        ("max_revision_id_length = -1", "-1: `max_revision_id_length` must be at least 1"),
        (
            "exclude = ['/tests']",
            "'/tests': `exclude` cannot be `/tests`: it must be relative to the root of the \
             repository",
        ),
        (
            "[[environment]]\nscript_location = '../a'",
            "'../a': `script_location` cannot be `../a`: `..` is not allowed",
        ),
        (
            "[[environment]]\nscript_location = 'C:\\a'",
            "'C:\\a': `script_location` cannot be `C:\\a`: it must be relative to the root of the \
             repository",
        ),
        ("[[environment]]\nscript_location = 'a'\nheads = 0", "0: `heads` must be at least 1"),
        (
            "[[environment]]\nscript_location = 'a'\n[[environment]]\nscript_location = 'a/'",
            "script_location: two environments are named `a`; give each a unique `name`",
        ),
        (
            "[[environment]]\nversion_locations = []",
            "[[environment]]: the environment needs `script_location` or `version_locations`",
        ),
    ];
    for (source, expected) in cases {
        assert_eq!(mistakes(source), [expected]);
    }
}

#[test]
fn syntax_errors_are_marked_all_at_once() {
    let found = mistakes("base = \ntargets = [\"a\"\nfetch = auto\n");
    assert!(found.len() >= 2, "{found:#?}");
    assert_eq!(mistakes("a = 1\na = 2\n"), ["a: duplicate key"]);
    assert_eq!(mistakes(b"base = '\xff'\n"), ["\u{fffd}: the file is not UTF-8"]);
    assert_eq!(mistakes(b"base = '\xc3"), ["\u{fffd}: the file is not UTF-8"]);
}

#[test]
fn nesting_is_bounded() {
    let deep = format!("a = {}", "[".repeat(100_000));
    assert!(!mistakes(deep).is_empty());
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic_and_every_mark_can_be_shown(
        text in "(\\[\\[environment\\]\\]|\\[rules\\]|base|heads|exclude|script_location|[=\\[\\]'\"., é\n0-9-]){0,40}",
        cut in 0..200_usize,
    ) {
        let source = &text.as_bytes()[..cut.min(text.len())];
        if let Err(invalid) = parse(&".alembic-guard.toml".into(), source, &RULES) {
            for mistake in invalid.mistakes {
                proptest::prop_assert!(source.get(mistake.span).is_some());
            }
        }
    }
}

#[test]
fn a_pattern_turns_its_rule_on() {
    let level = |source: &str| parsed(source).level("filename-convention", Level::Off);
    assert_eq!(level("[filename]\npattern = '{slug}'\n"), Level::Warn);
    assert_eq!(
        level("[filename]\npattern = '{slug}'\n[rules]\nfilename-convention = 'error'\n"),
        Level::Error
    );
    assert_eq!(
        level("[filename]\npattern = '{slug}'\n[rules]\nfilename-convention = 'off'\n"),
        Level::Off
    );
    assert_eq!(level("[rules]\nfilename-convention = 'off'\n"), Level::Off);
    assert_eq!(
        mistakes("[rules]\nfilename-convention = 'warn'\n"),
        ["filename-convention: `filename-convention` needs a `pattern` in `[filename]`"]
    );
}

#[test]
fn a_pattern_without_a_meaning_is_shown_where_it_is() {
    assert_eq!(
        mistakes("[filename]\npattern = '{date}_{slug}'\n[rules]\nfilename-convention = 'warn'\n"),
        ["'{date}_{slug}': `pattern` cannot be `{date}_{slug}`: `{date}` needs a format, such as \
             `{date:%Y%m%d}`"]
    );
}

#[test]
fn what_a_server_makes_of_other_branches_is_a_level() {
    let of =
        |level: &str| parsed(&format!("[server]\nother_branches = '{level}'\n")).other_branches;
    assert_eq!(of("warn"), OtherBranches::Warn);
    assert_eq!(of("off"), OtherBranches::Off);
    assert_eq!(parsed("[server]\n").other_branches, OtherBranches::Warn);
    assert_eq!(
        mistakes("[server]\nother_branches = 'eror'\nother_branch = 'warn'\n"),
        [
            "'eror': `eror` is not one of `warn`, `error`, `off`; did you mean `error`?",
            "other_branch: unknown key `other_branch`; did you mean `other_branches`?",
        ]
    );
    assert_eq!(
        mistakes("[server]\nother_branches = true\n"),
        ["true: `other_branches` must be a string, found boolean"]
    );
    assert_eq!(
        mistakes("server = 'warn'\n"),
        ["'warn': `server` must be a table, written `[server]`, found string"]
    );
}
