"""Says which heads Alembic finds in a work tree.

Each line of standard input is a JSON object: `folder`, the work tree, and for one without `alembic.ini`
the `version_locations` and whether they are `recursive`. Each line of standard output is the answer. The
process lives on between them, since importing Alembic takes longer than all else.
"""

import json
import os
import sys
import warnings

from alembic.config import Config
from alembic.script import ScriptDirectory

sys.dont_write_bytecode = True
warnings.simplefilter("ignore")


def directory(question):
    os.chdir(question["folder"])
    if os.path.exists("alembic.ini"):
        return ScriptDirectory.from_config(Config("alembic.ini"))
    return ScriptDirectory(
        ".",
        version_locations=question["version_locations"],
        recursive_version_locations=question["recursive"],
    )


def answer(question):
    try:
        return {"heads": sorted(directory(question).get_heads()), "error": None}
    except Exception as error:
        return {"heads": [], "error": f"{type(error).__name__}: {error}"}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
