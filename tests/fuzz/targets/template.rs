//! The file of a new revision: a line with `file_template`, then `script.py.mako`.

use std::time::SystemTime;

use alembic_guard::alembic::environment::discover;
use alembic_guard::alembic::migration::{ReadLimits, RevisionId, Value, check_body, read};
use alembic_guard::config::Config;
use alembic_guard::repair::{Created, NewRevision};

use super::{assert_printable, environment, split_line};

/// A file that is written says what it was told and lies in the version folder.
pub(crate) fn holds(input: &[u8]) {
    let Some((file_template, template)) = split_line(input) else { return };
    let ini = b"[alembic]\nscript_location = migrations\n";
    let tree = environment::tree("alembic.ini", ini).with("migrations/script.py.mako", template);
    let found = discover(&tree, &Config::default()).expect("memory can be read");
    let mut environment = found.environments[0].clone();
    environment.naming.file_template = Some(file_template.to_owned());
    let parents = ["a", "b"].map(RevisionId::new);
    let created = Created::at(SystemTime::UNIX_EPOCH, Some("UTC")).expect("UTC is always known");
    let revision = NewRevision {
        environment: &environment,
        id: &RevisionId::new("c"),
        parents: &parents,
        beside: &"migrations/versions/a.py".into(),
        message: Some("merge a and b"),
        created: &created,
    };
    match revision.file(&tree) {
        Ok(file) => {
            assert!(environment.versions_folder_of(&file.change.path).is_some());
            let content = file.change.after.expect("a new file has a content");
            assert_eq!(check_body(&content, &ReadLimits::default()), None);
            let module = read(&content, &ReadLimits::default());
            assert_eq!(texts(&module.revision), ["c"]);
            assert_eq!(texts(&module.down_revision), ["a", "b"]);
            if let Err(reason) = file.own_template {
                assert_printable(&reason.to_string());
            }
        }
        Err(refusal) => assert_printable(&refusal.to_string()),
    }
}

fn texts(value: &Value) -> Vec<&str> {
    value.texts().iter().map(|text| text.text.as_str()).collect()
}
