//! What people read is plain English: phrases that nobody would say to a colleague stay out of texts and documents.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Phrases that stay out, in lower case, and what to write instead.
const BANNED: &[(&str, &str)] = &[
    ("is no ", "is not a"),
    ("are no ", "are not"),
    ("that there is", "existing"),
    ("that there are", "existing"),
    ("that there was", "earlier"),
    ("mend", "repair"),
    ("whoever", "the user"),
    ("lest ", "so that ... not"),
    ("where nothing is said", "by default"),
    ("where it says", "if it sets"),
    ("cannot be known", "is not a literal, or is unknown"),
    ("what is pushed", "the pushed commit"),
    ("what has landed", "published migrations"),
    ("took its place", "has the same parent"),
    ("has moved past", "has moved on"),
    ("come to it", "choose it"),
    ("made up", "hand-written"),
    ("taken for", "treated as"),
    ("take for", "treat as"),
    ("told of", "reported"),
    ("tells of", "reports"),
    ("speaks of", "mentions"),
    ("and its kin", "and the like"),
    ("for it is", "because it is"),
    ("as you like", "at your option"),
    ("stand for itself", "is literal"),
    ("stands for itself", "is literal"),
    ("at once and", "immediately"),
    ("would have served", "other possible"),
    ("judged", "checked"),
];

/// Longer phrases that hold a banned one and are fine.
const FINE: &[&str] = &[
    "is no longer",
    "are no longer",
    "is no more than",
    "there is no ",
    "there are no ",
    "recommend",
    "amend",
    "{judged}",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|it| it == extension) {
            found.push(path);
        }
    }
    found
}

/// Returns the string literals of a source, doc comments among them, without those of its tests.
fn literals(tokens: TokenStream, found: &mut Vec<String>) {
    let mut is_test = false;
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let text = group.stream().to_string();
                match group.delimiter() {
                    Delimiter::Bracket if text == "cfg (test)" => is_test = true,
                    Delimiter::Brace if is_test => is_test = false,
                    _ => literals(group.stream(), found),
                }
            }
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                if text.starts_with(['"', 'r']) {
                    let joined = text.replace("\\\n", " ");
                    found.push(joined.split_whitespace().collect::<Vec<_>>().join(" "));
                }
            }
            TokenTree::Punct(punct) if punct.as_char() == ';' => is_test = false,
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
    }
}

/// Returns the texts of the project with the file that each is in.
fn texts() -> Vec<(String, String)> {
    let name = |path: &Path| path.strip_prefix(root()).expect("it is below").display().to_string();
    let mut texts = Vec::new();
    for path in files(&root().join("src"), "rs") {
        let is_test = path.iter().any(|part| part.to_string_lossy().starts_with("tests"));
        if is_test {
            continue;
        }
        let source = fs::read_to_string(&path).expect("it can be read");
        let mut found = Vec::new();
        literals(source.parse().expect("it is Rust"), &mut found);
        texts.extend(found.into_iter().map(|text| (name(&path), text)));
    }
    let mut documents = files(&root().join("docs"), "md");
    documents.extend(
        ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "install.sh"].map(|it| root().join(it)),
    );
    documents.extend(
        fs::read_dir(root().join("hooks"))
            .expect("it is there")
            .map(|it| it.expect("an entry").path()),
    );
    for path in documents {
        let text = fs::read_to_string(&path).expect("it can be read");
        let paragraphs =
            text.split("\n\n").map(|it| it.split_whitespace().collect::<Vec<_>>().join(" "));
        texts.extend(paragraphs.map(|text| (name(&path), text)));
    }
    texts
}

#[test]
fn no_text_has_a_phrase_that_nobody_says() {
    let mut found = Vec::new();
    for (file, text) in texts() {
        let lower = FINE.iter().fold(text.to_lowercase(), |text, fine| text.replace(fine, "*"));
        for (phrase, better) in BANNED {
            let is_word = |at: &usize| !lower[..*at].ends_with(char::is_alphanumeric);
            let found_at = lower.match_indices(phrase).map(|(at, _)| at).find(is_word);
            if let Some(at) = found_at {
                let start = lower.floor_char_boundary(at.saturating_sub(40));
                let end = lower.ceil_char_boundary((at + 60).min(lower.len()));
                found.push(format!(
                    "{file}: \"{phrase}\" (better: {better}): ...{}...",
                    &lower[start..end]
                ));
            }
        }
    }
    assert!(found.is_empty(), "{} texts:\n{}", found.len(), found.join("\n"));
}
