"""Runs `alembic`, `flask` and `python -c` as the programs do, in children of one process that has imported what
they import: most of a short command is that.

usage: forked.py FOLDER

Puts programs of these names into FOLDER, prints a line once they can be run, and ends when its standard input
does; FOLDER goes with it. A child has the arguments, the folder, the environment and the streams of its caller.
Python itself runs what it must be told of as it starts: other options, and other variables than this process has.
"""

import array
import atexit
import gc
import importlib
import marshal
import os
import select
import shutil
import signal
import socket
import sys
import traceback
import types

# What the programs import, and what their environments do.
PRELOADED = """
    alembic.autogenerate alembic.command alembic.config alembic.context alembic.ddl.sqlite flask.cli flask_migrate
    flask_sqlalchemy json logging.config psycopg sqlalchemy.dialects.postgresql.psycopg
    sqlalchemy.dialects.sqlite.pysqlite sqlite3
"""

CLIENT = """\
#!{interpreter} -SI
import _socket, marshal, posix, sys

name = sys.argv[0].rpartition("/")[2]
variables = {{name: value for name, value in posix.environ.items() if name.startswith(b"PYTHON")}}
if variables != {variables} or (name == "python" and sys.argv[1:2] != ["-c"]):
    posix.execv({programs!r} + "/" + name, [name] + sys.argv[1:])
server = _socket.socket(_socket.AF_UNIX)
server.connect({address!r})
streams = b"".join(stream.to_bytes(4, sys.byteorder) for stream in (0, 1, 2))
server.sendmsg([b"."], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, streams)])
server.sendall(marshal.dumps((name, sys.argv[1:], posix.environ, posix.getcwd())))
server.shutdown(_socket.SHUT_WR)
code = server.recv(1)
if not code:
    sys.exit(name + ": the child ended without a word")
posix._exit(code[0])
"""


def main(folder):
    for module in PRELOADED.split():
        importlib.import_module(module)
    address = os.path.join(folder, "socket")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen(64)
    write_clients(folder, address)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    # Pages that nobody collects stay shared.
    gc.freeze()
    print("ready", flush=True)
    while True:
        ready, _, _ = select.select([listener, sys.stdin], [], [])
        if sys.stdin in ready:
            shutil.rmtree(folder)
            return
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            child(connection)
        connection.close()


def write_clients(folder, address):
    variables = {name: value for name, value in os.environb.items() if name.startswith(b"PYTHON")}
    # The first line of a script ends the name of its program at a space.
    interpreter = os.path.join(folder, "interpreter")
    os.symlink(sys.executable, interpreter)
    client = CLIENT.format(
        interpreter=interpreter, programs=programs(), variables=variables, address=address
    )
    for name in ("alembic", "flask", "python"):
        path = os.path.join(folder, name)
        with open(path, "w") as file:
            file.write(client)
        os.chmod(path, 0o755)


def programs():
    return os.path.dirname(sys.executable)


def child(connection):
    """Becomes the program that was asked for, and tells the caller how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, passed, _, _ = connection.recvmsg(1, socket.CMSG_SPACE(12))
    streams = array.array("i", passed[0][2])
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    with connection.makefile("rb") as file:
        name, arguments, variables, folder = marshal.load(file)
    os.chdir(folder)
    os.environ.clear()
    os.environb.update(variables)
    importlib.invalidate_caches()
    code = ended(PROGRAMS[name], arguments)
    connection.sendall(bytes([code]))
    os._exit(0)


def ended(program, arguments):
    """Runs a program to its end as Python would, and returns the exit code."""
    code = 0
    try:
        program(arguments)
    except SystemExit as exit:
        code = exit.code or 0
        if not isinstance(code, int):
            print(code, file=sys.stderr)
            code = 1
    except BaseException:
        traceback.print_exc()
        code = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    return code & 0xFF


def alembic(arguments):
    sys.argv, sys.path[0] = [os.path.join(programs(), "alembic"), *arguments], programs()
    sys.exit(importlib.import_module("alembic.config").main())


def flask(arguments):
    sys.argv, sys.path[0] = [os.path.join(programs(), "flask"), *arguments], programs()
    sys.exit(importlib.import_module("flask.cli").main())


def python(arguments):
    sys.argv, sys.path[0] = ["-c", *arguments[2:]], ""
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    exec(compile(arguments[1], "<string>", "exec"), module.__dict__)


PROGRAMS = {"alembic": alembic, "flask": flask, "python": python}

main(sys.argv[1])
