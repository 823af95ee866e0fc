"""Says what Alembic takes from one migration, which it really loads.

Each line of standard input is a JSON object: the name of a file and its bytes, one character a byte.
Each line of standard output is the answer.
"""

import importlib.abc
import importlib.machinery
import io
import json
import signal
import sys
import tempfile
import warnings
from pathlib import Path

from alembic import util
from alembic.script import Script, ScriptDirectory
from alembic.util import to_tuple

sys.dont_write_bytecode = True
warnings.simplefilter("ignore")

PATIENCE = 1.0
NAMES = ("revision", "down_revision", "branch_labels", "depends_on")
# Modules that migrations import and nobody has installed.
STUBS = {"m", *NAMES, *(f"{name}.sub" for name in NAMES)}


class Stubs(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the stubs: packages that have all four names, `x`, and all of them to give away."""

    def find_spec(self, name, path=None, target=None):
        return importlib.machinery.ModuleSpec(name, self, is_package=True) if name in STUBS else None

    def exec_module(self, module):
        module.x = "stub"
        module.__all__ = ["x", *NAMES]
        for name in NAMES:
            setattr(module, name, f"stub {name}")


class RunFailed(Exception):
    """Loading the module ended in an exception."""


def load_python_file(dir_, filename):
    try:
        return really_load_python_file(dir_, filename)
    except BaseException as error:
        raise RunFailed(f"{type(error).__name__}: {error}") from error


def answer(folder, question):
    path = folder / question["name"]
    path.write_bytes(question["source"].encode("latin-1"))
    names = set(sys.modules)
    stdout, sys.stdout = sys.stdout, io.StringIO()
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    try:
        return judge(path)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        sys.stdout = stdout
        path.unlink()
        for name in set(sys.modules) & (STUBS - names):
            del sys.modules[name]


def judge(path):
    try:
        compile(path.read_bytes(), path, "exec", dont_inherit=True)
    except Exception as error:
        return failure("compile", f"{type(error).__name__}: {error}")
    try:
        script = Script._from_path(directory, path)
        # The map of revisions takes all of these for its keys.
        hash((script.revision, down_revision(script), dependencies(script), labels(script)))
    except RunFailed as error:
        return failure("run", str(error))
    except Exception as error:
        return failure("script", f"{type(error).__name__}: {error}")
    return {
        "stage": None,
        "error": None,
        "revision": shown(script.revision),
        "down_revision": [shown(item) for item in down_revision(script)],
        "branch_labels": [shown(item) for item in labels(script)],
        "depends_on": [shown(item) for item in dependencies(script)],
        "stated": [name for name in NAMES if hasattr(script.module, name)],
    }


def failure(stage, error):
    nothing = {name: [] for name in NAMES[1:]}
    error = error.encode("utf-8", "backslashreplace").decode()
    return {"stage": stage, "error": error, "revision": "", "stated": [], **nothing}


def down_revision(script):
    return script._versioned_down_revisions


def dependencies(script):
    return to_tuple(script.dependencies, default=())


def labels(script):
    return script._orig_branch_labels


def shown(value):
    """Writes a string behind a quote, so that nothing else looks like one."""
    text = f"'{value}" if isinstance(value, str) else f"not a string: {value!r}"
    return text.encode("utf-8", "backslashreplace").decode()


def give_up(_signal, _frame):
    raise TimeoutError("the module does not end")


really_load_python_file = util.load_python_file
util.load_python_file = load_python_file
sys.meta_path.append(Stubs())
signal.signal(signal.SIGALRM, give_up)
with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    directory = ScriptDirectory(name)
    for line in sys.stdin:
        verdict = answer(folder, json.loads(line))
        print(json.dumps({**verdict, "minor": sys.version_info.minor}), flush=True)
