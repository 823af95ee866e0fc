"""Runs the program: ``python -m alembic_head_guard``."""

import os
import sys
import sysconfig

PROGRAM = "alembic-head-guard"


def folders():
    """Yields the folders in which pip, uv or pipx may have put the program, those beside this package first."""
    packages = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    # `pip install --target`
    yield os.path.join(packages, "bin")
    # An environment, `--user` and `--prefix`: this is lib/pythonX.Y/site-packages.
    yield os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(packages))), "bin")
    yield sysconfig.get_path("scripts")


def main():
    for folder in folders():
        program = os.path.join(folder, PROGRAM)
        if os.path.isfile(program):
            os.execv(program, [program, *sys.argv[1:]])
    sys.exit(f"{PROGRAM}: the program is missing; reinstall the package")


if __name__ == "__main__":
    main()
