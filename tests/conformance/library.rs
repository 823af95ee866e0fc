//! Python's own library, which is larger and odder than any history of migrations.

use std::fs;
use std::process::Command;

use alembic_guard::alembic::migration::{ReadLimits, check_body};

use crate::support::prerequisites::{python, run, say, source, with};

/// Files larger than this take long to compile and show nothing more.
const MAX_SIZE: usize = 1 << 20;

#[test]
#[ignore = "needs Alembic"]
fn what_python_compiles_of_its_library_is_readable_and_nothing_else() {
    with(python(), |python| {
        let mut judge = Command::new(python);
        let answers = run(judge.arg(source("library_judge.py"))).expect("the judge runs");
        let mut disagreements = Vec::new();
        let mut refused = 0;
        for answer in answers.lines() {
            let (path, refusal): (String, Option<String>) =
                serde_json::from_str(answer).expect("the judge writes JSON");
            let content = fs::read(&path).expect("the judge has read it");
            if content.len() > MAX_SIZE {
                continue;
            }
            refused += usize::from(refusal.is_some());
            let fault = check_body(&content, &ReadLimits::default());
            match (&refusal, fault) {
                (None, Some(fault)) if !is_bound(&fault.message) => {
                    disagreements.push(format!("{path}: the guard refuses it: {}", fault.message));
                }
                (Some(refusal), None) => {
                    disagreements.push(format!("{path}: Python refuses it: {refusal}"));
                }
                _ => {}
            }
        }
        let count = answers.lines().count();
        say(&format!("library: {count} modules, of which Python refuses {refused}"));
        assert!(count > 300, "this is no library");
        assert!(disagreements.is_empty(), "{}", disagreements.join("\n"));
    });
}

/// Tells whether the guard refuses something because it says that it does not read such files.
fn is_bound(message: &str) -> bool {
    message.contains("unsupported encoding") || message.contains("nested deeper")
}
