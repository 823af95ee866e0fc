//! Quoted source with marks below it.
//!
//! This is the only user of `annotate-snippets`. It renders excerpts from [`super::excerpt`], never whole
//! files.

use std::collections::BTreeMap;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{
    AnnotationKind, Group, Level as Severity, Origin, Padding, Renderer, Snippet,
};

use super::excerpt::{Window, quote};
use super::{Style, layout};
use crate::config::Level;
use crate::text::{Span, escape};
use crate::tree::{File, Site};

/// The columns before the text of a note: four-digit line numbers and `= note: `.
const NOTE_COLUMNS: usize = 13;

/// The columns before quoted source: a line number of two digits and the frame.
const GUTTER: usize = 5;

/// The maximum number of places per snippet.
const MOST: usize = 24;

/// A place to show.
pub(super) struct Place<'a> {
    /// The place.
    pub(super) site: &'a Site,
    /// The label beside it; may be empty.
    pub(super) label: &'a str,
    /// Whether the label is written below if there is no room beside the mark.
    pub(super) is_needed: bool,
}

/// Shows places and writes `notes` below them. The first place is the one with the problem.
pub(super) fn places(
    level: Level,
    places: &[Place<'_>],
    notes: &[String],
    sources: &BTreeMap<File, Vec<u8>>,
    style: &Style,
) -> String {
    let mut canvas = Canvas::new(level, style);
    let (places, others) = places.split_at(places.len().min(MOST));
    let more = format!("{} are not shown", layout::counted(others.len(), "more place"));
    let notes = &[if others.is_empty() { Vec::new() } else { vec![more] }, notes.to_vec()].concat();
    for (index, place) in places.iter().enumerate() {
        match source_of(place.site, sources) {
            None => canvas.origin(place),
            Some((file, _)) if shown_before(file, &places[..index], sources) => {}
            Some((file, source)) => canvas.file(file, source, places, sources),
        }
    }
    canvas.render(notes, style)
}

/// Bytes to underline.
pub(super) struct Marked<'a> {
    /// The bytes.
    pub(super) span: Span,
    /// The label beside them; may be empty.
    pub(super) label: &'a str,
    /// Whether they have the problem, rather than explain it.
    pub(super) primary: bool,
    /// Whether the label is written below if there is no room beside the mark.
    pub(super) is_needed: bool,
}

/// Shows marked bytes of one text.
pub(super) fn marked(
    level: Level,
    path: &str,
    source: &[u8],
    marks: &[Marked<'_>],
    style: &Style,
) -> String {
    let mut canvas = Canvas::new(level, style);
    canvas.windows(&escape(path), source, marks);
    canvas.render(&[], style)
}

fn source_of<'a>(
    site: &'a Site,
    sources: &'a BTreeMap<File, Vec<u8>>,
) -> Option<(&'a File, &'a [u8])> {
    match site {
        Site::Span { file, .. } => Some((file, sources.get(file)?)),
        Site::File(_) | Site::Path(_) => None,
    }
}

fn shown_before(file: &File, before: &[Place<'_>], sources: &BTreeMap<File, Vec<u8>>) -> bool {
    before
        .iter()
        .any(|place| source_of(place.site, sources).is_some_and(|(other, _)| other == file))
}

struct Canvas {
    group: Group<'static>,
    /// Whether source was quoted, so that padding must follow.
    quotes: bool,
    /// The places that `annotate-snippets` writes, and their replacements.
    moved: Vec<(String, String)>,
    /// The columns of the terminal.
    width: usize,
    /// Labels that don't fit beside their marks.
    below: Vec<String>,
}

impl Canvas {
    fn new(level: Level, style: &Style) -> Canvas {
        let severity = match level {
            Level::Error => Severity::ERROR,
            Level::Warn | Level::Off => Severity::WARNING,
        };
        Canvas {
            group: Group::with_level(severity),
            quotes: false,
            moved: Vec::new(),
            width: style.width,
            below: Vec::new(),
        }
    }

    fn add(&mut self, element: impl Into<annotate_snippets::Element<'static>>) {
        let empty = Group::with_level(Severity::NOTE);
        self.group = std::mem::replace(&mut self.group, empty).element(element);
    }

    fn origin(&mut self, place: &Place<'_>) {
        let path = if place.site.path().is_root() {
            "the top of the repository".to_owned()
        } else {
            place.site.path().to_string()
        };
        if self.quotes {
            self.add(Padding);
        }
        match place.label {
            "" => self.add(Origin::path(path)),
            label => self.add(Origin::path(format!("{path}: {}", escape(label)))),
        }
    }

    /// Adds every place in one file. The first place of all is the one with the problem.
    fn file(
        &mut self,
        file: &File,
        source: &[u8],
        places: &[Place<'_>],
        sources: &BTreeMap<File, Vec<u8>>,
    ) {
        let mut marks = Vec::new();
        for (index, place) in places.iter().enumerate() {
            let here = source_of(place.site, sources).is_some_and(|(other, _)| other == file);
            if let (true, Site::Span { span, .. }) = (here, place.site) {
                marks.push(Marked {
                    span: span.clone(),
                    label: place.label,
                    primary: index == 0,
                    is_needed: place.is_needed,
                });
            }
        }
        self.windows(&file.path.to_string(), source, &marks);
    }

    fn windows(&mut self, path: &str, source: &[u8], marks: &[Marked<'_>]) {
        let spans: Vec<Span> = marks.iter().map(|mark| mark.span.clone()).collect();
        let mut windows = quote(source, &spans);
        windows.sort_by_key(|window| !window.marks.iter().any(|mark| marks[mark.index].primary));
        for window in windows {
            self.window(path, window, marks);
        }
    }

    fn window(&mut self, path: &str, window: Window, marks: &[Marked<'_>]) {
        let mut annotations = Vec::new();
        for mark in window.marks {
            if mark.column != mark.shown_column {
                self.moved.push((
                    format!("{path}:{}:{}", mark.line, mark.shown_column),
                    format!("{path}:{}:{}", mark.line, mark.column),
                ));
            }
            let asked = &marks[mark.index];
            let kind =
                if asked.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
            let marked = window.text[mark.range.clone()].chars().count();
            let end = GUTTER + mark.shown_column + marked + asked.label.chars().count();
            let label = if end > self.width && asked.primary && !asked.label.is_empty() {
                self.below.extend(asked.is_needed.then(|| asked.label.to_owned()));
                None
            } else {
                (!asked.label.is_empty()).then(|| escape(asked.label))
            };
            annotations.push(kind.span(mark.range).label(label));
        }
        self.quotes = true;
        self.add(
            Snippet::source(window.text)
                .path(path.to_owned())
                .line_start(window.line_start)
                .annotations(annotations),
        );
    }

    fn render(mut self, notes: &[String], style: &Style) -> String {
        for note in std::mem::take(&mut self.below).iter().chain(notes) {
            self.add(Severity::NOTE.message(layout::note(note, NOTE_COLUMNS, style)));
        }
        if self.group.is_empty() {
            return String::new();
        }
        let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
        let decor = if style.unicode { DecorStyle::Unicode } else { DecorStyle::Ascii };
        let rendered = renderer
            .decor_style(decor)
            .term_width(style.width.clamp(40, 200))
            .render(&[self.group]);
        let mut lines: Vec<String> = rendered.lines().map(|line| line.to_owned()).collect();
        for (shown, meant) in &self.moved {
            correct(&mut lines, shown, meant);
        }
        let indent = if self.quotes { "" } else { " " };
        lines.iter().map(|line| format!("{indent}{}\n", line.trim_end())).collect()
    }
}

/// Replaces the column of the sanitized copy by the column of the file.
fn correct(lines: &mut [String], shown: &str, meant: &str) {
    let whole = |line: &String| {
        let rest = line.split_once(shown).map(|(_, rest)| rest);
        rest.is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_digit()))
    };
    if let Some(line) = lines.iter_mut().find(|line| whole(line)) {
        *line = line.replacen(shown, meant, 1);
    }
}
