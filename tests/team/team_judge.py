"""Says what Alembic makes of the trees of a git repository, and what becomes of databases.

Each line of standard input is a JSON object, each line of standard output its answer:

- `{"open": folder, "work": folder}`: the repository that the next questions are about, and a folder, which
  should be in memory, for the files of its trees.
- `{"commit": id}`: what Alembic loads from a commit or tree, and what an upgrade of an empty database does.
- `{"commit": id, "stops": true}`: the databases that `upgrade REVISION` makes, one for each revision.
- `{"commit": id, "databases": [...]}`: what `upgrade heads` makes of each of these databases.

A database is `{"rows": [...], "ran": [...]}`: what `alembic_version` holds, and each migration that ran, in
order, as often as it ran. The objects are read by one `git cat-file` that stays.
"""

import json
import os
import re
import signal
import subprocess
import sys
import warnings
from contextlib import contextmanager
from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

sys.dont_write_bytecode = True

PATIENCE = 2.0
WRITES = re.compile(r"insert into ran values \('([^']+)'\)")


class Repository:
    """The objects of a git repository."""

    def __init__(self, folder, work):
        self.work = work
        self.process = subprocess.Popen(
            ["git", "-C", folder, "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.blobs = {}
        self.trees = {}

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def read(self, name):
        self.process.stdin.write(name.encode() + b"\n")
        self.process.stdin.flush()
        _, kind, size = self.process.stdout.readline().split()
        content = self.process.stdout.read(int(size) + 1)[:-1]
        return kind, content

    def tree(self, name):
        """Returns the state of a commit or tree, made once for the same tree."""
        kind, content = self.read(name)
        if kind == b"commit":
            name = content[5:45].decode()
        if name not in self.trees:
            self.trees[name] = State(self, name)
        return self.trees[name]

    def files(self, tree, prefix=""):
        """Lists the files of a tree: their paths and the blobs that they are."""
        content = self.read(tree)[1]
        while content:
            head, rest = content.split(b"\0", 1)
            mode, name = head.split(b" ", 1)
            path, blob, content = prefix + name.decode(), rest[:20].hex(), rest[20:]
            if mode == b"40000":
                yield from self.files(blob, path + "/")
            else:
                yield path, blob

    def blob(self, blob):
        if blob not in self.blobs:
            self.blobs[blob] = self.read(blob)[1]
        return self.blobs[blob]


class State:
    """What one tree holds, as files of a folder and as Alembic loads them."""

    def __init__(self, repository, tree):
        self.files = dict(repository.files(tree))
        self.folder = os.path.join(repository.work, tree)
        for path, blob in self.files.items():
            file = Path(self.folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(repository.blob(blob))
        self.duplicates, self.error, self.script = [], None, None
        try:
            self.load()
        except Exception as error:
            self.error = f"{type(error).__name__}: {error}"
        self.end = None

    def load(self):
        self.enter()
        if not os.path.exists("alembic.ini") and not os.path.exists("pyproject.toml"):
            raise FileNotFoundError("no alembic.ini")
        with warnings.catch_warnings(record=True) as caught, patience():
            warnings.simplefilter("always")
            self.config = Config("alembic.ini", toml_file="pyproject.toml", attributes={"connection": CONNECTION})
            script = ScriptDirectory.from_config(self.config)
            script.get_heads()
        self.duplicates = sorted(
            re.match(r"Revision (\S+) is present", str(one.message))[1]
            for one in caught
            if "is present more than once" in str(one.message)
        )
        self.script = script

    def enter(self):
        os.makedirs(self.folder, exist_ok=True)
        os.chdir(self.folder)

    def facts(self):
        if self.end is None:
            self.end = self.upgraded(EMPTY)
        return {
            "error": self.error,
            "heads": [] if self.script is None else sorted(self.script.get_heads()),
            "revisions": {} if self.script is None else dict(self.revisions()),
            "duplicates": self.duplicates,
            "upgraded": self.end,
            "files": self.files,
        }

    def revisions(self):
        known = self.script.revision_map._revision_map.values()
        for script in (script for script in known if script is not None):
            path = os.path.relpath(os.path.realpath(script.path), os.path.realpath(self.folder))
            source = Path(script.path).read_text()
            yield script.revision, {
                "down_revision": list(script._versioned_down_revisions),
                "depends_on": list(script._resolved_dependencies),
                "path": path,
                "writes": sorted(set(WRITES.findall(source.split("def downgrade")[0]))),
            }

    def stops(self):
        if self.script is None:
            return []
        ends = [self.upgraded(EMPTY, revision) for revision in self.facts()["revisions"]]
        return [end["database"] for end in ends if end["error"] is None]

    def upgraded(self, database, revision="heads"):
        if self.error is not None:
            return {"error": self.error, "database": database}
        self.enter()
        put(database)
        try:
            with patience(), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self.upgrade(revision)
            return {"error": None, "database": taken()}
        except Exception as error:
            CONNECTION.rollback()
            return {"error": f"{type(error).__name__}: {error}".split("\n")[0], "database": taken()}

    def upgrade(self, revision):
        """Does what `alembic upgrade` does (alembic.command.upgrade), with files loaded already."""

        def plan(rows, _context):
            return self.script._upgrade_revs(revision, rows)

        with EnvironmentContext(self.config, self.script, fn=plan, destination_rev=revision):
            self.script.run_env()


EMPTY = {"rows": [], "ran": []}
CONNECTION = create_engine("sqlite://").connect()
CONNECTION.execute(text("create table alembic_version (version_num varchar(32) not null)"))
CONNECTION.execute(text("create table ran (id text)"))
CONNECTION.commit()


def put(database):
    for table, values in (("alembic_version", database["rows"]), ("ran", database["ran"])):
        CONNECTION.execute(text(f"delete from {table}"))
        if values:
            CONNECTION.execute(text(f"insert into {table} values (:it)"), [{"it": it} for it in values])
    CONNECTION.commit()


def taken():
    read = [CONNECTION.execute(text(f"select * from {table}")) for table in ("alembic_version", "ran")]
    rows, ran = ([it for (it,) in one] for one in read)
    CONNECTION.rollback()
    return {"rows": sorted(rows), "ran": ran}


@contextmanager
def patience():
    """Bounds what never ends on some cycles that Alembic does not notice, by its own time on the processor."""
    # What is raised while Python tidies up is lost, so it is raised again.
    signal.setitimer(signal.ITIMER_PROF, PATIENCE, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def give_up(_signal, _frame):
    raise TimeoutError("it does not end")


def answer(repository, question):
    state = repository.tree(question["commit"])
    if "databases" in question:
        return [state.upgraded(database) for database in question["databases"]]
    return state.stops() if "stops" in question else state.facts()


def main():
    signal.signal(signal.SIGPROF, give_up)
    repository = None
    for line in sys.stdin:
        question = json.loads(line)
        if "open" in question:
            if repository is not None:
                os.chdir("/")
                repository.close()
            repository = Repository(question["open"], question["work"])
            print("{}", flush=True)
        else:
            print(json.dumps(answer(repository, question)), flush=True)


main()
