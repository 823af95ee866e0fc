//! Every link in a document leads to a file and a heading of this repository, or away from it.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use pulldown_cmark::{Event, Tag, TagEnd};

use crate::docs::lock;
use crate::docs::pages::{Page, markdown_below, root};

/// Headings have other anchors on the site than on a page of GitHub's.
#[derive(Clone, Copy)]
enum Host {
    Site,
    GitHub,
}

#[test]
fn every_link_leads_somewhere() {
    let _lock = lock();
    let mut names = markdown_below("docs");
    for name in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"] {
        names.push(name.to_owned());
    }
    let broken: Vec<String> = names.iter().flat_map(|name| broken_in(&Page::read(name))).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_page_is_in_the_navigation() {
    let navigation = std::fs::read_to_string(root().join("mkdocs.yml")).expect("it is there");
    for name in markdown_below("docs") {
        let name = name.strip_prefix("docs/").expect("it is below docs");
        assert!(navigation.contains(&format!(": {name}\n")), "mkdocs.yml lacks {name}");
    }
}

fn broken_in(page: &Page) -> Vec<String> {
    let mut broken = Vec::new();
    for (event, _) in page.events() {
        let (Event::Start(Tag::Link { dest_url, .. }) | Event::Start(Tag::Image { dest_url, .. })) =
            event
        else {
            continue;
        };
        if dest_url.contains("://") {
            continue;
        }
        let (path, anchor) = dest_url.split_once('#').unwrap_or((&dest_url, ""));
        if !leads_somewhere(page, path, anchor) {
            broken.push(format!("{}: {dest_url}", page.name));
        }
    }
    broken
}

fn leads_somewhere(page: &Page, path: &str, anchor: &str) -> bool {
    let target = if path.is_empty() { PathBuf::from(&page.name) } else { beside(page, path) };
    if !root().join(&target).exists() {
        return false;
    }
    if anchor.is_empty() {
        return true;
    }
    let target = target.to_str().expect("a plain path");
    // Files that are for developers are read at GitHub too.
    let hosts: &[Host] = if !target.starts_with("docs/") {
        &[Host::GitHub]
    } else if target.starts_with("docs/design/") {
        &[Host::Site, Host::GitHub]
    } else {
        &[Host::Site]
    };
    let target = Page::read(target);
    hosts.iter().all(|host| anchors(&target, *host).contains(anchor))
}

/// Returns the path of a file that a page names.
fn beside(page: &Page, path: &str) -> PathBuf {
    let mut found = Path::new(&page.name).parent().expect("a file is in a folder").to_owned();
    for part in Path::new(path).components() {
        match part {
            Component::ParentDir => _ = found.pop(),
            other => found.push(other),
        }
    }
    found
}

fn anchors(page: &Page, host: Host) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    let mut heading: Option<String> = None;
    for (event, _) in page.events() {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut heading {
                    *heading += &text;
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                anchors.extend(heading.take().map(|heading| anchor(&heading, host)));
            }
            _ => {}
        }
    }
    anchors
}

/// Returns the anchor of a heading, by the rules of Python-Markdown or of GitHub.
fn anchor(heading: &str, host: Host) -> String {
    let kept = |letter: &char| match host {
        Host::Site => letter.is_ascii_alphanumeric() || " _-".contains(*letter),
        Host::GitHub => letter.is_alphanumeric() || " _-".contains(*letter),
    };
    let lower: String = heading.chars().filter(kept).collect::<String>().trim().to_lowercase();
    match host {
        Host::Site => {
            let words = lower.split([' ', '-']).filter(|word| !word.is_empty());
            words.collect::<Vec<_>>().join("-")
        }
        Host::GitHub => lower.replace(' ', "-"),
    }
}
