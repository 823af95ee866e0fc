"""Makes an environment by each template of Flask-Migrate, and says what that takes from it.

usage: flask_judge.py FOLDER

Each line of standard output is the name of a template and what Alembic's `ScriptDirectory` holds when
`flask db` has read the configuration.
"""

import json
import logging
import os
import sys
from pathlib import Path

import flask_migrate
from alembic.script import ScriptDirectory
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

logging.disable()
top = Path(sys.argv[1]).resolve()
os.chdir(top)
app = Flask("app")
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
app.config["SQLALCHEMY_BINDS"] = {"second": "sqlite://"}
flask_migrate.Migrate(app, SQLAlchemy(app))
templates = Path(flask_migrate.__file__).parent / "templates"

with app.app_context():
    for template in sorted(path.name for path in templates.iterdir() if (path / "env.py").exists()):
        folder = f"{template}/migrations"
        # What the commands print is no answer.
        stdout, sys.stdout = sys.stdout, open(os.devnull, "w")
        flask_migrate.init(folder, template=template)
        flask_migrate.revision(folder, message="first")
        sys.stdout = stdout
        config = app.extensions["migrate"].migrate.get_config(folder)
        directory = ScriptDirectory.from_config(config)
        below = lambda path: str(Path(path).resolve().relative_to(top))
        taken = {
            "folder": below(directory.dir),
            "versions": [below(path) for path in directory._version_locations],
            "heads": directory.get_heads(),
        }
        print(json.dumps([template, taken]))
