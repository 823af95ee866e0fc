"""Says of every module of Python's own library whether Python compiles it.

Each line of standard output is a path and what the compiler says, as JSON.
"""

import json
import sysconfig
import warnings
from pathlib import Path

warnings.simplefilter("ignore")


def refusal(path):
    try:
        compile(path.read_bytes(), path, "exec", dont_inherit=True)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


for path in sorted(Path(sysconfig.get_path("stdlib")).rglob("*.py")):
    if "site-packages" not in path.parts:
        print(json.dumps([str(path), refusal(path)]))
