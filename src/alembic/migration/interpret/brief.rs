//! The short way to what a module says: nearly every one assigns plain constants to the four names, and
//! holds nothing else that could bear on them.

use super::super::statements::Cut;
use super::super::{Module, Shape, Text, Value, fast_path, header, misspelling};
use super::NAMES;

/// Reads a module in which whatever could bear on the names is a plain assignment to one of them.
///
/// A constant that nothing else can reach is what the last assignment makes it, so there is no state to
/// be followed from statement to statement.
pub(super) fn module(text: &str, cut: &Cut) -> Option<Module> {
    if cut.broken {
        return None;
    }
    let mut values = [const { Value::Missing }; NAMES.len()];
    for unit in cut.units.iter().filter(|unit| unit.interesting) {
        let assignment = fast_path::read(&text[unit.span.clone()])?;
        let place = NAMES.iter().position(|name| *name == assignment.name)?;
        values[place] = known(&assignment, unit.span.start);
    }
    let names = NAMES.into_iter().zip(&values);
    let missing: Vec<&'static str> =
        names.filter(|(_, value)| **value == Value::Missing).map(|(name, _)| name).collect();
    let [revision, down_revision, branch_labels, depends_on] = values;
    Some(Module {
        revision,
        down_revision,
        branch_labels,
        depends_on,
        misspellings: misspelling::find(text, &cut.units, &missing),
        allows: header::allows(text),
        fault: None,
        kept_by: None,
    })
}

fn known(assignment: &fast_path::Plain<'_>, base: usize) -> Value {
    let span = base + assignment.value.start..base + assignment.value.end;
    let text = |text: &str| Text { text: text.to_owned(), span: span.clone() };
    Value::Known {
        texts: assignment.text.map(text).into_iter().collect(),
        shape: assignment.text.map_or(Shape::None, |_| Shape::String),
        span,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{follow, statements};
    use super::*;

    /// Statements as migrations have them, plain and odd, and what stands between them.
    const PARTS: &[&str] = &[
        "\"\"\"doc\n\nRevision ID: a\nRevises: b\n\"\"\"\n",
        "# alembic-guard: allow(long-id)\n",
        "from alembic import op\n",
        "from x import *\n",
        "revision = 'a'\n",
        "revision: str = \"b\"\n",
        "  revision = 'c'\n",
        "down_revision: Union[str, None] = None\n",
        "down_revision = 'd'  # e\r\n",
        "down_revision = ('f', 'g')\n",
        "branch_labels = None\n",
        "branch_labels = revision\n",
        "depends_on: str | Sequence[str] | None = 'h'\n",
        "depends_on = ['i']; depends_on += ['j']\n",
        "down_revisions = 'k'\n",
        "revison = 'l'\n",
        "x = 'revision'\n",
        "x.revision = 'm'\n",
        "del revision\n",
        "def upgrade():\n    op.f('revision')  # global revision\n",
        "def upgrade() -> None:\n    global revision\n    revision = 'n'\n",
        "def __getattr__(name): pass\n",
        "@deco\nasync def f(): globals()\n",
        "class A:\n    revision = 'o'\n",
        "def f(x: (revision := 'r')) -> exec(y): pass\n",
        "x[(revision := 's')]: int\n",
        "e = exec\n",
        "x = (vars() for y in z)\n",
        "getattr(x, '__globals__')\n",
        "if x:\n    revision = 'p'\n",
        "else:\n    pass\n",
        "\u{ff52}evision = 'q'\n",
        "e\u{301} = 1\n",
        "x = (",
        ")\n",
        "'''",
        "f'{",
        "\\",
        "\x0c",
        "\n",
        "=======\n",
    ];

    #[test]
    fn what_alembic_writes_is_read_the_short_way() {
        let text = [0, 2, 4, 7, 10, 12, 19].map(|part| PARTS[part]).concat();
        assert!(module(&text, &statements::cut(&text)).is_some());
    }

    #[test]
    fn the_sources_of_the_fuzzers_end_alike_both_ways() {
        let folders = ["seeds/migration", "seeds/edit", "found/migration", "found/edit"];
        let fuzz = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz");
        let files = folders.iter().filter_map(|folder| std::fs::read_dir(fuzz.join(folder)).ok());
        let mut compared = 0;
        for file in files.flatten() {
            let source = std::fs::read(file.expect("the folder is there").path());
            let source = source.expect("the file is there");
            let text = String::from_utf8_lossy(&source);
            for text in [&*text, &text.repeat(2)] {
                let cut = statements::cut(text);
                if let Some(brief) = module(text, &cut) {
                    assert_eq!(brief, follow(text, cut), "{text}");
                    compared += 1;
                }
            }
        }
        assert!(compared > 0);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn the_short_way_ends_where_the_long_one_does(
            parts in prop::collection::vec(prop::sample::select(PARTS), 0..12),
        ) {
            let text = parts.concat();
            let cut = statements::cut(&text);
            if let Some(brief) = module(&text, &cut) {
                prop_assert_eq!(brief, follow(&text, cut), "{}", text);
            }
        }
    }
}
