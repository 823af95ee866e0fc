//! The shapes that programs rely on.

use std::fs;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::nine_cases::repository::{Repository, first, migration, same};

fn two_heads() -> Repository {
    Repository::with_change(&[first()], &[migration("b", "\"a\""), migration("d", "\"a\"")])
}

/// Returns the keys of an object in the order in which they are written.
fn keys(object: &Value) -> BTreeSet<&str> {
    let object = object.as_object().expect("an object");
    object.keys().map(String::as_str).collect()
}

/// Asserts that keys come in this order in the text; further keys may come after them.
fn in_order(text: &str, keys: &[&str]) {
    let mut rest = text;
    for key in keys {
        let quoted = format!("\"{key}\":");
        let place =
            rest.find(&quoted).unwrap_or_else(|| panic!("no `{key}` where it belongs in {text}"));
        rest = &rest[place + quoted.len()..];
    }
}

fn texts(value: &Value) -> Vec<&str> {
    let list = value.as_array().expect("a list");
    list.iter().map(|text| text.as_str().expect("text")).collect()
}

#[test]
fn check_says_what_was_compared_and_found() {
    let repository = two_heads();
    let said = repository.said(&["--format", "json", "check", "--base", "main"]);
    same(&said, "json_check");
    in_order(
        &said,
        &[
            "version",
            "outcome",
            "base",
            "ref",
            "commit",
            "fetched",
            "environments",
            "name",
            "script_location",
            "version_locations",
            "revisions",
            "heads_before",
            "heads_after",
            "findings",
            "rule",
            "level",
            "environment",
            "message",
            "help",
            "path",
            "line",
            "column",
            "revisions",
            "related",
            "path",
            "line",
            "column",
            "message",
        ],
    );
    let (json, code) = repository.json(&["check", "--base", "main"]);
    assert_eq!(code, 1);
    assert_eq!(json["version"], 1);
    assert_eq!(json["outcome"], "findings");
    assert_eq!(json["base"]["ref"], "main");
    assert_eq!(json["base"]["commit"], repository.git(&["rev-parse", "main"]));
    assert!(json["base"]["fetched"].is_null());
    let environment = &json["environments"][0];
    assert_eq!(environment["script_location"], "migrations");
    assert_eq!(texts(&environment["version_locations"]), ["migrations/versions"]);
    assert_eq!(environment["revisions"], 3);
    assert_eq!(texts(&environment["heads_before"]), ["a"]);
    assert_eq!(texts(&environment["heads_after"]), ["b", "d"]);
    assert_eq!(json["findings"].as_array().map(Vec::len), Some(1));
    let finding = &json["findings"][0];
    assert_eq!(finding["rule"], "multiple-heads");
    assert_eq!(finding["level"], "error");
    assert_eq!(finding["environment"], environment["name"]);
    assert!(finding["message"].is_string() && finding["help"].is_string());
    assert_eq!(finding["path"], "migrations/versions/b.py");
    assert_eq!((&finding["line"], &finding["column"]), (&10.into(), &17.into()));
    assert_eq!(texts(&finding["revisions"]), ["b", "d"]);
    let related = &finding["related"][0];
    assert_eq!(related["path"], "migrations/versions/d.py");
    assert!(related["message"].is_string() && related["line"].is_u64());
}

#[test]
fn check_of_everything_has_no_base() {
    let (json, code) = two_heads().json(&["check", "--all"]);
    assert_eq!(code, 1);
    assert!(json["base"].is_null());
    assert!(keys(&json).contains("base"));
}

#[test]
fn a_check_that_came_to_nothing_says_so() {
    let (json, code) = two_heads().json(&["check", "--base", "nowhere"]);
    assert_eq!(code, 2);
    assert_eq!(json["version"], 1);
    assert_eq!(json["outcome"], "broken");
}

#[test]
fn graph_and_heads() {
    let repository = two_heads();
    let said = repository.said(&["--format", "json", "graph"]);
    same(&said, "json_graph");
    in_order(
        &said,
        &[
            "version",
            "environments",
            "name",
            "script_location",
            "version_locations",
            "recursive",
            "revisions",
            "revision",
            "down_revision",
            "depends_on",
            "branch_labels",
            "path",
            "heads",
            "real_heads",
            "bases",
            "problems",
        ],
    );
    let (graph, code) = repository.json(&["graph"]);
    assert_eq!(code, 0);
    let (heads, code) = repository.json(&["heads"]);
    assert_eq!(code, 0);
    let mut environment = graph["environments"][0].clone();
    let revisions = environment
        .as_object_mut()
        .expect("an object")
        .remove("revisions")
        .expect("`graph` lists them");
    assert_eq!(revisions.as_array().map(Vec::len), Some(3));
    assert_eq!(heads["environments"][0], environment);
    assert_eq!(texts(&environment["heads"]), ["b", "d"]);
    assert_eq!(texts(&environment["bases"]), ["a"]);
}

#[test]
fn a_push_of_two_refs() {
    let repository = two_heads();
    repository.git(&["switch", "-q", "-c", "fine", "main"]);
    repository.commit(&[migration("c", "\"a\"")]);
    repository.git(&["update-ref", "refs/remotes/origin/main", "main"]);
    let none = "0".repeat(40);
    let line = |branch: &str| {
        let commit = repository.git(&["rev-parse", branch]);
        format!("refs/heads/{branch} {commit} refs/heads/{branch} {none}\n")
    };
    let input = line("feature") + &line("fine");
    let push = ["hook", "pre-push", "origin", "../elsewhere"];
    same(&repository.said_on(&push, &input), "push_of_two_refs");
    let output = repository.guard(&[&["--format", "json"][..], &push].concat(), &input);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty(), "git owns standard output");
    let json: Value = serde_json::from_slice(&output.stderr).expect("the guard writes JSON");
    assert_eq!(json["version"], 1);
    let refs = json["refs"].as_array().expect("a list of refs");
    let outcomes: Vec<&Value> = refs.iter().map(|one| &one["outcome"]).collect();
    assert_eq!(outcomes, ["findings", "clean"]);
    for (one, branch) in refs.iter().zip(["feature", "fine"]) {
        assert_eq!(one["local_ref"], format!("refs/heads/{branch}"));
        assert_eq!(one["remote_ref"], one["local_ref"]);
        assert_eq!(one["local_oid"], repository.git(&["rev-parse", branch]));
        assert_eq!(one["remote_oid"], none);
        assert!(one["findings"].is_array() && one["environments"].is_array());
    }
}

#[test]
fn what_is_in_force_and_installed() {
    let repository = two_heads();
    repository.git(&["remote", "add", "origin", "/nowhere"]);
    repository.git(&["update-ref", "refs/remotes/origin/main", "main"]);
    let (config, code) = repository.json(&["config"]);
    assert_eq!((&config["version"], code), (&Value::from(1), 0));
    assert_eq!(config["config"]["time_limit"], "1m");
    assert_eq!(config["config"]["environment"][0]["recursive"], false);
    assert_eq!(config["config"]["rules"]["multiple-heads"], "error");
    assert_eq!(config["resolved"]["base"], "origin/main");
    assert_eq!(texts(&config["resolved"]["targets"]), ["origin/main"]);
    let said = repository.said(&["config"]);
    for line in [
        "# base: the nearest target: origin/main",
        "# targets: the default branch and the usual release branches: origin/main",
        "time_limit = \"1m\"                       # default",
        "[[environment]]                         # found in the repository",
    ] {
        assert!(said.lines().any(|other| other == line), "{line} is not in {said}");
    }

    let (rules, code) = repository.json(&["explain"]);
    assert_eq!((&rules["version"], code), (&Value::from(1), 0));
    let name = rules["rules"][0]["name"].as_str().expect("a rule has a name");
    let (rule, _) = repository.json(&["explain", name]);
    assert_eq!(rule["name"], name);
    assert!(rule["explain"].as_str().is_some_and(|text| text.contains("## ")));
    let (none, code) = repository.json(&["explain", "no-rule"]);
    assert_eq!(code, 2);
    assert!(none["error"]["message"].as_str().is_some_and(|text| text.contains("no-rule")));

    let (status, code) = repository.json(&["hook", "status"]);
    assert_eq!((&status["ok"], code), (&Value::from(false), 1));
    assert_eq!(status["folders"][0]["hooks"][0]["state"], "missing");
    let (installed, code) = repository.json(&["hook", "install"]);
    assert_eq!(code, 0);
    assert_eq!(installed["hooks"][0]["hook"], "pre-commit");
    assert_eq!(installed["hooks"][0]["outcome"], "installed");
    let (status, code) = repository.json(&["hook", "status"]);
    assert_eq!((&status["ok"], code), (&Value::from(true), 0));
    assert_eq!(status["folders"][0]["hooks"][0]["state"], "installed");
    assert_eq!(status["folders"][0]["hooks"][0]["binary_state"], "executable");
    let (removed, code) = repository.json(&["hook", "uninstall"]);
    assert_eq!((&removed["hooks"][0]["outcome"], code), (&Value::from("removed"), 0));
}

#[test]
fn a_repair_that_is_only_shown_may_be_one_that_would_be_staged() {
    let repository = two_heads();
    repository.git(&["update-ref", "refs/remotes/origin/main", "main"]);
    for command in ["rebase", "merge"] {
        let output = repository.guard(&[command, "--stage", "-n"], "");
        assert_ne!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(repository.git(&["status", "--porcelain"]), "");
    }
}

#[test]
fn a_configuration_that_is_printed_is_one_that_is_read() {
    let repository = two_heads();
    let written = "base = 'main'\ntargets = ['main', 'next']\nindependent_targets = ['demo/*']\n\
         ignore_refs = ['wip/*']\nfetch = 'never'\nfetch_timeout = '2s 500ms'\n\
         time_limit = '9m'\nmax_revision_id_length = 40\nmax_file_size = '3 MiB'\n\
         max_migrations = 7\nexclude = ['docs/**']\n\
         [[environment]]\nname = \"a 'name'\"\nscript_location = 'migrations'\n\
         version_locations = ['migrations/versions', 'more']\nrecursive = true\nheads = 3\n\
         branches = ['x', 'y']\n\
         [rules]\nmultiple-heads = 'warn'\n[filename]\npattern = '{slug}'\n\
         [server]\nother_branches = 'off'\n";
    let print = |config: &str| {
        fs::write(repository.top().join(".alembic-guard.toml"), config).expect("it is ours");
        let output = repository.guard(&["config"], "");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("the guard writes UTF-8")
    };
    let printed = print(written);
    let written: toml::Table = written.parse().expect("the test writes TOML");
    let read: toml::Table = printed.parse().expect("the guard prints TOML");
    for (key, value) in written.iter().filter(|(key, _)| *key != "rules") {
        assert_eq!(read.get(key), Some(value), "{key}");
    }
    assert_eq!(read["rules"]["multiple-heads"].as_str(), Some("warn"));
    let again = print(&printed);
    assert_eq!(again.parse::<toml::Table>().expect("the guard prints TOML"), read);
    assert!(!again.contains("# default"), "{again}");
}

#[test]
fn every_setting_is_printed_with_where_it_comes_from() {
    let repository = two_heads();
    let own = ".alembic-guard.toml";
    let config = "fetch = 'never'\n[rules]\nmultiple-heads = 'warn'\n[server]\n";
    fs::write(repository.top().join(own), config).expect("it is ours");
    repository.git(&["config", "alembic-guard.level", "warn"]);
    let (config, _) = repository.json(&["config"]);
    let sources = &config["sources"];
    assert_eq!((&sources["fetch"], &sources["rules.multiple-heads"]), (&own.into(), &own.into()));
    for key in ["time_limit", "server.other_branches", "rules.second-base", "environment"] {
        assert_eq!(sources[key], "default", "{key}");
    }
    let over = &config["overrides"][0];
    assert_eq!(
        (&over["source"], &over["setting"]),
        (&"git config".into(), &"alembic-guard.level=warn".into())
    );
    let said = repository.said(&["config"]);
    assert!(
        said.contains("fetch = \"never\"                         # .alembic-guard.toml\n"),
        "{said}"
    );
    assert!(
        said.contains("\n# the hooks only warn, from git config: alembic-guard.level=warn\n"),
        "{said}"
    );

    fs::write(repository.top().join("other.toml"), "fetch = 'auto'\n").expect("it is ours");
    let (config, _) = repository.json(&["--config", "other.toml", "config"]);
    assert_eq!(config["sources"]["fetch"], "other.toml");
    assert_eq!(config["sources"]["rules.multiple-heads"], "default");
}

#[test]
fn a_configuration_is_written_once() {
    let repository = two_heads();
    let path = repository.top().join(".alembic-guard.toml");
    let before = repository.json(&["config"]);
    let said = repository.said(&["config", "init"]);
    assert!(said.contains("\nwrote [TOP]/.alembic-guard.toml\nexit code: 0\n"), "{said}");
    assert_eq!(repository.json(&["config"]), before, "it sets nothing");
    fs::write(&path, "fetch = 'never'\n").expect("it is ours");
    let said = repository.said(&["config", "init"]);
    assert!(said.contains("error: `[TOP]/.alembic-guard.toml` already exists\n"), "{said}");
    assert!(said.ends_with("exit code: 2\n"), "{said}");
    assert_eq!(fs::read_to_string(&path).expect("it is there"), "fetch = 'never'\n");
}

/// `Repository::guard` holds what is printed to the schema of the command; the other tests print the rest.
#[test]
fn repairs_and_hooks_follow_their_schemas() {
    let repository = two_heads();
    repository.git(&["update-ref", "refs/remotes/origin/main", "main"]);
    let [main, feature] = ["main", "feature"].map(|branch| repository.git(&["rev-parse", branch]));
    let json = |arguments: &[&str]| {
        let output = repository.guard(&[&["--format", "json"], arguments].concat(), "");
        let printed = if output.stdout.is_empty() { output.stderr } else { output.stdout };
        serde_json::from_slice::<Value>(&printed).expect("the guard writes JSON")
    };
    for (arguments, key) in [
        (&["rebase", "-n"][..], "then_advice"),
        (&["merge", "-n"], "diff"),
        (&["merge", "-n", "b", "unknown"], "error"),
        (&["check", "--fix", "-n"], "fixes"),
        (&["hook", "pre-commit"], "findings"),
        (&["hook", "post-checkout", &main, &feature, "1"], "environments"),
        (&["hook", "update", "refs/heads/main", &main, &feature], "refs"),
        (&["hook", "hosted"], "findings"),
    ] {
        let printed = json(arguments);
        assert!(keys(&printed).contains(key), "{arguments:?}: {printed:#}");
    }
}
