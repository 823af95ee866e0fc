//! `.alembic-guard.toml`.

use std::collections::BTreeSet;

use alembic_guard::alembic::environment::discover;
use alembic_guard::config::{Config, FILE_NAME, parse};
use alembic_guard::rules;

use super::{assert_inside, assert_printable, environment};

/// What is taken makes sense; what is not says where it does not.
pub(crate) fn holds(source: &[u8]) {
    match parse(&FILE_NAME.into(), source, &rules::names()) {
        Ok(config) => makes_sense(&config),
        Err(invalid) => {
            assert_printable(&invalid.to_string());
            assert!(!invalid.mistakes.is_empty());
            assert!(invalid.mistakes.is_sorted_by_key(|mistake| mistake.span.start));
            for mistake in &invalid.mistakes {
                assert_inside(&mistake.span, source);
                assert_printable(&mistake.to_string());
            }
        }
    }
}

fn makes_sense(config: &Config) {
    assert!(config.max_file_size > 0 && config.max_revision_id_length > 0);
    assert!(!config.fetch_timeout.is_zero());
    assert!(config.base.as_ref().is_none_or(|base| !base.starts_with('-')));
    let names: BTreeSet<&str> =
        config.environments.iter().map(|environment| environment.name.as_str()).collect();
    assert_eq!(names.len(), config.environments.len(), "two environments have one name");
    assert!(config.environments.iter().all(|environment| environment.heads > 0));
    let _ = (config.excludes(&"a/b/c.py".into()), config.ignores_ref("refs/heads/a/b"));
    let tree = environment::tree("alembic.ini", b"[alembic]\nscript_location = migrations\n");
    let found = discover(&tree, config).expect("memory can be read");
    if !config.environments.is_empty() {
        assert_eq!(found.environments.len(), config.environments.len());
    }
}
