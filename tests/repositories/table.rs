//! The table: each kind of repository beside its plain twin.

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::repositories::kinds::{By, KINDS, Kind};
use crate::repositories::questions::{Answer, Needs, QUESTIONS, Question, answer};
use crate::repositories::story::{Format, Layout, Plot, State, copy, tell};
use crate::support::prerequisites::say;
use crate::support::world::{Repo, World};

/// The answers of a plain repository, by what was asked.
type Answers = BTreeMap<&'static [&'static str], Answer>;

#[test]
#[ignore = "needs more time"]
fn every_kind_of_repository_is_judged_as_its_plain_twin() {
    let plots: Vec<Plot> = KINDS.iter().map(|kind| kind.plot).collect();
    let told: BTreeMap<Plot, World> = plots.iter().map(|plot| (*plot, tell(*plot))).collect();
    let states = [State::Staged, State::Unmerged, State::Meeting, State::OnlyStaged];
    let plain = |state: State| twin(&told[&Plot { state, ..Plot::PLAIN }]);
    let twins: BTreeMap<State, Answers> =
        states.into_iter().map(|state| (state, plain(state))).collect();
    let left = Mutex::new(KINDS.iter());
    let rows = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let next = || left.lock().expect("nobody panics here").next();
                while let Some(kind) = next() {
                    let row = compare(kind, &told[&kind.plot], &twins[&kind.plot.state]);
                    rows.lock().expect("nobody panics here").insert(kind.name, row);
                }
            });
        }
    });
    report(&rows.into_inner().expect("nobody panicked"));
}

fn twin(told: &World) -> Answers {
    let world = World::unfollowed();
    let plain = copy(told, &world);
    let answers = QUESTIONS.iter().map(|question| (question.words, answer(&plain, question)));
    answers.collect()
}

/// What came of one kind: how many questions were asked, and what was wrong.
type Row = (usize, Vec<String>);

fn compare(kind: &Kind, told: &World, twin: &Answers) -> Row {
    let world = World::unfollowed();
    let repo = (kind.make)(&world, copy(told, &world));
    let asked: Vec<&Question> = QUESTIONS.iter().filter(|question| fits(&repo, question)).collect();
    let mut wrong = Vec::new();
    // A partial clone has everything once it was asked, so who answers is looked at first.
    wrong.extend(wrong_source(kind, &repo));
    for question in &asked {
        let (expected, got) = (&twin[question.words], answer(&repo, question));
        if *expected != got {
            let words = question.words.join(" ");
            wrong.push(format!("`{words}`: {got:#?}\n  but its twin: {expected:#?}"));
        }
    }
    (asked.len(), wrong)
}

/// Tells whether a repository can be asked: a bare one has no work tree, a shallow one no whole history.
fn fits(repo: &Repo, question: &Question) -> bool {
    let is = |what: &str| repo.git(&["rev-parse", what]) == "true\n";
    match question.needs {
        Needs::Commits => true,
        Needs::WorkTree => !is("--is-bare-repository"),
        Needs::History => !is("--is-shallow-repository"),
    }
}

/// Checks that the source answers that can, and that it says so.
fn wrong_source(kind: &Kind, repo: &Repo) -> Option<String> {
    let has_work_tree = repo.git(&["rev-parse", "--is-bare-repository"]) == "false\n";
    let question: &[&str] =
        if has_work_tree { &["-v", "check", "--staged"] } else { &["-v", "check", "feature"] };
    let said = repo.guard(question).stderr();
    let asked_git = said.lines().find(|line| line.contains("used git instead"));
    match (kind.by, asked_git) {
        (By::Libgit2, None) => None,
        (By::Git(why), Some(line)) if line.contains(why) => None,
        (by, line) => Some(format!("{by:?} should have answered, but: {line:?}\n{said}")),
    }
}

fn report(rows: &BTreeMap<&str, Row>) {
    let mut agreeing = 0;
    for kind in KINDS {
        let (asked, wrong) = &rows[kind.name];
        let by = match kind.by {
            By::Libgit2 => "libgit2".to_owned(),
            By::Git(why) => format!("git, since libgit2 says: {why}"),
        };
        let agrees = if wrong.is_empty() { "agrees" } else { "DIFFERS" };
        agreeing += usize::from(wrong.is_empty());
        say(&format!("{:48} {agrees} in {asked} of {asked} questions ({by})", kind.name));
    }
    say(&format!("{agreeing} of {} kinds agree with their plain twin", KINDS.len()));
    let wrong = rows.iter().filter(|(_, (_, wrong))| !wrong.is_empty());
    let wrong: Vec<String> =
        wrong.map(|(name, (_, wrong))| format!("{name}: {}", wrong.join("\n"))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn the_twin_has_something_to_say() {
    let answers =
        twin(&tell(Plot { format: Format::Sha1, state: State::Staged, layout: Layout::Plain }));
    let code = |words: &'static [&'static str]| answers[words].code;
    assert_eq!(code(&["check", "feature"]), Some(1), "{:#?}", answers);
    assert_eq!(code(&["check", "main"]), Some(0));
    assert_eq!(code(&["hook", "pre-push", "origin"]), Some(1));
    assert_eq!(code(&["hook", "pre-commit"]), Some(1), "{:#?}", answers);
    assert!(
        answers[&["check", "crossed"][..]]
            .printed
            .contains("causes conflicts; only problems of both sides block")
    );
}
