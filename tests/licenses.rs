//! Holds every dependency to the licences that `deny.toml` allows, on every platform.
//!
//! `cargo deny` does this and more, but takes minutes to build; this needs only cargo.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use crate::support::prerequisites::not_checked;

#[derive(Deserialize)]
struct Deny {
    licenses: Licenses,
    bans: Bans,
}

#[derive(Deserialize)]
struct Licenses {
    allow: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(Deserialize)]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
}

#[test]
fn every_dependency_is_under_an_allowed_license() {
    let deny = deny();
    let Some(packages) = packages() else { return };
    let refused: Vec<String> = packages
        .iter()
        .filter(|package| !is_allowed(package.license.as_deref().unwrap_or(""), &deny))
        .map(|package| format!("{} {}: {:?}", package.name, package.version, package.license))
        .collect();
    assert!(packages.len() > 100, "cargo names the whole tree");
    assert!(refused.is_empty(), "{refused:#?}");
}

#[test]
fn no_dependency_is_banned() {
    let deny = deny();
    let Some(packages) = packages() else { return };
    for ban in deny.bans.deny {
        let banned = packages.iter().any(|package| package.name == ban.name);
        assert!(!banned, "{} is in the tree", ban.name);
    }
}

#[test]
fn no_copyleft_is_allowed() {
    for license in deny().licenses.allow {
        assert!(!license.contains("GPL"), "{license}");
    }
}

#[test]
fn expressions_are_read_as_spdx_says() {
    let deny = deny();
    for allowed in [
        "MIT",
        "MIT/GPL-3.0",
        "LGPL-2.1-or-later OR MIT",
        "(MIT OR GPL-3.0) AND Unicode-3.0",
        "GPL-3.0 OR MIT AND Unicode-3.0",
    ] {
        assert!(is_allowed(allowed, &deny), "{allowed}");
    }
    for refused in [
        "",
        "GPL-3.0",
        "MIT AND LGPL-3.0-only",
        "(MIT OR Apache-2.0) AND GPL-3.0",
        "Apache-2.0 WITH LLVM-exception",
        "MIT OR",
        "(MIT",
    ] {
        assert!(!is_allowed(refused, &deny), "{refused}");
    }
}

fn deny() -> Deny {
    toml::from_str(include_str!("../deny.toml")).expect("deny.toml is TOML as cargo-deny wants it")
}

/// Returns all packages of `Cargo.lock`; none where cargo has not fetched those of other platforms.
fn packages() -> Option<Vec<Package>> {
    let output = Command::new(env!("CARGO"))
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .args(["metadata", "--format-version=1", "--locked", "--offline"])
        .args(["--all-features"])
        .output()
        .expect("cargo runs the tests");
    if output.status.success() {
        let metadata: Metadata = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
        return Some(metadata.packages);
    }
    let reason = String::from_utf8_lossy(&output.stderr);
    not_checked(&format!("`cargo fetch --locked` brings what is missing: {reason}"));
    None
}

/// Tells whether one way to take an SPDX expression is allowed in full; `/` is the old way to write OR.
fn is_allowed(expression: &str, deny: &Deny) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    let allowed = any(&mut words, deny);
    allowed == Some(true) && words.next().is_none()
}

type Words<'w> = std::iter::Peekable<std::str::SplitWhitespace<'w>>;

fn any(words: &mut Words<'_>, deny: &Deny) -> Option<bool> {
    let mut allowed = all(words, deny)?;
    while words.next_if_eq(&"OR").is_some() {
        allowed |= all(words, deny)?;
    }
    Some(allowed)
}

fn all(words: &mut Words<'_>, deny: &Deny) -> Option<bool> {
    let mut allowed = one(words, deny)?;
    while words.next_if_eq(&"AND").is_some() {
        allowed &= one(words, deny)?;
    }
    Some(allowed)
}

fn one(words: &mut Words<'_>, deny: &Deny) -> Option<bool> {
    if words.next_if_eq(&"(").is_some() {
        let allowed = any(words, deny)?;
        return words.next_if_eq(&")").map(|_| allowed);
    }
    let mut license = words.next()?.to_owned();
    if words.next_if_eq(&"WITH").is_some() {
        license = format!("{license} WITH {}", words.next()?);
    }
    Some(deny.licenses.allow.contains(&license))
}
