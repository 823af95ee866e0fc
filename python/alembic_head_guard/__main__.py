"""Runs the program: ``python -m alembic_head_guard``."""

import os
import sys
import sysconfig

PROGRAM = "alembic-head-guard"


def folders():
    """Yields the folders in which pip, uv or pipx may have put the program."""
    yield sysconfig.get_path("scripts")
    # `pip install --user`
    yield sysconfig.get_path("scripts", f"{os.name}_user")
    # `pip install --target` and `--prefix`
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    yield os.path.join(package, "bin")
    yield os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(package))), "bin")


def main():
    for folder in folders():
        program = os.path.join(folder, PROGRAM)
        if os.path.isfile(program):
            os.execv(program, [program, *sys.argv[1:]])
    sys.exit(f"{PROGRAM}: the program is missing; reinstall the package")


if __name__ == "__main__":
    main()
