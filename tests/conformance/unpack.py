"""Unpacks from a wheel what an Alembic environment can consist of.

usage: unpack.py WHEEL FOLDER
"""

import sys
import zipfile

KINDS = (".py", ".ini", ".mako", ".toml", ".cfg")

wheel, folder = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    names = [name for name in archive.namelist() if name.endswith(KINDS)]
    archive.extractall(folder, names)
