"""Says what Alembic takes from configuration files.

Each line of standard input is a JSON object: the files of a repository (one character a byte), the ini
file and the pyproject.toml that Alembic is given, and the folders that it could be run in. Each line
of standard output is the answer: for each section, what `ScriptDirectory.from_config` comes to in
each folder.
"""

import configparser
import importlib
import json
import os
import sys
import tempfile
import warnings
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import coerce_resource_to_filename

sys.dont_write_bytecode = True
warnings.simplefilter("ignore")

LOCATIONS = ("script_location", "version_locations")
MAIN = "alembic"
PACKAGES = ("pkg", "lib", "own", "gone", "driver", "C", "{x}")


def answer(root, written, question):
    """Brings the folder to what the question says, and judges it."""
    for path in set(written) - set(question["files"]):
        (root / path).unlink()
        del written[path]
    for path, content in question["files"].items():
        if written.get(path) != content:
            written[path] = content
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content.encode("latin-1"))
    try:
        return judge(root, question)
    finally:
        os.chdir("/")


def judge(root, question):
    ini, toml = (root / question[key] if question[key] else None for key in ("ini", "toml"))
    parser = configparser.ConfigParser()
    try:
        parser.read([ini] if ini else [], encoding="utf-8")
    except Exception as error:
        return {"error": shown(error), "sections": []}
    names = [name for name in parser.sections() if states(parser, name)]
    # Flask-Migrate runs `[alembic]`, and makes it where it is not there.
    own = not names or parser.has_section(MAIN)
    if MAIN not in names and (MAIN in parser.sections() or toml or not names):
        names.append(MAIN)
    return {
        "error": None,
        "sections": [
            {
                "name": name,
                "is_there": parser.has_section(name),
                "states": name in parser.sections() and states(parser, name),
                "runs": [run(root, folder, ini if own else None, (ini, toml, name), question) for folder in question["folders"]],
            }
            for name in names
        ],
    }


def states(parser, section):
    """Tells whether a section itself says where migrations are."""
    return any(key in parser._sections[section] for key in LOCATIONS)


def run(root, folder, flask, arguments, question):
    ini, toml, section = arguments
    os.chdir(root / folder)
    path = list(sys.path)
    folders = [folder, *question["folders"]]
    sys.path[:0] = [str(root / folder / below) for folder in folders for below in ("", "src")]
    for name in [name for name in sys.modules if name.split(".")[0] in PACKAGES]:
        del sys.modules[name]
    importlib.invalidate_caches()
    answer = {"taken": None, "error": None, "versions": []}
    try:
        config = Config(ini or "alembic.ini", toml_file=toml, ini_section=section)
        stated = config.get_version_locations_list() or ()
        answer["versions"] = [version_folder(root, location) for location in stated]
        try:
            answer["taken"] = taken(root, config)
        except Exception as error:
            is_own = flask and (ini.parent / "env.py").is_file()
            if not is_own or "No 'script_location'" not in str(error):
                raise
            # Flask-Migrate gives the folder of the ini file.
            config.set_main_option("script_location", str(ini.parent).replace("%", "%%"))
            answer["taken"] = taken(root, config)
    except Exception as error:
        answer["error"] = shown(error)
    finally:
        sys.path[:] = path
    return answer


def version_folder(root, location):
    path = coerce_resource_to_filename(location).absolute()
    return {"folder": below(root, path), "exists": path.is_dir()}


def taken(root, config):
    directory = ScriptDirectory.from_config(config)
    folder = Path(directory.dir)
    return {
        "folder": below(root, folder),
        "holds": (folder / "env.py").is_file() or (folder / "versions").is_dir(),
        "versions": [below(root, location) for location in directory._version_locations],
        "recursive": directory.recursive_version_locations,
        "sourceless": directory.sourceless,
    }


def below(root, path):
    """Returns a path from the root, or nothing where it leads out of it."""
    path = path.resolve()
    return str(path.relative_to(root)) if path.is_relative_to(root) else None


def shown(error):
    return f"{type(error).__name__}: {error}".encode("utf-8", "backslashreplace").decode()


with tempfile.TemporaryDirectory() as name:
    root = Path(name, "repository").resolve()
    written = {}
    for line in sys.stdin:
        print(json.dumps(answer(root, written, json.loads(line))), flush=True)
