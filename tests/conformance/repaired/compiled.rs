//! A compiled file of the same size and second is no longer there when Python asks for it.

use std::fs::{File, FileTimes};
use std::time::{Duration, SystemTime};

use crate::conformance::database::Database;
use crate::support::prerequisites::{python, with};

const COMPILED: &str = "env -u PYTHONDONTWRITEBYTECODE";

#[test]
#[ignore = "needs Alembic"]
fn what_rebase_writes_is_what_alembic_reads_though_a_compiled_file_looks_as_new() {
    with(python(), |python| {
        let database = Database::new(&python);
        database.migration("a", "None");
        database.shell("git switch -q -c feature");
        database.migration("d", "\"a\"");
        database.shell("git switch -q main");
        database.migration("b", "\"a\"");
        database.shell("git switch -q feature && git merge -q --no-commit main");
        // The second is that of the edit, so that what was compiled before passes for its result.
        let second = SystemTime::now() + Duration::from_secs(3600);
        touch(&database, second);
        let heads = || database.shell(&format!("{COMPILED} alembic heads"));
        assert_eq!(heads().lines().count(), 2);
        let size = || database.folder.path().join("migrations/versions/d.py").metadata();
        let before = size().expect("it is there").len();
        let source = database.shell("cat migrations/versions/d.py");
        database.write("migrations/versions/d.py", &source.replace("= \"a\"", "= \"b\""));
        touch(&database, second);
        assert_eq!(heads().lines().count(), 2, "Python is deceived by the same size and second");
        database.write("migrations/versions/d.py", &source);
        touch(&database, second);
        assert_eq!(heads().lines().count(), 2);
        database.shell("alembic-guard rebase --base main");
        touch(&database, second);
        assert_eq!(size().expect("it is there").len(), before);
        assert_eq!(heads(), "d (head)\n");
        database.shell(&format!("{COMPILED} alembic upgrade head"));
        assert_eq!(database.tables(), "a alembic_version b d");
    });
}

fn touch(database: &Database, time: SystemTime) {
    let path = database.folder.path().join("migrations/versions/d.py");
    let file = File::options().write(true).open(path).expect("the file is ours");
    file.set_times(FileTimes::new().set_modified(time)).expect("the file is ours");
}
