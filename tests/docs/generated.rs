//! Parts of pages that are written from the program itself.

use std::fs;

use serde_json::Value;

use crate::docs::pages::{Page, root};
use crate::docs::{lock, up_to_date};
use crate::support::world::World;

const END: &str = "<!-- generated:end -->";

#[test]
fn the_page_of_rules_is_up_to_date() {
    assert_generated("docs/rules.md", &[("rules", rules())]);
}

#[test]
fn the_tables_of_settings_are_up_to_date() {
    let page = [("settings", settings(None)), ("environment", settings(Some("environment")))];
    assert_generated("docs/configuration.md", &page);
}

/// Compares the parts of a page between `<!-- generated:begin NAME -->` and [`END`].
fn assert_generated(name: &str, parts: &[(&str, String)]) {
    let _lock = lock();
    let page = Page::read(name);
    let mut should_be = page.text.clone();
    for (part, text) in parts {
        let begin = format!("<!-- generated:begin {part} -->\n");
        let (before, rest) = should_be.split_once(&begin).expect("the page has the part");
        let (_, after) = rest.split_once(END).expect("the part ends");
        should_be = format!("{before}{begin}\n{text}\n{END}{after}");
    }
    let stale = up_to_date(&page, &should_be);
    assert!(stale.is_none(), "SNAPSHOTS=overwrite writes it anew\n{}", stale.unwrap_or_default());
}

/// Writes a table of all rules and a section for each.
fn rules() -> String {
    let world = World::empty();
    let repo = world.repository("any");
    let asked = |arguments: &[&str]| -> Value {
        let ran = repo.guard(&[&["--format", "json", "explain"], arguments].concat());
        serde_json::from_str(&ran.stdout()).expect("it is JSON")
    };
    let listed = asked(&[]);
    let mut table = "| rule | level | problem |\n|---|---|---|\n".to_owned();
    let mut sections = String::new();
    for rule in listed["rules"].as_array().expect("a list") {
        let (name, level) = (text(&rule["name"]), text(&rule["level"]));
        let summary = text(&rule["summary"]);
        table += &format!("| [`{name}`](#{name}) | {level} | {summary} |\n");
        let explained = asked(&[name]);
        let explained = section(text(&explained["explain"]));
        sections += &format!("\n## `{name}`\n\nDefault level: {level}\n\n{explained}");
    }
    table + &sections
}

/// Makes the headings of an explanation words in bold, and leaves out the first.
fn section(explained: &str) -> String {
    let mut section = String::new();
    for (number, part) in explained.split("## ").skip(1).enumerate() {
        let (heading, body) = part.split_once('\n').expect("a heading is a line");
        if number > 0 {
            section += &format!("\n**{heading}**\n\n");
        }
        section += &fenced(body.trim());
    }
    section
}

/// Makes indented lines, which are settings, a block of TOML.
fn fenced(text: &str) -> String {
    let mut fenced = String::new();
    let mut is_inside = false;
    for line in text.lines() {
        let code = line.strip_prefix("    ");
        if code.is_some() != is_inside && !line.is_empty() {
            fenced += if is_inside { "```\n" } else { "```toml\n" };
            is_inside = !is_inside;
        }
        fenced += code.unwrap_or(line);
        fenced.push('\n');
    }
    if is_inside {
        fenced += "```\n";
    }
    fenced
}

/// Writes the table of the settings of the top of the file and its tables, or of one environment.
fn settings(of: Option<&str>) -> String {
    let schema = fs::read_to_string(root().join("docs/schemas/alembic-guard.schema.json"));
    let schema: Value = serde_json::from_str(&schema.expect("it is there")).expect("it is JSON");
    let mut table = "| setting | default | meaning |\n|---|---|---|\n".to_owned();
    match of {
        Some(name) => table += &rows("", &schema["properties"][name]["items"]["properties"]),
        None => {
            table += &rows("", &schema["properties"]);
            for name in ["server", "filename"] {
                table += &rows(&format!("{name}."), &schema["properties"][name]["properties"]);
            }
        }
    }
    table
}

fn rows(prefix: &str, properties: &Value) -> String {
    let properties = properties.as_object().expect("properties");
    let is_setting =
        |schema: &Value| schema["type"] != "object" && schema["items"]["type"] != "object";
    let row = |(name, schema): (&String, &Value)| {
        let default = match &schema["default"] {
            Value::Null => String::new(),
            Value::Array(items) if items.is_empty() => "`[]`".to_owned(),
            value => format!("`{value}`"),
        };
        let list = |value: &Value| value.to_string().replace("\",\"", "\", \"");
        let about = text(&schema["description"]);
        let example = match (&schema["default"], &schema["examples"][0]) {
            (Value::Null, example @ (Value::String(_) | Value::Array(_))) => {
                format!(" Example: `{}`", list(example))
            }
            (Value::Array(_), example @ Value::Array(_)) => {
                format!(" Example: `{}`", list(example))
            }
            _ => String::new(),
        };
        format!("| `{prefix}{name}` | {default} | {about}{example} |\n")
    };
    properties.iter().filter(|(_, schema)| is_setting(schema)).map(row).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}
