//! Configuration that was made to take for ever, or to be read by nobody.

use super::repository::{Repository, migration, refuses, said};

/// A mebibyte, which is as large as a file of configuration may be.
const LARGE: usize = 1 << 20;

#[test]
fn an_ini_that_doubles_itself_is_told_of() {
    let mut ini = String::from("[alembic]\nscript_location = %(a0)s\n");
    for place in 0..40 {
        ini += &format!("a{place} = %(a{next})s%(a{next})s\n", next = place + 1);
    }
    is_told_of("alembic.ini", &(ini + "a40 = x\n"), "key `script_location`");
    let circle = "[alembic]\nscript_location = %(a)s\na = %(b)s\nb = %(a)s\n";
    is_told_of("alembic.ini", circle, "key `script_location`");
    is_told_of("alembic.ini", "[alembic]\nscript_location = %(script_location)s\n", "key `script_");
    is_told_of("alembic.ini", "[alembic]\nscript_location = %(gone)s\n", "key `script_location`");
}

#[test]
fn an_ini_of_a_mebibyte_is_read_or_told_of() {
    let many = |line: fn(usize) -> String| {
        let lines = (0..).map(line).scan(0, |length, line| {
            *length += line.len();
            (*length < LARGE - 100).then_some(line)
        });
        lines.collect::<String>()
    };
    let own = "[alembic]\nscript_location = gone\n";
    let told = "key `script_location`";
    is_told_of("alembic.ini", &(own.to_owned() + &many(|place| format!("[{place}]\n"))), told);
    is_told_of("alembic.ini", &(own.to_owned() + &many(|place| format!("k{place} = %%\n"))), told);
    is_told_of("alembic.ini", &(own.to_owned() + &many(|_| " x\n".to_owned())), "alembic.ini");
    let claims = many(|place| format!("[{place}]\nscript_location = g\n"));
    is_told_of("alembic.ini", &claims, "`g`: there is no such folder");
    let real = many(|place| {
        format!("[{place}]\nscript_location = migrations\nversion_locations = v{place}\n")
    });
    let repository = Repository::with_alembic();
    repository.write("alembic.ini", real);
    repository.commit("environments");
    let (text, code) = said(&repository.guard(&["check", "--all", "HEAD"]));
    assert!(matches!(code, 0..=2), "{code}");
    assert!(text.contains("there are more than 1000 environments"), "{text:.2000}");
    is_told_of("alembic.ini", &format!("{own}x = {}\n", "y".repeat(LARGE)), "the limit is 1048576");
}

#[test]
fn a_pyproject_that_no_parser_should_follow_is_told_of() {
    let own = "[tool.alembic]\nscript_location = \"gone\"\n";
    let deep = format!("{own}x = {}{}\n", "[".repeat(100_000), "]".repeat(100_000));
    is_told_of("pyproject.toml", &deep, "`pyproject.toml`");
    let deep = format!("{own}x = {}1{}\n", "{a=".repeat(100_000), "}".repeat(100_000));
    is_told_of("pyproject.toml", &deep, "`pyproject.toml`");
    let dotted = format!("{own}{}x = 1\n", "a.".repeat(100_000));
    is_told_of("pyproject.toml", &dotted, "`pyproject.toml`");
    is_told_of("pyproject.toml", &format!("{own}{}", "x".repeat(LARGE)), "the limit is 1048576");
}

#[test]
fn a_configuration_of_the_guard_that_no_parser_should_follow_is_refused() {
    for config in [
        format!("exclude = {}{}\n", "[".repeat(100_000), "]".repeat(100_000)),
        format!("x = {}1{}\n", "{a=".repeat(100_000), "}".repeat(100_000)),
        format!("{} = 1\n", "a.".repeat(100_000) + "b"),
        format!("[{}]\n", "a.".repeat(100_000) + "b"),
        "[[environment]]\n".repeat(50_000),
        (0..50_000).map(|place| format!("key{place} = 1\n")).collect(),
        "\0".repeat(LARGE),
        "\u{202e}".repeat(LARGE / 3),
    ] {
        let repository = Repository::with_alembic();
        repository.write(".alembic-guard.toml", &config);
        repository.commit("config");
        let (text, code) = said(&repository.guard(&["check", "HEAD"]));
        assert_eq!(code, 2, "{config:.40}: {text:.2000}");
        assert!(text.contains(".alembic-guard.toml") && !text.contains("panicked"), "{text:.2000}");
    }
}

/// `check --all` has a pattern for each path, and a pattern can be made to backtrack.
#[test]
fn a_pattern_that_matches_slowly_ends() {
    let repository = Repository::with_alembic();
    let pattern = "*a".repeat(12);
    let config = format!("targets = [\"{pattern}b\"]\nexclude = [\"{pattern}b\"]\n");
    repository.write(".alembic-guard.toml", config);
    repository.write(format!("{}/x", "a".repeat(60)), "");
    repository.commit("slow");
    repository.git(&["branch", &"a".repeat(60)]);
    let (text, code) = said(&repository.guard(&["check", "HEAD"]));
    assert!(matches!(code, 0 | 1), "{text}");
}

#[test]
fn a_template_that_only_mako_could_run_is_not_run() {
    let repository = Repository::with_alembic();
    repository.write("migrations/versions/b.py", migration("b", Some("a")));
    repository.write("migrations/versions/c.py", migration("c", Some("a")));
    for template in [
        "<%! open('ran', 'w') %>\n".to_owned(),
        format!("${{{}}}", "(".repeat(500_000)),
        "${".repeat(300_000),
        "<%text>".repeat(100_000),
        "%if x:\n".repeat(100_000),
        "\\\n".repeat(400_000),
    ] {
        repository.write("migrations/script.py.mako", &template);
        repository.commit("template");
        let (text, code) = said(&repository.guard(&["merge", "-n"]));
        assert!(matches!(code, 0 | 1), "{template:.20}: {text:.2000}");
        assert!(!text.contains("panicked"), "{text:.2000}");
        assert!(!repository.top().join("ran").exists());
    }
}

#[test]
fn a_setup_cfg_is_no_configuration_of_alembics() {
    let repository = Repository::with_alembic();
    repository.write("setup.cfg", "[alembic]\nscript_location = gone\n".repeat(20_000));
    repository.commit("setup.cfg");
    let (text, code) = said(&repository.guard(&["check", "--all", "HEAD"]));
    assert!(code == 0 && text.contains("1 revision"), "{text}");
}

/// Has a repository with this one file of configuration checked; the words must be in what is said.
#[track_caller]
fn is_told_of(path: &str, content: &str, words: &str) {
    let repository = Repository::empty();
    repository.write("gone.py", "");
    repository.write(path, content);
    repository.commit("configuration");
    refuses(&repository.guard(&["check", "--all", "HEAD"]), words);
}
