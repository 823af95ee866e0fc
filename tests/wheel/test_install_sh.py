"""`install.sh` with the wheel and the real uv, pipx and venv."""

import shutil

from world import TOP, VERSION, World, tools, wheel


class InstallSh(World):
    def install(self, *programs):
        """Runs a copy of the script beside a `dist`, with these installers on PATH."""
        source, bin = self.root / "source", self.root / "installers"
        shutil.rmtree(source, ignore_errors=True)
        shutil.rmtree(bin, ignore_errors=True)
        bin.mkdir()
        for program in programs:
            (bin / program).symlink_to(tools() / program)
        (source / "dist").mkdir(parents=True)
        for path in ("install.sh", "Cargo.toml"):
            shutil.copy(TOP / path, source)
        shutil.copy(wheel(), source / "dist")
        path = ":".join([str(bin), f"{self.home}/.local/bin", *self.path])
        repository = self.root / "repository"
        self.run_here("git", "init", "-q", repository)
        said = self.run_here(source / "install.sh", repository, PATH=path)
        self.assertIn("$ alembic-head-guard -C", said)
        program = self.home / ".local/bin/alembic-head-guard"
        self.assertEqual(self.run_here(program, "--version"), f"alembic-guard {VERSION}\n")
        hook = (repository / ".git/hooks/pre-push").read_text()
        self.assertIn(f"\nguard='{program.resolve()}'\n", hook)
        return program.resolve()

    def test_uv_is_asked_first(self):
        for _again in range(2):
            self.assertIn("uv/tools", str(self.install("uv", "pipx")))

    def test_pipx_is_asked_next(self):
        for _again in range(2):
            self.assertIn("pipx", str(self.install("pipx")))

    def test_else_it_makes_an_environment(self):
        for _again in range(2):
            expected = self.home / ".local/share/alembic-head-guard/bin/alembic-head-guard"
            self.assertEqual(self.install(), expected)
