//! A shared repository, the clones of its team, and what their actions come to.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::rc::Rc;
use std::sync::LazyLock;

use crate::support::judge::Judge;
use crate::support::world::World;
use crate::team::action::Action;
use crate::team::clone::{Clone, Story, with_guard};
use crate::team::databases::Databases;
use crate::team::push::refs;
use crate::team::referee::Referee;
use crate::team::tally::Tally;

const NAMES: [&str; 3] = ["ann", "ben", "cem"];

/// What a script needs before its first line, in an empty folder.
const HEADER: &str = "T=path/to/alembic-guard/tests/team; sh $T/setup.sh; . $T/migration.sh";

/// What every team begins with, made once.
static BEGINNING: LazyLock<World> = LazyLock::new(beginning);

/// A team at work.
pub(crate) struct Team<'j> {
    pub(crate) clones: Vec<Clone>,
    pub(crate) referee: Referee<'j>,
    pub(crate) databases: Databases,
    pub(crate) tally: Tally,
    pub(crate) story: Rc<Story>,
    /// How many ids of migrations were made up.
    pub(crate) ids: usize,
    world: World,
}

/// What the guard or its help did wrong.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    /// In few words, the same for failures of one kind.
    pub(crate) kind: String,
    pub(crate) details: String,
}

/// A case that failed, and how to see it.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) seed: u64,
    /// Whether no action can be left out.
    pub(crate) is_shrunk: bool,
    pub(crate) failure: Failure,
    pub(crate) script: String,
    /// What was done until then.
    pub(crate) tally: Tally,
}

impl Failure {
    pub(crate) fn new(kind: &str, details: &str) -> Failure {
        Failure { kind: kind.to_owned(), details: details.to_owned() }
    }
}

/// Lets a team act, and stops at the first thing that goes wrong.
pub(crate) fn run(actions: &[Action], judge: &mut Judge) -> Result<Tally, Box<Failed>> {
    let mut team = Team::new(judge);
    team.story.line(HEADER.to_owned());
    for action in actions {
        team.story.line(format!("# {}: {:?}", NAMES[action.who], action.what));
        team.tally.count("actions", &format!("{:?}", action.what));
        if let Err(failure) = team.act(action) {
            let (script, tally) = (team.story.script(), team.tally);
            return Err(Box::new(Failed { seed: 0, is_shrunk: false, failure, script, tally }));
        }
    }
    Ok(team.tally)
}

impl<'j> Team<'j> {
    fn new(judge: &'j mut Judge) -> Team<'j> {
        let world = World::empty();
        copy(&BEGINNING.path("."), &world.path("."));
        let story = Rc::new(Story::default());
        let clones = NAMES.map(|name| Clone::new(name, world.at(name), &story)).into();
        let mut referee = Referee::new(judge, world.at("referee.git"));
        let mut databases = Databases::default();
        let main = refs(&world.path("origin.git"))["refs/heads/main"].clone();
        databases.advance(&mut referee, &main);
        let tally = Tally::default();
        Team { clones, referee, databases, tally, story, ids: 0, world }
    }

    /// Returns the branches of the shared repository.
    pub(crate) fn shared(&self) -> std::collections::BTreeMap<String, String> {
        refs(&self.world.path("origin.git"))
    }
}

fn beginning() -> World {
    let world = World::empty();
    let setup = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/team/setup.sh");
    fs::remove_dir_all(world.path("origin.git")).expect("it is made anew");
    let output =
        with_guard(&world.at(".")).command("sh").arg(setup).output().expect("a shell runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    world
}

fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-a").arg(from.join(".")).arg(to).status();
    assert!(copied.expect("cp runs").success());
}
