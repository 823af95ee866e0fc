//! Text to two trees.
//!
//! A fixture says what has landed and what the change makes of it, a line or a file each:
//!
//! ```text
//! before: a b(a)
//! change: d(a) -b
//! change versions/x.py:
//!     revision = "x"
//! change -versions/y.py:
//! ```
//!
//! `before:` and `change:` name revisions: `a` for a base, `c(a,b)` for parents, `a#one,two` for labels,
//! `d(a)!b` for dependencies, in this order; each has a file of its name. `-b` takes the file of `b` away.
//! `before PATH:` and `change PATH:` give a file as it is written below, indented. `next:`,
//! `earlier:` and `later:` do the same for another target: a branch `next`, an earlier or a later release. Without any `before`
//! the change is judged alone, as `check --all` does it. Every fixture has an environment at the top.

use std::collections::BTreeMap;

use alembic_guard::tree::MemoryTree;

const ENVIRONMENT: [(&str, &str); 3] =
    [("alembic.ini", "[alembic]\nscript_location = .\n"), ("env.py", ""), ("script.py.mako", "")];

/// Files by their paths.
type Files = BTreeMap<String, String>;

/// Both sides of a comparison.
#[derive(Default)]
pub(crate) struct Fixture {
    pub(crate) before: Option<Files>,
    pub(crate) after: Files,
    pub(crate) next: Option<Files>,
    pub(crate) earlier: Option<Files>,
    pub(crate) later: Option<Files>,
}

/// Which side of the comparison a line is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    Change,
    Next,
    Earlier,
    Later,
}

impl Fixture {
    /// Reads a fixture; one that is written wrong fails the test.
    pub(crate) fn parse(text: &str) -> Fixture {
        let environment = ENVIRONMENT.map(|(path, content)| (path.to_owned(), content.to_owned()));
        let environment = Files::from(environment);
        let mut fixture = Fixture { after: environment.clone(), ..Fixture::default() };
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            if line.trim().is_empty() {
                continue;
            }
            let (head, rest) = line.split_once(':').expect("a line is `head: rest`");
            let (side, path) = head.split_once(' ').unwrap_or((head, ""));
            let side = match side {
                "before" => Side::Before,
                "change" => Side::Change,
                "next" => Side::Next,
                "earlier" => Side::Earlier,
                "later" => Side::Later,
                other => panic!("`{other}` is no side"),
            };
            let mut content = String::new();
            while let Some(line) = lines.next_if(|line| line.starts_with("    ") || line.is_empty())
            {
                content.push_str(line.strip_prefix("    ").unwrap_or_default());
                content.push('\n');
            }
            let files = match side {
                Side::Before => Some(&mut fixture.before),
                Side::Change => None,
                Side::Next => Some(&mut fixture.next),
                Side::Earlier => Some(&mut fixture.earlier),
                Side::Later => Some(&mut fixture.later),
            };
            if let Some(files) = files {
                files.get_or_insert_with(|| environment.clone());
            }
            match path {
                "" => rest.split_whitespace().for_each(|word| fixture.revision(side, word)),
                _ => fixture.file(side, path, content.trim_end_matches('\n').to_owned() + "\n"),
            }
        }
        fixture
    }

    /// Returns the other targets.
    pub(crate) fn others(&self) -> [Option<MemoryTree>; 3] {
        [&self.next, &self.earlier, &self.later].map(|files| files.clone().map(MemoryTree::new))
    }

    /// Returns the two sides as trees.
    pub(crate) fn trees(self) -> (Option<MemoryTree>, MemoryTree) {
        (self.before.map(MemoryTree::new), MemoryTree::new(self.after))
    }

    fn revision(&mut self, side: Side, notation: &str) {
        let removed = notation.strip_prefix('-');
        let (rest, depends_on) = notation.split_once('!').unwrap_or((notation, ""));
        let (rest, labels) = rest.split_once('#').unwrap_or((rest, ""));
        let (id, parents) = rest.split_once('(').unwrap_or((rest, ""));
        assert!(!labels.contains('('), "`{notation}` has its labels before its parents");
        let parents = parents.trim_end_matches(')');
        match removed {
            Some(removed) => self.file(side, &format!("-versions/{removed}.py"), String::new()),
            None => self.file(
                side,
                &format!("versions/{id}.py"),
                format!(
                    "revision = \"{id}\"\ndown_revision = {}\nbranch_labels = {}\ndepends_on = {}\n",
                    value(parents),
                    value(labels),
                    value(depends_on)
                ),
            ),
        }
    }

    /// Writes a file, or takes it away where a `-` stands before its path; what landed is there after
    /// the change too.
    fn file(&mut self, side: Side, path: &str, content: String) {
        let sides = match side {
            Side::Before => [self.before.as_mut(), Some(&mut self.after)],
            Side::Change => [None, Some(&mut self.after)],
            Side::Next => [None, self.next.as_mut()],
            Side::Earlier => [None, self.earlier.as_mut()],
            Side::Later => [None, self.later.as_mut()],
        };
        for files in sides.into_iter().flatten() {
            match path.strip_prefix('-') {
                Some(removed) => {
                    files.remove(removed).expect("only what is there can be taken away");
                }
                None => {
                    files.insert(path.to_owned(), content.clone());
                }
            }
        }
    }
}

/// Writes names as Alembic does.
fn value(names: &str) -> String {
    let quoted: Vec<String> = names.split(',').map(|name| format!("\"{name}\"")).collect();
    match names {
        "" => "None".to_owned(),
        _ if quoted.len() == 1 => quoted.concat(),
        _ => format!("({})", quoted.join(", ")),
    }
}
