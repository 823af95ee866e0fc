//! Files that a checkout changes or a compiled file replaces: what Alembic reads of a clone, and what the guard
//! says of its commit. Both are the same, or the guard says that they are not.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::conformance::database::Database;
use crate::support::prerequisites::{python, with};

/// How the guard takes a file that Python does not read as the commit holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    /// Not at all: it reads the same as Alembic.
    Nothing,
    /// It cannot tell.
    Warning,
    /// Alembic fails.
    Error,
}

struct Case {
    attributes: &'static str,
    source: &'static [u8],
    said: Said,
}

const PLAIN: &[u8] = b"revision = 'b'\ndown_revision = 'a'\n";
const ACCENT: &[u8] = b"revision = 'b'\ndown_revision = 'a'\nx = '\xc3\xa9'\n";
const ACCENT_COOKIE: &[u8] = b"# coding: latin-1\nrevision = 'b\xc3\xa9'\ndown_revision = 'a'\n";
const CHINESE: &[u8] = b"# coding: gbk\nrevision = 'b'\ndown_revision = 'a'\nx = '\xe4\xb8\xad'\n";
const IDENT: &[u8] = b"revision = '$Id$'\ndown_revision = 'a'\n";
const IDENT_TEXT: &[u8] = b"'''$Id$'''\nrevision = 'b'\ndown_revision = 'a'\nx = '$Id: y $'\n";

const fn case(attributes: &'static str, source: &'static [u8], said: Said) -> Case {
    Case { attributes, source, said }
}

const CASES: &[Case] = &[
    case("", IDENT, Said::Nothing),
    case("*.py ident\n", PLAIN, Said::Nothing),
    case("*.py ident\n", IDENT, Said::Error),
    case("*.py ident\n", IDENT_TEXT, Said::Nothing),
    case("*.py ident\n", b"revision = '$Id: old $'\ndown_revision = 'a'\n", Said::Error),
    case(
        "*.py ident\n",
        b"revision = 'b'\ndown_revision = 'a'\nbranch_labels = '$Id: not ours $'\n",
        Said::Nothing,
    ),
    case("*.py ident\n", b"revision = '$Idle$'\ndown_revision = 'a'\n", Said::Nothing),
    case("*.py ident\n", b"revision = '$Id'\ndown_revision = 'a'  # $\n", Said::Nothing),
    case("*.py ident\n", b"revision = 'b'\ndown_revision = '$Id$'\n", Said::Error),
    case(
        "*.py ident\n",
        b"revision = 'b'\ndown_revision = 'a'\ndepends_on = '$Id$'\n",
        Said::Error,
    ),
    case(
        "*.py ident\n",
        b"revision = 'b'\ndown_revision = 'a'\nbranch_labels = '$Id$'\n",
        Said::Warning,
    ),
    case("*.py ident\n", b"revision = '$Id:b'#$'\ndown_revision = 'a'\n", Said::Error),
    // Which lines count.
    case("*.txt ident\n", IDENT, Said::Nothing),
    case("*.py ident=x\n", IDENT, Said::Nothing),
    case("*.py -ident\n", IDENT, Said::Nothing),
    case("# *.py ident\n", IDENT, Said::Nothing),
    case("!*.py ident\n", IDENT, Said::Nothing),
    case("*.py ident\nb.py -ident\n", IDENT, Said::Nothing),
    case("*.py ident\nb.py !ident\n", IDENT, Said::Nothing),
    case("b.py -ident\n*.py ident\n", IDENT, Said::Error),
    case("*.py ident -ident\n", IDENT, Said::Nothing),
    case("*.py -ident ident\n", IDENT, Said::Error),
    case("*.py text ident eol=lf\r\n", IDENT, Said::Error),
    case("  *.py\tident\n", IDENT, Said::Error),
    case("\"*.py\" ident\n", IDENT, Said::Error),
    case("\"\\*.py\" ident\n", IDENT, Said::Nothing),
    case("\"*.py ident\n", IDENT, Said::Nothing),
    case("migrations ident\n", IDENT, Said::Nothing),
    case("migrations/** ident\n", IDENT, Said::Error),
    case("migrations/* ident\n", IDENT, Said::Nothing),
    case("migrations/*/* ident\n", IDENT, Said::Error),
    case("migrations/ ident\n", IDENT, Said::Nothing),
    case("/b.py ident\n", IDENT, Said::Nothing),
    case("/migrations/versions/b.py ident\n", IDENT, Said::Error),
    case("versions/b.py ident\n", IDENT, Said::Nothing),
    case("**/versions/b.py ident\n", IDENT, Said::Error),
    case("**/b.py ident\n", IDENT, Said::Error),
    case("migrations/**/b.py ident\n", IDENT, Said::Error),
    case("migrations**b.py ident\n", IDENT, Said::Nothing),
    case("mi***/versions/b.py ident\n", IDENT, Said::Error),
    case("***/b.py ident\n", IDENT, Said::Error),
    case("[a-c].py ident\n", IDENT, Said::Error),
    case("[!a].py ident\n", IDENT, Said::Error),
    case("[^a].py ident\n", IDENT, Said::Error),
    case("[!b].py ident\n", IDENT, Said::Nothing),
    case("[]b].py ident\n", IDENT, Said::Error),
    case("?.py ident\n", IDENT, Said::Error),
    case("\\b.py ident\n", IDENT, Said::Error),
    case("\\?.py ident\n", IDENT, Said::Nothing),
    case("B.py ident\n", IDENT, Said::Nothing),
    case("* ident\n", IDENT, Said::Error),
    // Encodings.
    case("*.py working-tree-encoding=UTF-8\n", ACCENT, Said::Nothing),
    case("*.py working-tree-encoding=utf8\n", ACCENT, Said::Nothing),
    case("*.py working-tree-encoding=UTF-16\n", PLAIN, Said::Error),
    case("*.py working-tree-encoding=utf-16le\n", PLAIN, Said::Error),
    case("*.py working-tree-encoding=UTF-16LE-BOM\n", PLAIN, Said::Error),
    case("*.py working-tree-encoding=UTF-32\n", PLAIN, Said::Error),
    case("*.py working-tree-encoding=latin1\n", PLAIN, Said::Nothing),
    case("*.py working-tree-encoding=ISO-8859-1\n", PLAIN, Said::Nothing),
    case("*.py working-tree-encoding=CP1252\n", PLAIN, Said::Nothing),
    case("*.py working-tree-encoding=GBK\n", PLAIN, Said::Nothing),
    case("*.py working-tree-encoding=SHIFT-JIS\n", PLAIN, Said::Nothing),
    case("*.py working-tree-encoding=UTF-7\n", PLAIN, Said::Warning),
    case("*.py working-tree-encoding=IBM037\n", PLAIN, Said::Warning),
    case("*.py working-tree-encoding=latin1\n", ACCENT, Said::Warning),
    case("*.py working-tree-encoding=latin1\n", ACCENT_COOKIE, Said::Warning),
    case("*.py working-tree-encoding=GBK\n", CHINESE, Said::Warning),
    case("*.py working-tree-encoding=nonsense\n", ACCENT, Said::Warning),
    case("*.ps1 working-tree-encoding=UTF-16\n", PLAIN, Said::Nothing),
    // Line endings are one to Python.
    case("*.py text eol=crlf\n", b"revision = '''b\\\n'''\ndown_revision = 'a'\n", Said::Nothing),
    case("*.py eol=crlf\n", b"revision = '''b\nc'''\ndown_revision = \\\n  'a'\n", Said::Nothing),
    case("*.py text eol=lf\n", b"revision = 'b'\r\ndown_revision = \\\r\n  'a'\r\n", Said::Nothing),
    case("*.py filter=none\n", PLAIN, Said::Nothing),
];

/// Reads every environment of a folder with Alembic.
const ALEMBIC: &str = "
import json, pathlib
from alembic.config import Config
from alembic.script import ScriptDirectory
answers = {}
for ini in sorted(pathlib.Path('.').glob('c*/alembic.ini')):
    try:
        script = ScriptDirectory.from_config(Config(str(ini)))
        revisions = {it.revision: list(it._versioned_down_revisions) for it in script.walk_revisions()}
        answers[ini.parent.name] = revisions
    except BaseException as error:
        answers[ini.parent.name] = str(error) or type(error).__name__
print(json.dumps(answers))
";

/// A repository of many environments, each in a folder of its own.
struct Repository {
    database: Database,
}

impl Repository {
    fn new(python: &Path) -> Repository {
        Repository { database: Database::empty(python) }
    }

    /// Writes an environment with a migration `a`.
    fn environment(&self, folder: &str) {
        let write = |path: &str, text: &str| self.database.write(&format!("{folder}/{path}"), text);
        write("alembic.ini", "[alembic]\nscript_location = %(here)s/migrations\n");
        write("migrations/env.py", "");
        write("migrations/script.py.mako", "");
        write("migrations/versions/a.py", "revision = 'a'\ndown_revision = None\n");
    }

    /// Puts bytes into the index that no filter has touched.
    fn stage(&self, path: &str, bytes: &[u8]) {
        let outside = self.database.folder.path().join("bytes");
        std::fs::write(&outside, bytes).expect("the folder is ours");
        let id = self.database.shell("git hash-object -w --no-filters bytes");
        std::fs::remove_file(&outside).expect("it was there");
        let entry = format!("100644,{},{path}", id.trim());
        self.database.shell(&format!("git update-index --add --cacheinfo {entry}"));
    }

    /// Commits what is staged, and returns what Alembic reads of a clone and the guard's report by environment.
    fn judged(&self) -> (Value, BTreeMap<String, Opinion>) {
        self.database.shell("git commit -qm change");
        self.database.shell("git clone -q . clone");
        let python = format!("cd clone && python -c \"{ALEMBIC}\"");
        let alembic = serde_json::from_str(&self.database.shell(&python)).expect("JSON");
        let guard = |command: &str| -> Value {
            let line = format!("alembic-guard --format json {command} || test $? = 1");
            serde_json::from_str(&self.database.shell(&line)).expect("the guard writes JSON")
        };
        let (report, graph) = (guard("check --all HEAD"), guard("graph HEAD"));
        let mut opinions = BTreeMap::<String, Opinion>::new();
        for environment in graph["environments"].as_array().expect("a list") {
            let opinion = opinions.entry(folder_of(&environment["script_location"])).or_default();
            for revision in environment["revisions"].as_array().expect("a list") {
                let id = revision["revision"].as_str().expect("text").to_owned();
                opinion.revisions.insert(id, revision["down_revision"].clone());
            }
        }
        for finding in report["findings"].as_array().expect("a list") {
            let path = finding["path"].as_str().expect("text");
            if finding["rule"] == "unreadable-migration" && !path.ends_with("/a.py") {
                let opinion = opinions.entry(folder_of(&finding["path"])).or_default();
                opinion.said.push(finding["level"].as_str().expect("text").to_owned());
            }
        }
        (alembic, opinions)
    }
}

/// What the guard says of one environment.
#[derive(Debug, Default)]
struct Opinion {
    revisions: BTreeMap<String, Value>,
    said: Vec<String>,
}

fn folder_of(path: &Value) -> String {
    let path = path.as_str().expect("text");
    path.split('/').next().expect("a folder").to_owned()
}

/// Says why a case is not as it should be.
fn mistake(said: Said, alembic: &Value, guard: &Opinion) -> Option<String> {
    let is_right = match said {
        Said::Nothing => guard.said.is_empty() && *alembic == serde_json::json!(guard.revisions),
        Said::Warning => guard.said == ["warn"],
        Said::Error => guard.said == ["error"] && alembic.is_string(),
    };
    (!is_right).then(|| format!("expected {said:?}, Alembic {alembic}, guard {guard:?}"))
}

#[test]
#[ignore = "needs Alembic"]
fn what_a_checkout_changes_is_read_alike_or_said() {
    with(python(), |python| {
        let repository = Repository::new(&python);
        for number in 0..CASES.len() {
            repository.environment(&format!("c{number}"));
        }
        repository.database.shell("git add -A");
        for (number, case) in CASES.iter().enumerate() {
            repository.stage(&format!("c{number}/.gitattributes"), case.attributes.as_bytes());
            repository.stage(&format!("c{number}/migrations/versions/b.py"), case.source);
        }
        let (alembic, guard) = repository.judged();
        let wrong = CASES.iter().enumerate().filter_map(|(number, case)| {
            let name = format!("c{number}");
            let mistake = mistake(case.said, &alembic[&name], &guard[&name])?;
            let source = String::from_utf8_lossy(case.source).into_owned();
            Some(format!("{:?} {source:?}: {mistake}", case.attributes))
        });
        let wrong: Vec<String> = wrong.collect();
        assert!(wrong.is_empty(), "{} disagree\n{}", wrong.len(), wrong.join("\n"));
    });
}

#[test]
#[ignore = "needs Alembic"]
fn files_with_odd_names_are_read_alike_or_said() {
    let names = [
        ("b.py", Said::Nothing),
        (".py", Said::Error),
        ("b.py\n", Said::Error),
        ("b.py\n\n", Said::Nothing),
        ("b\n.py", Said::Nothing),
        (".b.py", Said::Nothing),
        (".#b.py", Said::Nothing),
        ("__init__b.py", Said::Nothing),
        ("b.PY", Said::Nothing),
        ("b.py ", Said::Nothing),
    ];
    with(python(), |python| {
        let repository = Repository::new(&python);
        for (number, (name, _)) in names.iter().enumerate() {
            let folder = format!("c{number}");
            repository.environment(&folder);
            let source = String::from_utf8_lossy(PLAIN);
            repository.database.write(&format!("{folder}/migrations/versions/{name}"), &source);
        }
        repository.database.shell("git add -A");
        let (alembic, guard) = repository.judged();
        for (number, (name, said)) in names.into_iter().enumerate() {
            let folder = format!("c{number}");
            assert_eq!(mistake(said, &alembic[&folder], &guard[&folder]), None, "{name:?}");
        }
    });
}

#[test]
#[ignore = "needs Alembic"]
fn macros_and_folders_set_attributes_in_the_order_of_git() {
    let attributes = [
        (
            ".gitattributes",
            "[attr]stamped ident -text\n[attr]twice stamped\nc0/**/b.py stamped\nc1/**/b.py twice\nc2/**/b.py stamped\nc3/**/b.py stamped\nc4/**/b.py ident\n",
        ),
        ("c2/migrations/.gitattributes", "*.py -stamped\n"),
        ("c3/migrations/.gitattributes", "*.py -ident\n"),
        ("c4/migrations/versions/.gitattributes", "*.py -ident\n"),
        ("c5/.gitattributes", "[attr]own ident\n*.py own\n"),
    ];
    let said =
        [Said::Error, Said::Error, Said::Nothing, Said::Nothing, Said::Nothing, Said::Nothing];
    with(python(), |python| {
        let repository = Repository::new(&python);
        for number in 0..said.len() {
            repository.environment(&format!("c{number}"));
        }
        repository.database.shell("git add -A");
        for (path, content) in attributes {
            repository.stage(path, content.as_bytes());
        }
        for number in 0..said.len() {
            repository.stage(&format!("c{number}/migrations/versions/b.py"), IDENT);
        }
        let (alembic, guard) = repository.judged();
        for (number, said) in said.into_iter().enumerate() {
            let name = format!("c{number}");
            assert_eq!(mistake(said, &alembic[&name], &guard[&name]), None, "{name}");
        }
    });
}

/// Compiles a source that says something else than the one that is committed.
const COMPILE: &str = "
import os, py_compile, sys
folder, mode, suffix = sys.argv[1:]
source = f'{folder}/migrations/versions/b.py'
for text in ['x', 'b']:
    with open(source, 'w') as out:
        out.write(f'revision = {text!r}\\ndown_revision = \\'a\\'\\n')
    # Seconds that no checkout has.
    os.utime(source, (1_500_000_000, 1_500_000_000))
    if text == 'x':
        mode = getattr(py_compile.PycInvalidationMode, mode)
        made = py_compile.compile(source, invalidation_mode=mode, doraise=True)
        if suffix:
            os.rename(made, made.replace('.pyc', suffix))
";

#[test]
#[ignore = "needs Alembic"]
fn compiled_files_that_python_prefers_to_their_source_are_told_of() {
    let cases = [
        ("TIMESTAMP", "", Said::Nothing, "b"),
        ("CHECKED_HASH", "", Said::Nothing, "b"),
        ("UNCHECKED_HASH", "", Said::Warning, "x"),
        // Read by `python -O`.
        ("UNCHECKED_HASH", ".opt-1.pyc", Said::Warning, "b"),
        ("UNCHECKED_HASH", ".pyc.old", Said::Nothing, "b"),
    ];
    with(python(), |python| {
        let repository = Repository::new(&python);
        for (number, (mode, suffix, ..)) in cases.iter().enumerate() {
            let folder = format!("c{number}");
            repository.environment(&folder);
            let mut compile = Command::new(&python);
            compile.current_dir(repository.database.folder.path());
            let compile = compile.args(["-c", COMPILE, &folder, mode, suffix]).status();
            assert!(compile.expect("Python runs").success());
        }
        repository.database.shell("git add -Af");
        let (alembic, guard) = repository.judged();
        for (number, (mode, suffix, said, read)) in cases.into_iter().enumerate() {
            let name = format!("c{number}");
            let (alembic, guard) = (&alembic[&name], &guard[&name]);
            assert!(!alembic[read].is_null(), "{mode} {suffix}: Alembic reads {alembic}");
            assert_eq!(mistake(said, alembic, guard), None, "{mode} {suffix}");
        }
    });
}
