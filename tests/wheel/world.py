"""A machine without a compiler: an index of wheels, programs that install from it, repositories.

``.ci/wheel`` has to have filled ``dist``. What pip brings stays in ``target/wheel-tests``.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent
KEPT = TOP / "target" / "wheel-tests"
VERSION = re.search(r'^version = "(.*)"', (TOP / "Cargo.toml").read_text(), re.MULTILINE)[1]
PYTHON = os.path.realpath(sys.executable)

# Whatever could build the program.
COMPILERS = re.compile(r"(.*-)?(cc|c89|c99|gcc|g\+\+|c\+\+|cpp|clang|clang\+\+|ld|rustc|cargo|rustup)(-[\d.]+)?$")


def run(*command, **options):
    """Runs a command that must succeed and returns what it printed."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}"
    return done.stdout


def kept(name, lists, fill):
    """Returns a folder that `fill` filled by these lists, in this run or in an earlier one."""
    folder, wanted = KEPT / name, "".join((HERE / name).read_text() for name in lists)
    done = folder / "complete"
    if not done.is_file() or done.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        fill(folder)
        done.write_text(wanted)
    return folder


def tools():
    """Returns the folder of the programs in requirements.txt."""

    def fill(folder):
        run(PYTHON, "-m", "venv", str(folder))
        run(str(folder / "bin/pip"), "install", "-q", "-r", str(HERE / "requirements.txt"))

    return kept("tools", ["requirements.txt", "../hosts/requirements.txt"], fill) / "bin"


def index():
    """Returns a folder with the wheel and all else that may be installed."""
    download = [PYTHON, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:"]
    folder = kept("index", ["index.txt"], lambda to: run(*download, "-d", str(to), "-r", str(HERE / "index.txt")))
    for old in folder.glob("alembic_head_guard-*"):
        old.unlink()
    shutil.copy(wheel(), folder)
    return folder


def wheel():
    """Returns the wheel that .ci/wheel built."""
    found = list((TOP / "dist").glob("alembic_head_guard-*.whl"))
    assert len(found) == 1, f".ci/wheel has not built one wheel: {found}"
    return found[0]


def programs_without_compilers(folder):
    """Fills a folder with links to the machine's programs and this Python, but no compiler."""
    folder.mkdir()
    for source in (Path("/bin"), Path("/usr/bin"), Path("/usr/local/bin")):
        for program in source.iterdir():
            link = folder / program.name
            if not COMPILERS.match(program.name) and not link.is_symlink() and "python" not in program.name:
                link.symlink_to(program)
    # By a link, Python would not find its library.
    (folder / "python3").write_text(f'#!/bin/sh\nexec {shlex.quote(PYTHON)} "$@"\n')
    (folder / "python3").chmod(0o755)
    for program in ("cargo", "rustc", "cc", "gcc"):
        assert shutil.which(program, path=str(folder)) is None, program
    return folder


class World(unittest.TestCase):
    """A home, and programs without a compiler on PATH; nothing can be had but from the index."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="guard wheel ")
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name).resolve()
        self.home = self.root / "home"
        self.home.mkdir()
        links = str(index())
        self.path = [str(programs_without_compilers(self.root / "programs"))]
        self.variables = {
            "HOME": str(self.home),
            "LC_ALL": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_AUTHOR_NAME": "A",
            "GIT_AUTHOR_EMAIL": "a@example.com",
            "GIT_COMMITTER_NAME": "A",
            "GIT_COMMITTER_EMAIL": "a@example.com",
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": links,
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "UV_NO_INDEX": "1",
            "UV_OFFLINE": "1",
            "UV_FIND_LINKS": links,
            "UV_PYTHON": PYTHON,
            "UV_PYTHON_DOWNLOADS": "never",
        }

    def environment(self, **more):
        return {**self.variables, "PATH": ":".join(self.path), **more}

    def attempt(self, *command, cwd=None, **more):
        """Runs a command; returns its exit code and all that it printed."""
        done = subprocess.run(
            [str(word) for word in command],
            cwd=cwd or self.root,
            env=self.environment(**more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return done.returncode, done.stdout

    def run_in(self, cwd, *command, **more):
        """Runs a command in a folder, which must succeed."""
        code, said = self.attempt(*command, cwd=cwd, **more)
        self.assertEqual(code, 0, f"{command}: {said}")
        return said

    def run_here(self, *command, **more):
        return self.run_in(self.root, *command, **more)

    def venv(self, *packages, name="venv"):
        """Makes a virtual environment with these packages; returns its folder of programs."""
        venv = self.root / name
        self.run_here("python3", "-m", "venv", venv)
        if packages:
            self.run_here(venv / "bin/pip", "install", "-q", *packages)
        return venv / "bin"

    def activate(self, folder):
        """Puts a folder in front of PATH."""
        self.path.insert(0, str(folder))

    def clone(self, files=()):
        """Makes a repository whose `main` has moved on, and a clone with a stale migration on `feature`.

        The clone does not have the newest `main`. `files` are on `main` from the start.
        """
        origin, theirs, mine = (self.root / name for name in ("origin.git", "theirs", "mine"))
        self.run_here("git", "init", "-q", "--bare", "-b", "main", origin)
        self.run_here("git", "clone", "-q", origin, theirs)
        self.run_in(theirs, "git", "symbolic-ref", "HEAD", "refs/heads/main")
        write(theirs / "alembic.ini", "[alembic]\nscript_location = migrations\n")
        write(theirs / "migrations/env.py", "from alembic import context\n")
        for path, text in dict(files).items():
            write(theirs / path, text)
        self.commit(theirs, "a", None)
        self.run_in(theirs, "git", "push", "-q", "origin", "main")
        self.run_here("git", "clone", "-q", origin, mine)
        self.commit(theirs, "b", "a")
        self.run_in(theirs, "git", "push", "-q", "origin", "main")
        self.run_in(mine, "git", "switch", "-qc", "feature")
        self.commit(mine, "d", "a")
        return mine

    def commit(self, repository, revision, parent):
        """Commits a migration past all hooks."""
        text = f"revision = {revision!r}\ndown_revision = {parent!r}\n"
        write(repository / f"migrations/versions/{revision}_.py", text)
        self.run_in(repository, "git", "add", ".")
        self.run_in(repository, "git", "commit", "-q", "--no-verify", "-m", revision)

    def push(self, repository, **more):
        return self.attempt("git", "push", "origin", "HEAD:feature", cwd=repository, **more)

    def refused(self, repository, **more):
        """Pushes, which must be refused as stale; returns what was printed."""
        code, said = self.push(repository, **more)
        self.assertNotEqual(code, 0, said)
        self.assertIn("stale-down-revision", said)
        return said


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def printed_command(said, start):
    """Returns the first printed command with these words, after the name of the program."""
    lines = (line.strip() for line in said.splitlines())
    return next(line for line in lines if start in line)
