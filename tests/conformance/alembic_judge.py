"""Says what Alembic makes of a folder of migrations.

Each line of standard input is a JSON object of file names and sources; each line of standard output
is the answer. The process lives on between them, since importing Alembic takes longer than all else.
"""

import json
import signal
import sys
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path

from alembic.runtime.migration import HeadMaintainer, MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import to_tuple
from sqlalchemy import create_engine

sys.dont_write_bytecode = True
warnings.simplefilter("ignore")

PATIENCE = 1.0
ENGINE = create_engine("sqlite://")


def judge(folder):
    directory = ScriptDirectory(str(folder))
    revision_map = directory.revision_map
    with patience():
        revision_map._revision_map
    known = revision_map._revision_map.values()
    scripts = {script.revision: script for script in known if script is not None}
    failure = upgrade_error(directory)
    return {
        "revisions": {
            revision: {
                "down_revision": sorted(set(script._versioned_down_revisions)),
                "depends_on": sorted(set(to_tuple(script.dependencies, default=()))),
                "labels": sorted(script.branch_labels),
            }
            for revision, script in scripts.items()
        },
        "heads": sorted(revision_map.heads),
        "real_heads": sorted(revision_map._real_heads),
        "bases": sorted(revision_map.bases),
        "error": None,
        "upgrade_error": failure,
        "stops": [] if failure else sorted(stops(directory, scripts)),
    }


def upgrade_error(directory):
    """Plans `upgrade heads` of an empty database, in which some faults show that loading lets pass."""
    try:
        with patience():
            directory._upgrade_revs("heads", ())
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


def stops(directory, scripts):
    """Finds where upgrades stop, among the revisions at which one database has several heads."""
    for revision, script in scripts.items():
        if len(script._all_down_revisions) > 1 and stops_at(directory, revision):
            yield revision


def stops_at(directory, revision):
    """Tells whether an upgrade of an empty database to a revision stops when it comes to it."""
    step = None
    with ENGINE.connect() as connection:
        context = MigrationContext.configure(connection)
        context._ensure_version_table()
        maintainer = HeadMaintainer(context, ())
        try:
            with patience():
                for step in directory._upgrade_revs(revision, ()):
                    maintainer.update_to_step(step)
        except KeyError:
            return step.revision.revision == revision
        except TimeoutError:
            return False
        finally:
            connection.rollback()
    return False


@contextmanager
def patience():
    """Bounds what never ends on some cycles that Alembic does not notice: to load them, or to plan."""
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def give_up(_signal, _frame):
    raise TimeoutError("it does not end")


def answer(folder, files):
    versions = folder / "versions"
    for file, source in files.items():
        versions.joinpath(file).write_text(source, encoding="utf-8")
    try:
        return judge(folder)
    except Exception as error:
        return {
            "revisions": {},
            "heads": [],
            "real_heads": [],
            "bases": [],
            "error": f"{type(error).__name__}: {error}",
            "upgrade_error": None,
            "stops": [],
        }
    finally:
        for file in files:
            versions.joinpath(file).unlink()


signal.signal(signal.SIGALRM, give_up)
with tempfile.TemporaryDirectory() as name:
    Path(name, "versions").mkdir()
    for line in sys.stdin:
        print(json.dumps(answer(Path(name), json.loads(line))), flush=True)
