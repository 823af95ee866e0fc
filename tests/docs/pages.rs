//! The pages that users read, and the code blocks on them.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// Folders of docs/ that describe the program to its developers or to other programs.
const NOT_FOR_USERS: [&str; 2] = ["docs/design", "docs/schemas"];

/// A Markdown file.
pub(crate) struct Page {
    /// Its path in this repository.
    pub(crate) name: String,
    pub(crate) text: String,
}

/// A fenced block of a page.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    /// The word behind the fence; nothing for an indented block.
    pub(crate) kind: String,
    pub(crate) text: String,
    /// Where its text is on the page.
    pub(crate) range: Range<usize>,
    pub(crate) line: usize,
    /// The scene that the comment before it names.
    pub(crate) scene: Option<String>,
    /// Commands of comments before it, which run first in the scene and are not shown.
    pub(crate) hidden: Vec<String>,
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns the README and the pages of docs/ that are for users.
pub(crate) fn pages() -> Vec<Page> {
    let mut names = vec!["README.md".to_owned()];
    names.extend(markdown_below("docs"));
    names.retain(|name| !NOT_FOR_USERS.iter().any(|folder| Path::new(name).starts_with(folder)));
    names.iter().map(|name| Page::read(name)).collect()
}

/// Returns every Markdown file below a folder, in order.
pub(crate) fn markdown_below(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root().join(&folder)).expect("the folder exists").flatten() {
            let path = folder.join(entry.file_name());
            if entry.path().is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path.to_str().expect("a plain path").to_owned());
            }
        }
    }
    found.sort();
    found
}

impl Page {
    pub(crate) fn read(name: &str) -> Page {
        let text = fs::read_to_string(root().join(name)).expect("the page exists");
        Page { name: name.to_owned(), text }
    }

    pub(crate) fn write(&self, text: &str) {
        fs::write(root().join(&self.name), text).expect("the page can be written");
    }

    pub(crate) fn events(&self) -> impl Iterator<Item = (Event<'_>, Range<usize>)> {
        Parser::new_ext(&self.text, Options::ENABLE_TABLES).into_offset_iter()
    }

    /// Returns its code blocks in order.
    pub(crate) fn blocks(&self) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        let (mut scene, mut hidden) = (None, Vec::new());
        let mut is_inside = false;
        for (event, range) in self.events() {
            match event {
                Event::Html(html) | Event::InlineHtml(html) => {
                    for (key, value) in comments(&html) {
                        match key {
                            "scene" => scene = Some(value.to_owned()),
                            "run" => hidden.push(value.to_owned()),
                            _ => {}
                        }
                    }
                }
                Event::Start(Tag::CodeBlock(kind)) => {
                    is_inside = true;
                    let kind = match kind {
                        CodeBlockKind::Fenced(info) => {
                            info.split_whitespace().next().unwrap_or_default().to_owned()
                        }
                        CodeBlockKind::Indented => String::new(),
                    };
                    let line = self.text[..range.start].matches('\n').count() + 1;
                    let (scene, hidden) = (scene.take(), std::mem::take(&mut hidden));
                    let empty = range.start..range.start;
                    blocks.push(Block {
                        kind,
                        text: String::new(),
                        range: empty,
                        line,
                        scene,
                        hidden,
                    });
                }
                Event::Text(text) if is_inside => {
                    let block = blocks.last_mut().expect("a block has begun");
                    if block.text.is_empty() {
                        block.range.start = range.start;
                    }
                    block.range.end = range.end;
                    block.text += &text;
                }
                Event::End(TagEnd::CodeBlock) => is_inside = false,
                _ => {}
            }
        }
        blocks
    }

    /// Returns where a block is, for messages.
    pub(crate) fn place(&self, block: &Block) -> String {
        format!("{}:{}", self.name, block.line)
    }
}

/// Returns the `key: value` comments of HTML.
fn comments(html: &str) -> impl Iterator<Item = (&str, &str)> {
    let inside = html.split("<!--").skip(1).filter_map(|rest| Some(rest.split_once("-->")?.0));
    inside.filter_map(|comment| comment.trim().split_once(": "))
}
