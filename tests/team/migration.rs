//! Migrations as the team writes them, and as it reads them in its own work tree.

use std::fs;
use std::path::Path;

use crate::support::scratch;

/// A migration to be written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Migration {
    pub(crate) id: String,
    pub(crate) parents: Vec<String>,
    pub(crate) label: Option<String>,
    pub(crate) depends_on: Option<String>,
    /// What its upgrade leaves behind, if that is not its id.
    pub(crate) mark: Option<String>,
}

/// A migration in a work tree.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) id: String,
    pub(crate) parents: Vec<String>,
    /// Its path from the top of the work tree.
    pub(crate) path: String,
}

impl Migration {
    pub(crate) fn file_name(&self) -> String {
        format!("{0}_add_{0}.py", self.id)
    }

    /// Returns the line of shell that writes it, by the function of `setup.sh`.
    pub(crate) fn line(&self, folder: &str) -> String {
        let values = [
            python(&self.parents),
            python(self.label.as_slice()),
            python(self.depends_on.as_slice()),
        ];
        let quoted = values.map(|value| format!("'{value}'"));
        let line = format!("migration {folder} {} {}", self.id, quoted.join(" "));
        match &self.mark {
            Some(mark) => format!("{line} {mark}"),
            None => line.trim_end_matches(" 'None'").to_owned(),
        }
    }

    /// Returns its source, whose `upgrade` adds a row that tells that it ran; a merge revision does nothing.
    pub(crate) fn source(&self) -> String {
        let Migration { id, parents, label, depends_on, mark } = self;
        let mark = mark.as_ref().unwrap_or(id);
        let (up, down) = match parents.len() {
            0 | 1 => (
                format!("op.execute(\"insert into ran values ('{mark}')\")"),
                format!("op.execute(\"delete from ran where id = '{mark}'\")"),
            ),
            _ => ("pass".to_owned(), "pass".to_owned()),
        };
        format!(
            "from alembic import op\n\nrevision = \"{id}\"\ndown_revision = {}\n\
             branch_labels = {}\ndepends_on = {}\n\n\ndef upgrade():\n    {up}\n\n\n\
             def downgrade():\n    {down}\n",
            python(parents),
            python(label.as_slice()),
            python(depends_on.as_slice()),
        )
    }
}

/// Writes a value of `down_revision`.
pub(crate) fn python(ids: &[String]) -> String {
    match ids {
        [] => "None".to_owned(),
        [one] => format!("\"{one}\""),
        several => format!("(\"{}\")", several.join("\", \"")),
    }
}

/// Reads the migrations below a folder of a work tree, sorted by path. What is read here decides only what
/// somebody writes next.
pub(crate) fn found(top: &Path) -> Vec<Found> {
    let mut found = Vec::new();
    for folder in ["migrations", "db/migrations"] {
        for versions in ["versions", "more"] {
            let folder = format!("{folder}/{versions}");
            let Ok(entries) = fs::read_dir(top.join(&folder)) else {
                continue;
            };
            let names = entries.flatten().map(|entry| entry.file_name());
            let names = names.map(|name| name.to_string_lossy().into_owned());
            let paths = names.map(|name| format!("{folder}/{name}"));
            found.extend(paths.filter_map(|path| {
                let source = fs::read_to_string(top.join(&path)).ok()?;
                Some(Found {
                    id: strings(&source, "revision = ").pop()?,
                    parents: strings(&source, "down_revision = "),
                    path,
                })
            }));
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

/// Returns the revisions that no other names as a parent.
pub(crate) fn heads(found: &[Found]) -> Vec<&Found> {
    let is_parent = |id: &String| found.iter().any(|one| one.parents.contains(id));
    found.iter().filter(|one| !is_parent(&one.id)).collect()
}

/// Returns a revision and those that build on it.
pub(crate) fn above<'a>(found: &'a [Found], id: &'a String) -> Vec<&'a String> {
    let mut above = vec![id];
    for next in 0.. {
        let Some(&parent) = above.get(next) else { break };
        let children = found.iter().filter(|one| one.parents.contains(parent)).map(|one| &one.id);
        for child in children {
            if !above.contains(&child) {
                above.push(child);
            }
        }
    }
    above
}

/// Returns a source with other parents.
pub(crate) fn with_parents(source: &str, parents: &[String]) -> String {
    let line = |line: &str| {
        if line.starts_with("down_revision = ") {
            format!("down_revision = {}\n", python(parents))
        } else {
            format!("{line}\n")
        }
    };
    source.lines().map(line).collect()
}

/// Returns the strings on the line that begins so.
fn strings(source: &str, begin: &str) -> Vec<String> {
    let line = source.lines().find_map(|line| line.strip_prefix(begin)).unwrap_or_default();
    let quoted = line.split(['"', '\'']).skip(1).step_by(2);
    quoted.map(str::to_owned).collect()
}

#[test]

fn the_script_writes_what_the_team_writes() {
    let folder = scratch::folder();
    let setup = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/team/migration.sh");
    for (parents, label, depends_on, mark) in [
        (vec![], None, None, None),
        (vec!["a"], None, Some("b"), Some("m")),
        (vec!["a", "b"], Some("x"), None, None),
    ] {
        let migration = Migration {
            id: "r".to_owned(),
            parents: parents.into_iter().map(str::to_owned).collect(),
            label: label.map(str::to_owned),
            depends_on: depends_on.map(str::to_owned),
            mark: mark.map(str::to_owned),
        };
        let script = format!(". \"$0\"\n{}", migration.line("."));
        let mut shell = std::process::Command::new("sh");
        let ran = shell.args(["-c", &script]).arg(&setup).current_dir(&folder).status();
        assert!(ran.expect("a shell runs").success());
        let written = fs::read_to_string(folder.path().join(migration.file_name()));
        assert_eq!(written.expect("it is written"), migration.source());
    }
}
