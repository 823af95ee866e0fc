"""Runs commands of Alembic on databases in memory.

Each line of standard input is a list of steps; each line of standard output what came of them. A step is
`{"files": {name: source}}`, which takes the place of all migrations, or `{"run": [argument, ...]}`, which
is a command line of `alembic`. The answer holds what `alembic_version` says and how often each revision has
run after each command, or why it failed. A migration that runs calls `ran(revision)`.
"""

import builtins
import io
import json
import logging
import os
import shutil
import sys
import tempfile
from collections import Counter

from alembic.config import CommandLine, Config
from sqlalchemy import create_engine, text
from sqlalchemy.pool import StaticPool

logging.disable()
sys.dont_write_bytecode = True
top = tempfile.mkdtemp()
versions = os.path.join(top, "versions")
with open(os.path.join(top, "env.py"), "w") as env:
    env.write(
        "from alembic import context\n"
        "context.configure(connection=context.config.attributes['connection'])\n"
        "with context.begin_transaction():\n"
        "    context.run_migrations()\n"
    )


def write(files):
    shutil.rmtree(versions, ignore_errors=True)
    os.mkdir(versions)
    for name, source in files.items():
        with open(os.path.join(versions, name), "w") as file:
            file.write(source)


counts = Counter()
builtins.ran = lambda revision: counts.update([revision])


def run(engine, arguments):
    options = CommandLine("alembic").parser.parse_args(arguments)
    config = Config(stdout=io.StringIO(), output_buffer=io.StringIO(), cmd_opts=options)
    config.set_main_option("script_location", top)
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        # `run_cmd` reports an error and exits.
        function, positional, keywords = options.cmd
        values = [getattr(options, name, None) for name in positional]
        function(config, *values, **{name: getattr(options, name, None) for name in keywords})


def answer(steps):
    engine = create_engine("sqlite://", poolclass=StaticPool)
    counts.clear()
    states = []
    for step in steps:
        if "files" in step:
            write(step["files"])
            continue
        try:
            run(engine, step["run"])
        except Exception as error:
            states.append({"error": f"{step['run']}: {error!r}"})
            break
        with engine.begin() as connection:
            rows = connection.execute(text("select version_num from alembic_version"))
            states.append({"stamps": sorted(row[0] for row in rows), "ran": dict(counts)})
    engine.dispose()
    return states


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
shutil.rmtree(top)
