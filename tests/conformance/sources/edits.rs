//! Generated migrations, edited by the guard and loaded by Alembic: what was asked for is there, and
//! nothing else is different.

use std::collections::BTreeMap;
use std::fmt;

use alembic_guard::alembic::migration::{
    Docstring, Module, ReadLimits, RevisionId, Shape, Text, Value, details, read,
};
use alembic_guard::repair::{
    Edit, Identifier, Uneditable, edit_dependencies, edit_parents, edit_revision_id, edited,
    write_dependencies, write_parents, write_revision_id,
};
use serde_json::json;

use super::case::{Case, NAMES};
use super::{CASES, Disagreements, SEED, SHOWN, Verdict};
use crate::support::judge::Judge;
use crate::support::prerequisites::{number, python, say, with};
use crate::support::random::Random;

/// An id that no migration names.
const NEW: &str = "zz1";
/// Ids that need escapes, each for another reason.
const ODD: [&str; 2] = ["\u{e9}\u{20ac}\u{1f600}", "it's \\ \"\n"];

#[test]
#[ignore = "needs Alembic"]
fn edited_sources_are_loaded_with_what_was_asked_for() {
    with(python(), |python| {
        let mut judge = Judge::new(&python, "module_judge.py");
        let seed = number("ALEMBIC_GUARD_SEED", SEED);
        let cases = number("ALEMBIC_GUARD_CASES", CASES as u64);
        let mut figures = Figures::default();
        let mut faults: BTreeMap<&str, Disagreements> = BTreeMap::new();
        for number in 0..cases {
            let case = Case::new(&mut Random::new(seed.wrapping_add(number)));
            if let Some(fault) = examine(&case, &mut judge, &mut figures) {
                let found = faults.entry(fault.kind).or_default();
                found.count += 1;
                if found.shown.len() < SHOWN {
                    found.shown.push(shrunk(case, fault, &mut judge));
                }
            }
        }
        say(&format!("edits, seed {seed}: {figures}"));
        let shown: Vec<String> = faults
            .iter()
            .map(|(kind, found)| format!("##### {}: {kind}\n{}", found.count, found.shown.concat()))
            .collect();
        assert!(shown.is_empty(), "of {cases} are edited wrongly\n{}", shown.join("\n"));
        assert!(figures.files > 0, "no generated migration could be edited");
    });
}

/// What was done.
#[derive(Debug, Default)]
struct Figures {
    files: usize,
    edits: BTreeMap<&'static str, usize>,
    refusals: BTreeMap<(&'static str, &'static str), usize>,
    /// How many of the refusals for doubt alone would have done no harm.
    harmless: usize,
}

impl fmt::Display for Figures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{} files load and state a value; edits {:?}, refused {:?}, of which for doubt alone {}",
            self.files, self.edits, self.refusals, self.harmless
        )
    }
}

/// What is wrong with an edit.
struct Fault {
    kind: &'static str,
    detail: String,
}

/// What a name is to say.
#[derive(Debug, Clone)]
struct Wish {
    identifier: Identifier,
    ids: Vec<RevisionId>,
    /// The one text that is exchanged, where nothing else is asked for.
    exchanged: Option<usize>,
}

/// A migration before it is edited.
struct Before<'a> {
    file: &'static str,
    source: &'a [u8],
    module: Module,
    docstring: Docstring,
    verdict: Verdict,
}

fn ask(file: &str, source: &[u8], judge: &mut Judge) -> Verdict {
    let characters: String = source.iter().map(|byte| char::from(*byte)).collect();
    judge.ask(&json!({ "name": file, "source": characters }))
}

/// Edits a migration in every way there is; nothing where Alembic does not load it.
fn examine(case: &Case, judge: &mut Judge, figures: &mut Figures) -> Option<Fault> {
    let source = case.bytes();
    let verdict = ask(case.file, &source, judge);
    let limits = ReadLimits::default();
    let details = details(&source, false, &limits);
    if verdict.stage.is_some() || details.fault.is_some() {
        return None;
    }
    let module = read(&source, &limits);
    let docstring = details.docstring;
    let before = Before { file: case.file, source: &source, module, docstring, verdict };
    let wishes = before.wishes();
    figures.files += usize::from(!wishes.is_empty());
    wishes.iter().find_map(|wish| {
        let fault = match before.edit(wish) {
            Ok(after) => {
                *figures.edits.entry(wish.identifier.name()).or_default() += 1;
                before.fault(wish, &after, judge)
            }
            Err(refusal) => {
                let kind = (wish.identifier.name(), kind(&refusal));
                *figures.refusals.entry(kind).or_default() += 1;
                before.refusal_fault(wish, &refusal, judge, figures)
            }
        };
        fault.map(|fault| Fault { detail: format!("{wish:?}: {}", fault.detail), ..fault })
    })
}

fn kind(refusal: &Uneditable) -> &'static str {
    match refusal {
        Uneditable::Unreadable(_) => "unreadable",
        Uneditable::Missing(_) => "missing",
        Uneditable::Computed { .. } => "computed",
        Uneditable::AddedTo(_) => "added to",
        Uneditable::NoString(_) => "no string",
        Uneditable::Shared { .. } => "shared",
        Uneditable::Entangled { .. } => "doubtful",
        Uneditable::Ambiguous { .. } => "ambiguous",
        Uneditable::Unproven(_) => "unproven",
    }
}

impl Before<'_> {
    /// Returns what the known values are to say instead.
    fn wishes(&self) -> Vec<Wish> {
        let is_known =
            |identifier: Identifier| matches!(identifier.of(&self.module), Value::Known { .. });
        let mut wishes = Vec::new();
        if is_known(Identifier::DownRevision) {
            let said = self.said(Identifier::DownRevision);
            let others: [&[&str]; 4] = [&[], &[NEW], &[NEW, "zz2"], &[NEW, ODD[0], ODD[1]]];
            let (mut last, mut first) = (said.clone(), said.clone());
            last.push(NEW);
            first.insert(0, NEW);
            let lists = others.into_iter().chain([&last[..], &first[..]]);
            wishes.extend(lists.map(|ids| Wish::new(Identifier::DownRevision, ids, None)));
            for place in 0..said.len() {
                let mut fewer = said.clone();
                fewer.remove(place);
                wishes.push(Wish::new(Identifier::DownRevision, &fewer, None));
            }
        }
        for identifier in [Identifier::DownRevision, Identifier::DependsOn] {
            let said = self.said(identifier);
            for place in 0..said.len() {
                let mut exchanged = said.clone();
                exchanged[place] = NEW;
                wishes.push(Wish::new(identifier, &exchanged, Some(place)));
            }
        }
        if is_known(Identifier::Revision) {
            wishes.push(Wish::new(Identifier::Revision, &[NEW], Some(0)));
        }
        // Alembic loads no revision that names itself; but for an empty id that stands alone.
        wishes.retain(|wish| !wish.ids.iter().any(|id| self.verdict.revision[1..] == *id.as_str()));
        wishes
    }

    fn said(&self, identifier: Identifier) -> Vec<&str> {
        identifier.of(&self.module).texts().iter().map(|text| text.text.as_str()).collect()
    }

    fn edit(&self, wish: &Wish) -> Result<Vec<u8>, Uneditable> {
        let limits = ReadLimits::default();
        match wish.identifier {
            Identifier::Revision => edit_revision_id(self.source, &limits, &wish.ids[0]),
            Identifier::DependsOn => edit_dependencies(self.source, &limits, &wish.ids),
            Identifier::DownRevision | Identifier::BranchLabels => {
                edit_parents(self.source, &limits, &wish.ids)
            }
        }
    }

    /// Returns the edits that were not proven.
    fn written(&self, wish: &Wish) -> Result<Vec<Edit>, Uneditable> {
        let (source, module, docstring) = (self.source, &self.module, &self.docstring);
        match wish.identifier {
            Identifier::Revision => write_revision_id(source, module, docstring, &wish.ids[0]),
            Identifier::DependsOn => write_dependencies(source, module, &wish.ids),
            Identifier::DownRevision | Identifier::BranchLabels => {
                write_parents(source, module, docstring, &wish.ids)
            }
        }
    }

    fn fault(&self, wish: &Wish, after: &[u8], judge: &mut Judge) -> Option<Fault> {
        let detail = || String::from_utf8_lossy(after).into_owned();
        let verdict = ask(self.file, after, judge);
        if let Some(error) = &verdict.error {
            let detail = format!("{error}\n{}", detail());
            return Some(Fault { kind: "Alembic does not load it", detail });
        }
        let value = wish.identifier.of(&self.module);
        let is_set = value.span().is_some_and(|span| self.source[span.clone()].contains(&b'{'));
        let kind = if !wish.is_met(&verdict, is_set) {
            "Alembic takes something else"
        } else if !self.others_are_same(wish, &verdict) {
            "another identifier changed"
        } else if !self.outside_is_same(wish, after) {
            "bytes outside of the value changed"
        } else if !is_set && !self.others_are_untouched(wish, after) {
            "bytes of another string changed"
        } else {
            return None;
        };
        Some(Fault { kind, detail: detail() })
    }

    /// Tells whether the names that were not to change say what they said.
    fn others_are_same(&self, wish: &Wish, verdict: &Verdict) -> bool {
        NAMES.iter().filter(|name| **name != wish.identifier.name()).all(|name| {
            let mut sides = [said(name, &self.verdict), said(name, verdict)];
            // A set has another order in every process and at every size.
            sides.iter_mut().for_each(|side| side.sort());
            sides[0] == sides[1]
        }) && self.verdict.stated == verdict.stated
    }

    /// Tells whether all is the same but the value and the line of the docstring, which follows.
    fn outside_is_same(&self, wish: &Wish, after: &[u8]) -> bool {
        let Some(span) = wish.identifier.of(&self.module).span() else {
            return false;
        };
        let mut head = self.source[..span.start].to_vec();
        if let Some((line, named)) = self.line(wish) {
            head.splice(line, named.bytes());
        }
        let tail = &self.source[span.end..];
        after.len() >= head.len() + tail.len() && after.starts_with(&head) && after.ends_with(tail)
    }

    /// Returns the bytes of the docstring that have to change, and to what.
    fn line(&self, wish: &Wish) -> Option<(std::ops::Range<usize>, String)> {
        let line: Option<&Text> = match wish.identifier {
            Identifier::Revision => self.docstring.revision.as_ref(),
            Identifier::DownRevision => self.docstring.revises.as_ref(),
            Identifier::BranchLabels | Identifier::DependsOn => None,
        };
        let ids: Vec<&str> = wish.ids.iter().map(RevisionId::as_str).collect();
        let is_plain =
            |id: &&str| id.chars().all(|one| one.is_ascii_alphanumeric() || " _".contains(one));
        let line = line.filter(|said| {
            let is_left = said.text.contains('\\') || Docstring::names(said, &ids);
            !is_left && ids.iter().all(is_plain)
        })?;
        let named = ids.join(", ");
        let end = line.span.end;
        Some(match (line.text.as_str(), self.source.get(end)) {
            ("", Some(b' ')) => (end + 1..end + 1, named),
            ("", _) => (end..end, format!(" {named}")),
            _ => (line.span.clone(), named),
        })
    }

    /// Tells whether only one string changed where only that was asked for, and it stands by itself.
    fn others_are_untouched(&self, wish: &Wish, after: &[u8]) -> bool {
        let texts = wish.identifier.of(&self.module).texts();
        let Some(span) = wish.exchanged.and_then(|place| texts.get(place)).map(|text| &text.span)
        else {
            return true;
        };
        let is_literal = self.source[span.end - 1..].starts_with(b"'")
            || self.source[span.end - 1..].starts_with(b"\"");
        let tail = &self.source[span.end..];
        // The head may hold the docstring, which is looked at elsewhere.
        let value = wish.identifier.of(&self.module).span();
        let head = value.map_or(&[][..], |value| &self.source[value.start..span.start]);
        !is_literal || after.ends_with(tail) && contains(after, head)
    }

    /// Says what is wrong with a refusal, where anything is.
    fn refusal_fault(
        &self,
        wish: &Wish,
        refusal: &Uneditable,
        judge: &mut Judge,
        figures: &mut Figures,
    ) -> Option<Fault> {
        let wrong = |kind| Some(Fault { kind, detail: refusal.to_string() });
        match refusal {
            Uneditable::AddedTo(_) if contains(self.source, b"+=") => None,
            Uneditable::NoString(_) => match self.module.revision {
                Value::Known { shape: Shape::None | Shape::Sequence, .. } => None,
                Value::Known { shape: Shape::String, .. }
                | Value::Missing
                | Value::Computed { .. } => wrong("a string is refused"),
            },
            Uneditable::Shared { .. } if self.is_harmless(wish, judge) => {
                wrong("nothing else would have changed")
            }
            Uneditable::Shared { .. } => None,
            Uneditable::Entangled { .. } => {
                figures.harmless += usize::from(self.is_harmless(wish, judge));
                None
            }
            Uneditable::Unreadable(_)
            | Uneditable::Missing(_)
            | Uneditable::Computed { .. }
            | Uneditable::AddedTo(_)
            | Uneditable::Ambiguous { .. }
            | Uneditable::Unproven(_) => wrong("what is known is refused"),
        }
    }

    /// Tells whether Alembic would have seen no other difference in an edit that was refused.
    fn is_harmless(&self, wish: &Wish, judge: &mut Judge) -> bool {
        let after = self.written(wish).ok().and_then(|edits| edited(self.source, &edits));
        after.is_some_and(|after| {
            let verdict = ask(self.file, &after, judge);
            verdict.stage.is_none() && self.others_are_same(wish, &verdict)
        })
    }
}

impl Wish {
    fn new(identifier: Identifier, ids: &[&str], exchanged: Option<usize>) -> Wish {
        let ids = ids.iter().copied().map(RevisionId::new).collect();
        Wish { identifier, ids, exchanged }
    }

    fn is_met(&self, verdict: &Verdict, is_set: bool) -> bool {
        let mut ids: Vec<String> = self.ids.iter().map(|id| format!("'{}", id.as_str())).collect();
        let mut said = said(self.identifier.name(), verdict);
        if is_set {
            ids.sort();
            said.sort();
        }
        said == ids
    }
}

/// Returns what a file says under a name, of an object but for its address.
fn said(name: &str, verdict: &Verdict) -> Vec<String> {
    let said = match name {
        "revision" => std::slice::from_ref(&verdict.revision),
        "down_revision" => &verdict.down_revision,
        "branch_labels" => &verdict.branch_labels,
        _ => &verdict.depends_on,
    };
    let without_address = |text: &String| match text.split_once(" at 0x") {
        Some((text, _)) if !text.starts_with('\'') => text.to_owned(),
        Some(_) | None => text.clone(),
    };
    said.iter().map(without_address).collect()
}

fn contains(source: &[u8], wanted: &[u8]) -> bool {
    wanted.is_empty() || source.windows(wanted.len()).any(|window| window == wanted)
}

/// Takes away what the fault does not need, and writes it down.
fn shrunk(mut case: Case, mut fault: Fault, judge: &mut Judge) -> String {
    let mut smaller = |case: &Case, kind: &str| {
        case.smaller().into_iter().find_map(|smaller| {
            let fault = examine(&smaller, judge, &mut Figures::default())?;
            (fault.kind == kind).then_some((smaller, fault))
        })
    };
    while let Some((less, same)) = smaller(&case, fault.kind) {
        (case, fault) = (less, same);
    }
    let source = case.bytes();
    format!("=== {}\n--- {}\n{}", fault.detail, case.file, String::from_utf8_lossy(&source))
}
