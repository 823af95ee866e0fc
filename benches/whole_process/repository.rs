//! Repositories as teams have them: an application, a linear history of migrations, a remote.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// Files of the application around the migrations.
const SOURCES: usize = 500;

/// A clone whose index holds a new migration, with two branches that are ready to be pushed.
pub(crate) struct Repository {
    folder: TempDir,
    /// A commit whose migration builds on what main has moved past.
    pub(crate) stale: String,
    /// A commit that touches no migration.
    pub(crate) unrelated: String,
    /// The newest commit of main, which adds a migration.
    pub(crate) newest: String,
    /// The commit below that.
    pub(crate) before: String,
}

impl Repository {
    /// Makes a repository of so many migrations, at least two.
    pub(crate) fn make(migrations: usize) -> Repository {
        let mut repository = Repository {
            folder: tempfile::tempdir().expect("a temporary folder"),
            stale: String::new(),
            unrelated: String::new(),
            newest: String::new(),
            before: String::new(),
        };
        let remote = repository.folder.path().join("remote.git");
        fs::create_dir(repository.top()).expect("the folder is new");
        repository.git(&["init", "-q", "--bare", "-b", "main", "../remote.git"]);
        let mut import = Command::new("git");
        import.arg("-C").arg(&remote);
        import.args(["fast-import", "--quiet", "--done"]);
        feed(&mut import, &history(migrations));
        // What is imported is packed oldest first; a server hands out the newest whole.
        repository.git(&["--git-dir=../remote.git", "repack", "-adfq"]);
        repository.git(&["clone", "-q", "../remote.git", "."]);
        repository.newest = repository.git(&["rev-parse", "main"]);
        repository.before = repository.git(&["rev-parse", "main~"]);

        repository.git(&["switch", "-qc", "stale", "main~"]);
        repository.write_migration(migrations, migrations - 2);
        repository.stale = repository.commit("A migration on an old parent");
        repository.git(&["switch", "-qc", "unrelated", "main"]);
        fs::write(repository.top().join("src/part_0/file_0.py"), "changed = 1\n")
            .expect("the file can be written");
        repository.unrelated = repository.commit("Something else");
        repository.git(&["switch", "-qc", "topic", "main"]);
        repository.write_migration(migrations, migrations - 1);
        repository.git(&["add", "--all"]);
        repository
    }

    pub(crate) fn top(&self) -> PathBuf {
        self.folder.path().join("clone")
    }

    /// Returns a command that runs in the clone and sees none of the caller's settings.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.top())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("LC_ALL", "C")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .envs(["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"].map(|name| (name, "A")))
            .envs(["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"].map(|name| (name, "a@example.com")));
        command
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output = self.command("git").args(arguments).output();
        let output = output.expect("git runs");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {arguments:?}: {errors}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "-qm", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn write_migration(&self, number: usize, parent: usize) {
        let path = self.top().join(path(number));
        fs::write(path, migration(number, Some(parent))).expect("the file can be written");
    }
}

fn feed(command: &mut Command, input: &str) {
    let mut child = command.stdin(Stdio::piped()).spawn().expect("git runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(input.as_bytes()).expect("git reads it");
    drop(stdin);
    assert!(child.wait().expect("git ends").success());
}

/// Writes what `git fast-import` reads: the application, then a commit for each migration.
fn history(migrations: usize) -> String {
    let mut first = vec![
        (".alembic-guard.toml".to_owned(), "fetch = \"never\"\n".to_owned()),
        ("alembic.ini".to_owned(), "[alembic]\nscript_location = migrations\n".to_owned()),
        ("migrations/env.py".to_owned(), "from alembic import context\n".to_owned()),
        ("migrations/script.py.mako".to_owned(), "\"\"\"${message}\"\"\"\n".to_owned()),
    ];
    first.extend((0..SOURCES).map(|number| {
        let path = format!("src/part_{}/file_{number}.py", number / 20);
        (path, format!("value_{number} = {number}\n").repeat(40))
    }));
    let mut stream = String::new();
    commit(&mut stream, 0, &first);
    for number in 0..migrations {
        let text = migration(number, number.checked_sub(1));
        commit(&mut stream, number + 1, &[(path(number), text)]);
    }
    stream + "done\n"
}

fn commit(stream: &mut String, number: usize, files: &[(String, String)]) {
    let time = 1_600_000_000 + number * 3600;
    let message = format!("Change {number}");
    let mut header = format!(
        "commit refs/heads/main\ncommitter A <a@example.com> {time} +0000\ndata {}\n{message}\n",
        message.len()
    );
    for (path, text) in files {
        write!(header, "M 100644 inline {path}\ndata {}\n{text}\n", text.len())
            .expect("memory can be written");
    }
    stream.push_str(&header);
    stream.push('\n');
}

fn path(number: usize) -> String {
    format!("migrations/versions/{}_change_{number}.py", revision(number))
}

/// Spreads numbers over twelve hexadecimal digits, as Alembic's own revisions are.
fn revision(number: usize) -> String {
    let spread = (number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    format!("{:012x}", spread >> 16)
}

/// Writes a migration of about a kilobyte, as `alembic revision --autogenerate` does.
fn migration(number: usize, parent: Option<usize>) -> String {
    let parent = parent.map_or("None".to_owned(), |parent| format!("'{}'", revision(parent)));
    let this = revision(number);
    format!(
        r#""""change {number}

Revision ID: {this}
Revises: {parent}
Create Date: 2023-04-05 06:07:08.123456

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision: str = '{this}'
down_revision: Union[str, None] = {parent}
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.create_table(
        'table_{number}',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(length=255), nullable=False),
        sa.Column('created_at', sa.DateTime(), server_default=sa.text('now()'), nullable=True),
        sa.ForeignKeyConstraint(['id'], ['account.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id'),
    )
    op.create_index(op.f('ix_table_{number}_name'), 'table_{number}', ['name'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_table_{number}_name'), table_name='table_{number}')
    op.drop_table('table_{number}')
"#
    )
}
