"""Makes environments of several databases with two heads each, and upgrades them.

usage: several_judge.py FOLDER init
       several_judge.py FOLDER upgrade

`init` makes one folder by each template for several databases; each line of standard output is the name
of one. `upgrade` brings all of their databases to the head; each line of standard output is the name of
a folder and what its databases then say that they are at.
"""

import json
import logging
import os
import sqlite3
import sys
from pathlib import Path

import flask_migrate
from alembic import command
from alembic.config import Config
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

logging.disable()
sys.dont_write_bytecode = True
top = Path(sys.argv[1]).resolve()
os.chdir(top)
# What the commands print is no answer.
stdout, sys.stdout = sys.stdout, open(os.devnull, "w")


def alembic_folder(step):
    folder = Path("multidb")
    ini = folder / "alembic.ini"
    if step == "init":
        folder.mkdir()
        command.init(Config(ini), str(folder / "migrations"), template="multidb")
        text = ini.read_text()
        for name, url in (("second", "driver://user:pass@localhost/dbname2"), ("first", "driver://user:pass@localhost/dbname")):
            text = text.replace(url, f"sqlite:///{folder}/{name}.db")
        ini.write_text(text)
        heads(lambda **options: command.revision(Config(ini), **options))
    else:
        command.upgrade(Config(ini), "head")
    answer(folder)


def flask_folder(template, step):
    folder = Path(template)
    folder.mkdir(exist_ok=True)
    app = Flask(template)
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{top / folder}/first.db"
    app.config["SQLALCHEMY_BINDS"] = {"second": f"sqlite:///{top / folder}/second.db"}
    flask_migrate.Migrate(app, SQLAlchemy(app), directory=f"{folder}/migrations")
    with app.app_context():
        if step == "init":
            flask_migrate.init(template=template)
            heads(lambda **options: flask_migrate.revision(**options))
        else:
            flask_migrate.upgrade()
    answer(folder)


def heads(revision):
    revision(message="one", rev_id="one", head="base")
    revision(message="two", rev_id="two", head="base", splice=True)


def answer(folder):
    versions = {}
    for path in sorted(folder.glob("*.db")):
        rows = sqlite3.connect(path).execute("select version_num from alembic_version")
        versions[path.stem] = sorted(version for version, in rows)
    print(json.dumps([str(folder), versions]), file=stdout, flush=True)


alembic_folder(sys.argv[2])
# The asynchronous one asks for another Flask.
flask_folder("flask-multidb", sys.argv[2])
