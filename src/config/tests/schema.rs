//! The JSON schema of the configuration file: it is what the tables of keys say, and agrees with the parser.

use serde_json::{Map, Value as Json, json};
use snapbox::Data;
use snapbox::data::DataFormat;

use crate::config::keys::{ENVIRONMENT_KEYS, FETCH, KEYS, Key, OTHER_BRANCHES, TABLES, Value};
use crate::config::{Config, FILE_NAME, Level, parse, quoted};
use crate::rules::{self, RULES, Rule};

/// A text that is not only white space.
const NOT_EMPTY: &str = r"\S";
const REVISION: &str = r"^[^-\s]|^\s+\S";
/// A path that leads out of the repository.
const OUTSIDE: &str = r"^[/\\]|^[ -~]:|(^|/)\.\.(/|$)";
/// The same, or the whole repository.
const OUTSIDE_OR_ALL: &str = r"^[/\\]|^[ -~]:|(^|/)\.\.(/|$)|^(\.?/)*\.?$";
const FILE_NAME_PATTERN: &str =
    r"^([^{}/]|\{\{|\}\}|\{(slug|label|rev)\}|\{date:[^}/]*%[YymdjHMS][^}/]*\})+$";
const NO_FIELD: &str = r"^([^{}]|\{\{|\}\})*$";
const DURATION: &str = r"^\s*([0-9][0-9\s]*(\.[0-9\s]+)?(nanos|nsec|ns|usec|us|µs|millis|msec|ms|seconds|second|secs|sec|s|minutes|minute|mins|min|m|hours|hour|hrs|hr|h|days|day|d|weeks|week|wks|wk|w|months|month|M|years|year|yrs|yr|y)\s*)+$";
const SIZE: &str = r"^(\+?[0-9]+|([0-9]+\.?[0-9]*|\.[0-9]+)\s*([kKmMgGtTpPeE][iI]?[bB]?|[bB]))$";
const NOTHING: &str = r"^[^1-9]*$";

fn schema() -> Json {
    let mut properties = properties(KEYS.iter().filter(|key| key.table.is_none()));
    for table in TABLES {
        let keys = KEYS.iter().filter(|key| key.table == Some(table));
        properties.insert(table.to_owned(), closed(self::properties(keys)));
    }
    properties.insert("environment".to_owned(), environments());
    properties.insert("rules".to_owned(), closed(RULES.iter().map(rule).collect()));
    let mut schema = closed(properties);
    schema["$schema"] = "http://json-schema.org/draft-07/schema#".into();
    schema["title"] = FILE_NAME.into();
    schema["description"] =
        "Configuration of alembic-guard, which blocks a second head of an Alembic history.".into();
    schema
}

/// Describes a table that has no other keys.
fn closed(properties: Map<String, Json>) -> Json {
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

fn properties<C: Clone + Default + 'static>(
    keys: impl Iterator<Item = &'static Key<C>>,
) -> Map<String, Json> {
    let property = |key: &Key<C>| {
        let mut property = value(&key.value);
        property["description"] = format!("{}.", key.about).into();
        property["examples"] = json!([literal(key.example)]);
        if let Some(default) = key.write(&C::default()) {
            property["default"] = literal(&default);
        }
        (key.name.to_owned(), property)
    };
    keys.map(property).collect()
}

/// Reads a value of TOML.
fn literal(written: &str) -> Json {
    let table: Json = toml::from_str(&format!("x = {written}")).expect("it is TOML");
    table["x"].clone()
}

fn value<C>(value: &Value<C>) -> Json {
    let text = |pattern: &str| json!({ "type": "string", "pattern": pattern });
    let except = |pattern: &str, except: &str| json!({ "type": "string", "pattern": pattern, "not": { "pattern": except } });
    let list = |items: Json| json!({ "type": "array", "maxItems": 256, "items": items });
    match value {
        Value::Text(_) => text(NOT_EMPTY),
        Value::Texts(_) => list(text(NOT_EMPTY)),
        Value::Revision(_) => text(REVISION),
        Value::Patterns(_) | Value::OptionalPatterns(_) => {
            list(json!({ "type": "string", "pattern": NOT_EMPTY, "maxLength": 1024 }))
        }
        Value::PathPatterns(_) => list(except(NOT_EMPTY, OUTSIDE_OR_ALL)),
        Value::Folder(_) => except(NOT_EMPTY, OUTSIDE),
        Value::Folders(_) => list(except(NOT_EMPTY, OUTSIDE)),
        Value::FileName(_) => except(FILE_NAME_PATTERN, NO_FIELD),
        Value::Flag(_) => json!({ "type": "boolean" }),
        Value::Count(_) => json!({ "type": "integer", "minimum": 1 }),
        Value::Size(_) => except(SIZE, NOTHING),
        Value::Duration(_) => except(DURATION, NOTHING),
        Value::Fetch(_) => json!({ "enum": FETCH.map(|(word, _)| word) }),
        Value::OtherBranches(_) => json!({ "enum": OTHER_BRANCHES.map(|(word, _)| word) }),
    }
}

fn environments() -> Json {
    let mut environment = closed(properties(ENVIRONMENT_KEYS.iter()));
    environment["anyOf"] = json!([
        { "required": ["script_location"] },
        {
            "required": ["version_locations"],
            "properties": { "version_locations": { "minItems": 1 } },
        },
    ]);
    json!({
        "description": "Alembic environments; without any, they are searched for.",
        "type": "array",
        "maxItems": 1000,
        "items": environment,
    })
}

fn rule(rule: &&Rule) -> (String, Json) {
    let levels = [Level::Off, Level::Warn, Level::Error].map(|level| level.to_string());
    let schema = json!({
        "description": format!("See `alembic-guard explain {}`.", rule.name),
        "enum": levels,
        "default": rule.level.to_string(),
    });
    (rule.name.to_owned(), schema)
}

fn is_parsed(source: &str) -> bool {
    parse(&FILE_NAME.into(), source.as_bytes(), &rules::names()).is_ok()
}

/// Asserts that both the parser and the schema accept a file, or both refuse it.
fn agree(validator: &Validator, source: &str, accepted: bool) {
    let read: Json = toml::from_str(source).expect("it is TOML");
    assert_eq!(is_parsed(source), accepted, "the parser: {source}");
    assert_eq!(validator.is_valid(&read), accepted, "the schema: {source}");
}

/// A schema that is ready to be used.
struct Validator {
    schemas: boon::Schemas,
    index: boon::SchemaIndex,
}

impl Validator {
    /// Compiles the schema, which must follow the schema of its draft.
    fn new() -> Validator {
        let (mut compiler, mut schemas) = (boon::Compiler::new(), boon::Schemas::new());
        compiler.add_resource("config.json", schema()).expect("it is a schema");
        let index = compiler.compile("config.json", &mut schemas).expect("it is a schema");
        Validator { schemas, index }
    }

    fn is_valid(&self, value: &Json) -> bool {
        self.schemas.validate(value, self.index).is_ok()
    }
}

/// Returns a file that sets one key.
fn file<C>(key: &Key<C>, value: &str) -> String {
    let line = format!("{} = {value}\n", key.name);
    match key.table {
        None => line,
        Some("environment") if key.name == "script_location" => format!("[[environment]]\n{line}"),
        Some("environment") => format!("[[environment]]\nscript_location = 'a'\n{line}"),
        Some(table) => format!("[{table}]\n{line}"),
    }
}

/// Returns values that are valid, and values that are not.
fn samples<C>(value: &Value<C>) -> (Vec<String>, Vec<String>) {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let (valid, invalid): (&[&str], &[&str]) = match value {
        Value::Text(_) => (&["'a'", "' a b'"], &["''", "' '", "1", "['a']"]),
        Value::Texts(_) => (&["[]", "['a', 'b c']"], &["'a'", "['a', 1]", "['']"]),
        Value::Revision(_) => {
            (&["'main'", "'HEAD~1'", "' -x'"], &["''", "'  '", "'-x'", "1", "['main']"])
        }
        Value::Patterns(_) | Value::OptionalPatterns(_) => {
            let long = [format!("['{}']", "a".repeat(1025)), format!("[{}]", "'a', ".repeat(257))];
            let invalid = ["'main'", "['a', 2]", "['']", "true"];
            let invalid = invalid.map(str::to_owned).into_iter().chain(long).collect();
            return (owned(&["[]", "['main', 'release/*']", "['[ab]?']"]), invalid);
        }
        Value::PathPatterns(_) => (
            &["[]", "['tests/**', './docs/', '..a']"],
            &["['/a']", "['a/../b']", "['.']", "['./']", "['C:\\a']", "['']", "[1]", "'a'"],
        ),
        Value::Folder(_) => (
            &["'a/b'", "'.'", "'./a/'", "'..a'"],
            &["'../a'", "'a/..'", "'/a'", "'C:/a'", "''", "1"],
        ),
        Value::Folders(_) => (&["[]", "['a/b', '.']"], &["['../a']", "['\\a']", "[1]", "'a'"]),
        Value::FileName(_) => (
            &["'{slug}'", "'{date:%Y%m%d}_{rev}.py'", "'{{x}}_{label}'"],
            &["'abc'", "'{date}'", "'{date:%B}'", "'a/{slug}'", "'{year}_{slug}'", "'{slug'", "1"],
        ),
        Value::Flag(_) => (&["true", "false"], &["'true'", "1"]),
        Value::Count(_) => (&["1", "250000", "0x10"], &["0", "-1", "'1'", "1.5"]),
        Value::Size(_) => (
            &["'1 MiB'", "'500 kB'", "'1024'", "'1.5 GiB'"],
            &["'big'", "'0'", "'0 B'", "'1.5'", "'1 XB'", "''", "1048576"],
        ),
        Value::Duration(_) => (
            &["'5s'", "'500ms'", "'1m 5s'", "'1h30min'", "'1.5s'"],
            &["'5'", "'5 parsecs'", "'0s'", "''", "'-1s'", "5"],
        ),
        Value::Fetch(_) => (&["'auto'", "'never'"], &["'nevr'", "true"]),
        Value::OtherBranches(_) => (&["'warn'", "'error'", "'off'"], &["'eror'", "false"]),
    };
    (owned(valid), owned(invalid))
}

fn check_samples<C>(validator: &Validator, key: &Key<C>) {
    let (valid, invalid) = samples(&key.value);
    agree(validator, &file(key, key.example), true);
    valid.iter().for_each(|value| agree(validator, &file(key, value), true));
    invalid.iter().for_each(|value| agree(validator, &file(key, value), false));
}

#[test]
fn the_committed_schema_is_the_one_of_the_tables() {
    let path =
        snapbox::utils::current_dir!().join("../../../docs/schemas/alembic-guard.schema.json");
    let written = serde_json::to_string_pretty(&schema()).expect("it is JSON") + "\n";
    snapbox::assert_data_eq!(
        Data::text(written).raw(),
        Data::read_from(&path, Some(DataFormat::Text)).raw()
    );
}

#[test]
fn parser_and_schema_agree_on_every_key() {
    let validator = Validator::new();
    KEYS.iter().for_each(|key| check_samples(&validator, key));
    ENVIRONMENT_KEYS.iter().for_each(|key| check_samples(&validator, key));
}

#[test]
fn parser_and_schema_agree_on_tables() {
    let validator = Validator::new();
    for rule in RULES {
        for level in ["off", "warn", "error"] {
            let filename = "[filename]\npattern = '{slug}'\n";
            agree(&validator, &format!("{filename}[rules]\n{} = '{level}'\n", rule.name), true);
        }
    }
    let environment = "[[environment]]\nname = 'a'\n";
    for (source, accepted) in [
        ("", true),
        ("[rules]\n[filename]\n[server]\n", true),
        ("[[environment]]\nversion_locations = ['a']\n", true),
        ("unknown = 1\n", false),
        ("[unknown]\n", false),
        ("[rules]\nunknown = 'warn'\n", false),
        ("[rules]\nmultiple-heads = 'warning'\n", false),
        ("[rules]\nmultiple-heads = false\n", false),
        ("[filename]\nunknown = 1\n", false),
        ("[server]\nunknown = 1\n", false),
        ("rules = []\n", false),
        ("filename = 1\n", false),
        ("[environment]\nscript_location = 'a'\n", false),
        ("[[environment]]\nscript_location = 'a'\nunknown = 1\n", false),
        ("[[environment]]\nversion_locations = []\n", false),
        (environment, false),
    ] {
        agree(&validator, source, accepted);
    }
    let many: String =
        (0..1001).map(|name| format!("[[environment]]\nscript_location = 'a{name}'\n")).collect();
    agree(&validator, &many, false);
}

proptest::proptest! {
    /// The parser refuses more, since no regular expression can tell what a pattern of a file name means.
    #[test]
    fn the_schema_accepts_what_the_parser_accepts(
        text in proptest::prop_oneof![
            "[ -~µé]{0,8}",
            "([0-9]{1,3}|[ .]|ns|µs|ms|s|m(in)?|h(ours)?|d|w|M|y|k|[KMG]i?[bB]?){0,6}",
            "([a-z]|[/.:\\\\*? -]|\\.\\.){0,8}",
            "([a-z_/]|\\{(slug|rev|label|date:%Y(%m)?-?|[{}])|\\}){0,8}(\\.py)?",
        ],
    ) {
        let validator = Validator::new();
        let check = |source: String| {
            let read: Json = toml::from_str(&source).expect("it is TOML");
            assert!(!is_parsed(&source) || validator.is_valid(&read), "{source}");
        };
        for value in [quoted(&text), format!("[{}]", quoted(&text))] {
            KEYS.iter().for_each(|key| check(file(key, &value)));
            ENVIRONMENT_KEYS.iter().for_each(|key| check(file(key, &value)));
        }
    }
}

#[test]
fn the_default_of_every_key_is_what_the_parser_has() {
    for key in &KEYS {
        if let Some(default) = key.write(&Config::default()) {
            let parsed = parse(&FILE_NAME.into(), file(key, &default).as_bytes(), &rules::names());
            assert_eq!(parsed, Ok(Config::default()), "{}", key.name);
        }
    }
}
