//! The repositories that the examples of the documentation run in.

use std::env;
use std::process::Command;

use crate::docs::terminal;
use crate::support::prerequisites;
use crate::support::world::{GUARD, Repo, World};

/// What the pages show for the folder of a scene.
pub(crate) const HOME: &str = "/home/ben";

/// Words in a scene's name that ask for real Alembic on `PATH`.
const WITH_ALEMBIC: &str = " with Alembic";

const ACCOUNT: Migration = Migration("1975ea83b712", "create account", &[]);
const PHONE: Migration = Migration("8c27e05f61b3", "add phone", &["1975ea83b712"]);
const EMAIL: Migration = Migration("d10f5b7c92ae", "add email", &["1975ea83b712"]);
const CITY: Migration = Migration("9ae4d60c1f57", "add city", &["d10f5b7c92ae"]);

/// An environment that needs no application: SQLite in a file.
const ENV_PY: &str = "\
from alembic import context
from sqlalchemy import create_engine

with create_engine(\"sqlite:///app.db\").connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
";

const TEMPLATE: &str = r#""""${message}

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
Create Date: ${create_date}

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
${imports if imports else ""}

revision: str = ${repr(up_revision)}
down_revision: Union[str, Sequence[str], None] = ${repr(down_revision)}
branch_labels: Union[str, Sequence[str], None] = ${repr(branch_labels)}
depends_on: Union[str, Sequence[str], None] = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
"#;

/// An id, a message and the parents.
#[derive(Clone, Copy)]
struct Migration(&'static str, &'static str, &'static [&'static str]);

/// A repository in which commands of one page run.
pub(crate) struct Scene {
    world: World,
    repo: Repo,
}

/// Tells whether a scene needs real Alembic.
pub(crate) fn needs_alembic(name: &str) -> bool {
    name.ends_with(WITH_ALEMBIC)
}

impl Scene {
    /// Builds the scene of a name.
    pub(crate) fn new(name: &str) -> Scene {
        let world = World::unfollowed();
        world.at(".").write("home/gitconfig", "[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n");
        let repo = build(&world, name.strip_suffix(WITH_ALEMBIC).unwrap_or(name));
        let repo = if needs_alembic(name) { with_alembic(&repo) } else { repo };
        Scene { world, repo }
    }

    /// Runs a line of shell and returns the text that the terminal showed.
    pub(crate) fn run(&self, line: &str) -> String {
        let shown = terminal::shown(self.command(line).env("NO_COLOR", "1").env("TERM", "dumb"));
        self.plain(&shown)
    }

    /// The same in color.
    pub(crate) fn run_in_color(&self, line: &str) -> String {
        let shown = terminal::shown(self.command(line).env("TERM", "xterm-256color"));
        self.plain(&shown)
    }

    fn command(&self, line: &str) -> Command {
        let mut command = self.repo.command("sh");
        command
            .args(["-c", line])
            .env("LC_ALL", "C.UTF-8")
            .env("GIT_PAGER", "cat")
            .env("PAGER", "cat");
        command
    }

    /// Takes out of a text what differs from run to run.
    fn plain(&self, shown: &str) -> String {
        let folder = self.world.path("");
        let folder = folder.to_str().expect("a plain path").trim_end_matches('/');
        let lines = shown.lines().map(|line| {
            let line = line.replace(folder, HOME).replace(GUARD, "/usr/local/bin/alembic-guard");
            let line = match line.split_once("/site-packages/") {
                Some((_, within)) => format!(".../site-packages/{within}"),
                None => line,
            };
            without_age(line.trim_end()) + "\n"
        });
        lines.collect()
    }
}

/// Replaces an age of seconds: a slow machine needs some between two commands.
fn without_age(line: &str) -> String {
    let Some((before, after)) =
        [" seconds ago", " second ago"].iter().find_map(|words| line.split_once(words))
    else {
        return line.to_owned();
    };
    let before = before.trim_end_matches(|digit: char| digit.is_ascii_digit());
    format!("{before}just now{after}")
}

fn build(world: &World, name: &str) -> Repo {
    match name {
        "no hooks" => {
            on_main(world, &[ACCOUNT]);
            clone(world)
        }
        "feature branch" => feature(world, &[ACCOUNT], &[EMAIL]),
        "stale push" => {
            let repo = feature(world, &[ACCOUNT], &[EMAIL]);
            land(world, PHONE);
            repo
        }
        "two heads" => feature(world, &[ACCOUNT, PHONE, EMAIL], &[]),
        "missing parent" => feature(world, &[ACCOUNT], &[CITY]),
        "same id" => feature(world, &[ACCOUNT, PHONE], &[Migration(PHONE.0, EMAIL.1, EMAIL.2)]),
        "same number" => {
            let number = |id, message, parents| Migration(id, message, parents);
            let first = number("0040", ACCOUNT.1, &[]);
            let repo = feature(world, &[first], &[number("0041", EMAIL.1, &["0040"])]);
            land(world, number("0041", PHONE.1, &["0040"]));
            repo
        }
        "a past fork" => past_fork(world),
        "bare repository" => {
            on_main(world, &[ACCOUNT]);
            world.at("origin.git")
        }
        "guarded server" => {
            let repo = feature(world, &[ACCOUNT], &[EMAIL]);
            land(world, PHONE);
            repo.guard(&["hook", "uninstall"]).succeeded();
            world.at("origin.git").install();
            repo
        }
        "two services" => services(world),
        "expand and contract" => expand_and_contract(world),
        _ => panic!("there is no scene `{name}`"),
    }
}

/// A clone with the hooks, and these migrations on the shared `main` and on a branch of its own.
fn feature(world: &World, published: &[Migration], new: &[Migration]) -> Repo {
    on_main(world, published);
    let repo = clone(world);
    repo.install();
    repo.git(&["switch", "-qc", "feature"]);
    for migration in new {
        commit(&repo, *migration);
    }
    repo
}

/// Puts a colleague's migration on the shared `main`.
fn land(world: &World, migration: Migration) {
    let main = world.main();
    commit(&main, migration);
    main.publish();
}

/// A history in which a merge added a head, and a later commit repaired it.
fn past_fork(world: &World) -> Repo {
    on_main(world, &[ACCOUNT]);
    let repo = clone(world);
    let merge = |repo: &Repo, branch: &str, title: &str| {
        repo.switch("main");
        repo.git(&["merge", "-q", "--no-ff", "-m", title, branch]);
    };
    let on = |day: &str| {
        let date = format!("{day}T09:14:00Z");
        repo.with("GIT_AUTHOR_DATE", &date).with("GIT_COMMITTER_DATE", &date)
    };
    for (branch, migration) in [("add-phone", PHONE), ("add-email", EMAIL)] {
        repo.branch(branch, "origin/main");
        commit(&on("2026-03-02"), migration);
    }
    merge(&on("2026-03-03"), "add-phone", "Merge pull request #41 from ben/add-phone");
    merge(&on("2026-03-06"), "add-email", "Merge pull request #42 from ann/add-email");
    let re_pointed = Migration(EMAIL.0, EMAIL.1, &["8c27e05f61b3"]);
    commit_as(&on("2026-03-09"), re_pointed, "Fix the deploy");
    commit(&on("2026-03-10"), CITY);
    repo
}

/// Two applications in one repository; a push is stale in one of them.
fn services(world: &World) -> Repo {
    let first = world.repository("first");
    first.git(&["remote", "add", "origin", &world.url("origin.git")]);
    for service in ["billing", "users"] {
        set_up(&first.below(service));
    }
    first.commit("Set up Alembic");
    let billing = |repo: &Repo| repo.below("billing");
    commit(&billing(&first), ACCOUNT);
    commit(&first.below("users"), Migration("2f9d6c81e5a4", ACCOUNT.1, &[]));
    first.publish();
    let repo = clone(world);
    repo.install();
    repo.git(&["switch", "-qc", "feature"]);
    commit(&billing(&repo), EMAIL);
    let main = world.main();
    commit(&billing(&main), PHONE);
    main.publish();
    repo
}

/// A history with a label for each of two lines.
fn expand_and_contract(world: &World) -> Repo {
    let repo = feature(world, &[ACCOUNT], &[]);
    for (migration, label) in [(PHONE, "expand"), (EMAIL, "contract")] {
        let labelled = source(migration)
            .replace("branch_labels = None", &format!("branch_labels = (\"{label}\",)"));
        repo.write(&path(migration), &labelled).commit(migration.1);
    }
    repo
}

/// Puts an application with these migrations on the shared `main`.
fn on_main(world: &World, migrations: &[Migration]) {
    let first = world.repository("first");
    first.git(&["remote", "add", "origin", &world.url("origin.git")]);
    set_up(&first);
    first.commit("Set up Alembic");
    for migration in migrations {
        commit(&first, *migration);
    }
    first.publish();
}

fn clone(world: &World) -> Repo {
    let (source, target) = (world.url("origin.git"), world.url("shop"));
    world.at(".").git(&["clone", "-q", &source, &target]);
    world.at("shop")
}

/// Writes the files of an Alembic environment.
fn set_up(repo: &Repo) {
    repo.write("alembic.ini", "[alembic]\nscript_location = %(here)s/migrations\n");
    repo.write("migrations/env.py", ENV_PY).write("migrations/script.py.mako", TEMPLATE);
    repo.write(".gitignore", "app.db\n__pycache__/\n");
}

fn commit(repo: &Repo, migration: Migration) {
    commit_as(repo, migration, migration.1);
}

fn commit_as(repo: &Repo, migration: Migration, title: &str) {
    repo.write(&path(migration), &source(migration)).commit(title);
}

fn path(Migration(id, message, _): Migration) -> String {
    format!("migrations/versions/{id}_{}.py", message.replace(' ', "_"))
}

/// Returns the file that `alembic revision` would write.
fn source(Migration(id, message, parents): Migration) -> String {
    let parent = match parents {
        [] => "None".to_owned(),
        [one] => format!("{one:?}"),
        several => format!(
            "({})",
            several.iter().map(|one| format!("{one:?}")).collect::<Vec<_>>().join(", ")
        ),
    };
    let word = message.rsplit(' ').next().unwrap_or_default();
    let (up, down) = if parents.is_empty() {
        (
            format!(
                "op.create_table(\"{word}\", sa.Column(\"id\", sa.Integer(), primary_key=True))"
            ),
            format!("op.drop_table(\"{word}\")"),
        )
    } else {
        (
            format!("op.add_column(\"account\", sa.Column(\"{word}\", sa.String()))"),
            format!("op.drop_column(\"account\", \"{word}\")"),
        )
    };
    format!(
        "\"\"\"{message}\n\nRevision ID: {id}\nRevises: {}\nCreate Date: 2026-11-02 09:14:00.000000\n\n\"\"\"\n\
         from typing import Sequence, Union\n\nfrom alembic import op\nimport sqlalchemy as sa\n\n\
         revision: str = \"{id}\"\n\
         down_revision: Union[str, Sequence[str], None] = {parent}\n\
         branch_labels: Union[str, Sequence[str], None] = None\n\
         depends_on: Union[str, Sequence[str], None] = None\n\n\n\
         def upgrade() -> None:\n    {up}\n\n\ndef downgrade() -> None:\n    {down}\n",
        parents.join(", ")
    )
}

/// Returns the same repository, in which the Alembic of the tests is on `PATH`.
fn with_alembic(repo: &Repo) -> Repo {
    let python = prerequisites::python().expect("the test has asked for it");
    let own = repo.command("sh");
    let path = own
        .get_envs()
        .find_map(|(name, value)| (name == "PATH").then_some(value?))
        .expect("PATH is set");
    let folders = [python.parent().expect("a program is in a folder").to_owned()];
    let path =
        env::join_paths(folders.into_iter().chain(env::split_paths(path))).expect("plain paths");
    repo.with("PATH", path.to_str().expect("a plain path")).with("PYTHONDONTWRITEBYTECODE", "1")
}
