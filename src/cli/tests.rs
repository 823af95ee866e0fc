//! The schemas of what `--format json` prints, derived from the types that are printed.

use std::path::PathBuf;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use snapbox::Data;
use snapbox::data::DataFormat;

use super::config::{ConfigJson, InitJson};
use super::explain::{RuleJson, RulesJson};
use crate::report::audit::AuditJson;
use crate::report::graph::GraphJson;
use crate::report::installation::json::{Changed, StatusJson};
use crate::report::json::{Broken, Check, Fixed, Refs};
use crate::report::post_checkout::PostCheckoutJson;
use crate::report::repair::json::RepairJson;

/// An output: the name of its file, what prints it, its type's schema.
type Output = (&'static str, &'static str, fn() -> Schema);

const OUTPUTS: [Output; 14] = [
    ("audit", "`audit` prints", of::<AuditJson>),
    ("check", "`check` and the commit hooks print", of::<Check>),
    ("check-fix", "`check --fix` prints", of::<Fixed>),
    ("config", "`config` prints", of::<ConfigJson>),
    ("config-init", "`config init` prints", of::<InitJson>),
    ("error", "every command prints if it fails to run", of::<Broken>),
    ("explain", "`explain` prints", of::<RulesJson>),
    ("explain-rule", "`explain RULE` prints", of::<RuleJson>),
    ("graph", "`graph` and `heads` print", of::<GraphJson>),
    ("hook-install", "`hook install` and `hook uninstall` print", of::<Changed>),
    ("hook-status", "`hook status` prints", of::<StatusJson>),
    ("post-checkout", "`hook post-merge` and `hook post-checkout` print", of::<PostCheckoutJson>),
    ("push", "`hook pre-push`, `hook pre-receive` and `hook update` print", of::<Refs>),
    ("repair", "`rebase` and `merge` print", of::<RepairJson>),
];

/// Returns the schema of a type as it is written, with fields that may be left out.
fn of<T: JsonSchema>() -> Schema {
    SchemaSettings::draft07().for_serialize().into_generator().into_root_schema_for::<T>()
}

fn file(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/schemas/output");
    folder.join(format!("{name}.schema.json"))
}

#[test]
fn the_committed_schemas_are_those_of_the_types() {
    for (name, printer, schema) in OUTPUTS {
        let mut schema = schema();
        schema.insert("title".to_owned(), format!("What {printer}").into());
        let (mut compiler, mut schemas) = (boon::Compiler::new(), boon::Schemas::new());
        compiler.add_resource(name, schema.as_value().clone()).expect("it is a schema");
        compiler.compile(name, &mut schemas).expect("it is a schema");
        let written = serde_json::to_string_pretty(&schema).expect("it is JSON") + "\n";
        let committed = Data::read_from(&file(name), Some(DataFormat::Text));
        snapbox::assert_data_eq!(Data::text(written).raw(), committed.raw());
    }
}

#[test]
fn an_output_may_gain_keys() {
    for (name, _, schema) in OUTPUTS {
        let text = serde_json::to_string(&schema()).expect("it is JSON");
        assert!(!text.contains("\"additionalProperties\":false"), "{name}");
    }
}

#[test]
fn the_documentation_lists_every_schema_and_there_is_no_other() {
    let page = include_str!("../../docs/json.md");
    for (name, ..) in OUTPUTS {
        assert!(page.contains(&format!("[{name}](schemas/output/{name}.schema.json)")), "{name}");
    }
    let folder = file("any").parent().expect("a file has a folder").to_owned();
    let committed = std::fs::read_dir(folder).expect("the folder is there");
    assert_eq!(committed.count(), OUTPUTS.len());
}
