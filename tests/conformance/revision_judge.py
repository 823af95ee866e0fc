"""Merges heads as `alembic merge` does, at a time that is given.

Each line of standard input is a JSON object: the files of a repository (one character a byte) with an
`alembic.ini`, and what to merge, or a file that somebody else has written in place of Alembic. Each
line of standard output is the answer: the file that Alembic writes, and what Alembic then loads. The
first line of standard output names the templates that Alembic and Flask-Migrate bring.
"""

import datetime
import json
import os
import sys
import tempfile
import types
import warnings
from pathlib import Path

import alembic
import flask_migrate
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory, base

sys.dont_write_bytecode = True
warnings.simplefilter("ignore")


class Clock(datetime.datetime):
    """A clock that shows one time."""

    @classmethod
    def now(cls, tz=None):
        seconds, microseconds = cls.instant
        return cls.fromtimestamp(seconds, tz).replace(microsecond=microseconds)


base.datetime = types.SimpleNamespace(datetime=Clock, timezone=datetime.timezone)


def answer(root, question):
    for path, content in question["files"].items():
        write(root, path, content)
    before = files(root)
    result = {"error": None, "path": None, "content": None}
    if question["written"]:
        write(root, *question["written"])
    else:
        Clock.instant = question["instant"]
        try:
            command.merge(config(root), question["parents"], message=question["message"], rev_id=question["id"])
        except Exception as error:
            result["error"] = shown(error)
        for path in files(root) - before:
            result["path"] = path
            result["content"] = (root / path).read_bytes().decode("latin-1")
    try:
        scripts = list(ScriptDirectory.from_config(config(root))._load_revisions())
        parents = [list(script._versioned_down_revisions) for script in scripts if script.revision == question["id"]]
        result["parents"] = parents[0] if parents else None
    except Exception as error:
        result["parents"] = None
        result["error"] = result["error"] or shown(error)
    return result


def config(root):
    return Config(root / "alembic.ini")


def write(root, path, content):
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(content.encode("latin-1"))


def files(root):
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def shown(error):
    return f"{type(error).__name__}: {error}".encode("utf-8", "backslashreplace").decode()


def templates():
    found = {}
    for package in (alembic, flask_migrate):
        for path in Path(package.__file__).parent.glob("templates/*/script.py.mako"):
            found[f"{package.__name__}/{path.parent.name}"] = path.read_bytes().decode("latin-1")
    return found


# What Alembic prints is no answer.
stdout, sys.stdout = sys.stdout, open(os.devnull, "w")
print(json.dumps(templates()), file=stdout, flush=True)
for line in sys.stdin:
    with tempfile.TemporaryDirectory() as name:
        print(json.dumps(answer(Path(name).resolve(), json.loads(line))), file=stdout, flush=True)
