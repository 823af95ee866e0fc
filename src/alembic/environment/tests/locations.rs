use super::*;

/// Returns the environments and the problems of one `[alembic]` beside folders `m` and `src/p/m`.
fn section(lines: &str) -> (Vec<String>, Vec<String>) {
    let ini = format!("[alembic]\n{lines}\n");
    let files = [
        ("a/alembic.ini", ini.as_str()),
        ("m/env.py", ""),
        ("m/versions/x.py", ""),
        ("src/p/m/env.py", ""),
        ("a/near/versions/x.py", ""),
        ("near/readme", ""),
        ("a/far/readme", ""),
        ("far/versions/x.py", ""),
        ("link", "-> m"),
        ("out", "-> ../elsewhere"),
        ("a/loop", "-> loop"),
    ];
    let discovery = found(&files);
    (environments(&discovery), problems(&files, &discovery))
}

#[test]
fn locations_are_found_where_migrations_are() {
    let cases = [
        ("m", "m = m/versions (alembic -c a/alembic.ini)"),
        ("%(here)s/../m", "m = m/versions (alembic -c a/alembic.ini)"),
        ("../m", "m = m/versions (alembic)"),
        ("near", "a/near = a/near/versions (alembic)"),
        ("far", "far = far/versions (alembic -c a/alembic.ini)"),
        ("p:m", "src/p/m = src/p/m/versions (alembic -c a/alembic.ini)"),
        ("link", "m = m/versions (alembic -c a/alembic.ini)"),
        ("m/../m/./", "m = m/versions (alembic -c a/alembic.ini)"),
    ];
    for (location, expected) in cases {
        let (environments, problems) = section(&format!("script_location = {location}"));
        assert_eq!(environments, [expected], "{location}");
        assert_eq!(problems, [""; 0], "{location}");
    }
}

#[test]
fn locations_that_lead_nowhere_are_problems() {
    let cases = [
        ("/app/m", "an absolute path cannot be found in this repository"),
        ("C:\\app\\m", "an absolute path cannot be found in this repository"),
        ("../../m", "it is outside this repository"),
        ("out", "it is outside this repository"),
        ("gone", "there is no such folder in this repository"),
        ("loop", "there is no such folder in this repository"),
        ("m/env.py", "there is no such folder in this repository"),
        ("{alembic_dir}/m", "it contains a placeholder, so the folder is unknown"),
        (":m", "there is no package name before the `:`"),
        ("m/versions:", "there is no package name before the `:`"),
        ("p:../m", "it is outside its package"),
    ];
    for (location, reason) in cases {
        let (environments, problems) = section(&format!("script_location = {location}"));
        assert_eq!(environments, [""; 0], "{location}");
        let message = format!("`script_location` is `{location}`: {reason}");
        assert_eq!(problems, [format!("a/alembic.ini [alembic] {location}: {message}")]);
    }
}

#[test]
fn values_that_python_refuses_are_problems() {
    let cases = [
        (
            "script_location = %(gone)s/m",
            "%(gone)s/m: `script_location` cannot be read: `gone` is not defined",
        ),
        (
            "script_location = 50%",
            "50%: `script_location` cannot be read: a `%` must be followed by `%` or `(`",
        ),
        (
            "script_location = m\nversion_locations = m\npath_separator = comma",
            "comma: `path_separator` is `comma`, not one of `space`, `newline`, `os`, `:`, `;`",
        ),
        ("version_locations =", ": `script_location` is missing, and there is no `env.py` here"),
        (
            "version_locations = m/versions",
            "m/versions: `version_locations` is set without `script_location`, and there is no \
             `env.py` here",
        ),
    ];
    for (lines, expected) in cases {
        let (environments, problems) = section(lines);
        assert_eq!(environments, [""; 0], "{lines}");
        assert_eq!(problems, [format!("a/alembic.ini [alembic] {expected}")]);
    }
}

#[test]
fn what_stops_alembic_elsewhere_is_a_problem_and_hides_nothing() {
    let cases = [
        ("sourceless = 50%", "`sourceless` cannot be read"),
        ("recursive_version_locations = %(gone)s", "`recursive_version_locations` cannot be read"),
        ("file_template = %(rev)s", "`file_template` cannot be read: `rev` is not defined"),
        ("timezone = %(gone)s", "`timezone` cannot be read"),
        ("truncate_slug_length = long", "`truncate_slug_length` is `long`, which is not a number"),
        ("prepend_sys_path = .\npath_separator = ,", "`path_separator` is `,`, not one of"),
        (
            "prepend_sys_path = .\npath_separator = os  # all",
            "`path_separator` is `os  # all`, which Alembic rejects",
        ),
        ("[post_write_hooks]\nhooks = 50%", "`hooks` cannot be read"),
        ("[DEFAULT]\nx = 50%\n[post_write_hooks]", "`x` cannot be read"),
    ];
    for (lines, reason) in cases {
        let (environments, problems) = section(&format!("script_location = m\n{lines}"));
        assert_eq!(environments, ["m = m/versions (alembic -c a/alembic.ini)"], "{lines}");
        assert_eq!(problems.len(), 1, "{lines}: {problems:#?}");
        assert!(problems[0].contains(reason), "{lines}: {problems:#?}");
    }
    for lines in ["path_separator = ,", "truncate_slug_length = 1_0", "x = 50%", "sourceless ="] {
        let (_, problems) = section(&format!("script_location = m\n{lines}"));
        assert_eq!(problems, [""; 0], "{lines}");
    }
}

#[test]
fn what_stops_alembic_in_pyproject_is_a_problem_and_hides_nothing() {
    let told = |lines: &str, ini: &str| {
        let toml = format!("[tool.alembic]\nscript_location = 'm'\n{lines}\n");
        let files =
            [("pyproject.toml", toml.as_str()), ("alembic.ini", ini), ("m/versions/x.py", "")];
        let discovery = found(&files);
        assert_eq!(environments(&discovery), ["m = m/versions (alembic)"], "{lines}");
        problems(&files, &discovery).len()
    };
    for lines in [
        "file_template = '%(rev)s'",
        "timezone = 1.5",
        "truncate_slug_length = 'long'",
        "prepend_sys_path = [1]",
        "post_write_hooks = 'black'",
        "[[tool.alembic.post_write_hooks]]\ntype = 'exec'",
        "[[tool.alembic.post_write_hooks]]\nname = 'a'\noptions = 5",
    ] {
        assert_eq!(told(lines, "[alembic]\n"), 1, "{lines}");
    }
    for lines in [
        "file_template = '%%(rev)s'",
        "truncate_slug_length = 40",
        "prepend_sys_path = ['.', '%(here)s']",
        "[[tool.alembic.post_write_hooks]]\nname = 'a'\ntype = 'exec'",
    ] {
        assert_eq!(told(lines, "[alembic]\n"), 0, "{lines}");
    }
    // The ini file has the first word.
    assert_eq!(told("timezone = 1.5", "[alembic]\ntimezone = UTC\n"), 0);
    assert_eq!(told("post_write_hooks = 5", "[alembic]\n[post_write_hooks]\n"), 0);
}

#[test]
fn an_empty_version_location_is_a_problem_and_is_left_out() {
    for list in ["m/versions, ", "m/versions , near", " , ", "near:\n  :m"] {
        let lines = format!("script_location = m\nversion_locations = {list}");
        let (_, problems) = section(&lines);
        let is_told = problems.iter().any(|problem| problem.contains("has an empty entry"));
        assert_eq!(is_told, !list.contains(':'), "{list}: {problems:#?}");
    }
    let (environments, problems) =
        section("script_location = m\npath_separator = ,\nversion_locations =");
    assert_eq!(environments, ["m = m/versions (alembic -c a/alembic.ini)"]);
    assert_eq!(problems, [""; 0]);
}

#[test]
fn a_comment_behind_the_separator_is_a_problem_but_no_riddle() {
    let (environments, problems) = section(
        "script_location = m\nversion_locations = m/versions:near\n\
         version_path_separator = os  # the default",
    );
    assert_eq!(environments, ["m = m/versions near (alembic -c a/alembic.ini)"]);
    assert_eq!(
        problems,
        ["a/alembic.ini [alembic] os  # the default: `version_path_separator` is `os  # the \
             default`, which Alembic rejects: ini files have no comments after values"]
    );
    let (_, problems) = section("script_location = m\nversion_path_separator = os  # unused");
    assert_eq!(problems, [""; 0]);
}

#[test]
fn a_version_location_that_is_not_there_hides_no_other() {
    let (environments, problems) =
        section("script_location = m\nversion_locations = m/versions, gone, /app/x");
    assert_eq!(environments, ["m = m/versions gone (alembic -c a/alembic.ini)"]);
    assert_eq!(problems.len(), 2, "{problems:#?}");
    let (environments, problems) =
        section("script_location = near\nversion_locations = near/versions");
    assert_eq!(environments, ["a/near = a/near/versions (alembic)"]);
    assert_eq!(problems, [""; 0]);
}

#[test]
fn a_broken_file_hides_no_other() {
    let files = [
        ("one/alembic.ini", "script_location = m\n"),
        ("two/alembic.ini", "[alembic]\nscript_location = m\nscript_location = n\n"),
        ("three/pyproject.toml", "[tool.alembic]\nscript_location = \n"),
        ("four/pyproject.toml", "[tool.alembic]\nscript_location = '%(there)s'\n"),
        ("five/pyproject.toml", "[tool.alembic]\nscript_location = 'm'\nversion_locations = 'a'\n"),
        ("seven/pyproject.toml", "[tool]\nalembic = 5\n"),
        ("eight/alembic.ini", "\u{feff}script_location = m\n"),
        ("six/pyproject.toml", "[tool.alembic]\nscript_location = 'm'\nsourceless = 'true'\n"),
        ("m/env.py", ""),
    ];
    let discovery = found(&files);
    assert_eq!(environments(&discovery), ["m = m/versions (alembic -c six/pyproject.toml)"]);
    let mut problems = problems(&files, &discovery);
    problems.sort();
    let shown: Vec<&str> =
        problems.iter().map(|problem| problem.split(": ").next().unwrap_or_default()).collect();
    assert_eq!(
        shown,
        [
            "eight/alembic.ini [-] \u{feff}script_location = m",
            "five/pyproject.toml [tool.alembic] 'a'",
            "four/pyproject.toml [tool.alembic] '%(there)s'",
            "one/alembic.ini [-] script_location = m",
            "seven/pyproject.toml [tool.alembic] 5",
            "six/pyproject.toml [tool.alembic] 'true'",
            "three/pyproject.toml [-] ",
            "two/alembic.ini [-] script_location = n",
        ]
    );
}

#[test]
fn bytes_that_are_not_utf_8_are_a_problem_but_no_riddle() {
    let ini = b"# caf\xe9\n[alembic]\nscript_location = m\n";
    let tree = MemoryTree::new([("alembic.ini", ini.as_slice()), ("m/env.py", b"")]);
    let discovery = discover(&tree, &Config::default()).expect("memory never fails");
    assert_eq!(environments(&discovery), ["m = m/versions (alembic)"]);
    let [problem] = discovery.problems.as_slice() else {
        panic!("{discovery:#?}");
    };
    assert!(matches!(&problem.site, Site::Span { span, .. } if *span == (5..6)));
}

#[test]
fn links_lead_to_the_real_folders() {
    let files = [
        ("alembic.ini", "[alembic]\nscript_location = m\n"),
        ("other.ini", "[alembic]\nscript_location = n\nversion_locations = shared/versions\n"),
        ("m/env.py", ""),
        ("m/versions", "-> ../shared/versions"),
        ("n/env.py", ""),
        ("shared/versions/x.py", ""),
    ];
    assert_eq!(silent(&files), ["m = shared/versions (alembic)"]);
}
