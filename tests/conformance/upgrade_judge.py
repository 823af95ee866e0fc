"""Says whether `alembic upgrade heads` works, and which revisions it loads.

Each line of standard input is a JSON object: the files of a repository, and the ways to run Alembic in it,
each a current directory, an ini file, a section, and whether Flask-Migrate runs it. Each line of standard
output is the answer: for each way the revisions, or why it fails.
"""

import importlib
import io
import json
import os
import shutil
import sys
import tempfile
import warnings
from contextlib import redirect_stdout
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

sys.dont_write_bytecode = True
warnings.simplefilter("ignore")


def answer(root, question):
    shutil.rmtree(root, ignore_errors=True)
    for path, content in question["files"].items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    return [run(root, *way) for way in question["ways"]]


def run(root, folder, ini, section, is_flask):
    (root / folder).mkdir(parents=True, exist_ok=True)
    os.chdir(root / folder)
    path = list(sys.path)
    sys.path.insert(0, str(root / folder))
    importlib.invalidate_caches()
    try:
        with redirect_stdout(io.StringIO()):
            if is_flask:
                # `flask_migrate._Config`, as `Migrate.get_config` makes it.
                config = Config(ini)
                config.set_main_option("script_location", os.path.dirname(ini))
            else:
                config = Config(ini, toml_file="pyproject.toml", ini_section=section)
            command.upgrade(config, "heads")
        revisions = ScriptDirectory.from_config(config).walk_revisions()
        return {"revisions": sorted(script.revision for script in revisions), "error": None}
    except BaseException as error:
        return {"revisions": [], "error": f"{type(error).__name__}: {error}"}
    finally:
        sys.path[:] = path
        os.chdir("/")


with tempfile.TemporaryDirectory() as name:
    for line in sys.stdin:
        print(json.dumps(answer(Path(name, "repository").resolve(), json.loads(line))), flush=True)
