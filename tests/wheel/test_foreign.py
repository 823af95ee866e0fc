"""Beside PyPI's `alembic-guard`, a linter whose command has the name of our alias."""

from world import World, tools


class Foreign(World):
    """One environment with both packages; the linter writes down each of its runs."""

    def setUp(self):
        super().setUp()
        self.mine = self.clone()
        self.programs = self.venv()
        self.activate(self.programs)
        self.record = self.root / "linter ran"

    def install(self, package):
        self.run_here("pip", "install", "-q", package)
        if package == "alembic-guard":
            (cli,) = (self.programs.parent / "lib").glob("python*/site-packages/alembic_guard/cli.py")
            cli.write_text(f"def main():\n    open({str(self.record)!r}, 'a').write('x')\n")
            self.run_here("alembic-guard")
            self.assertTrue(self.record.exists(), "the recorder works")
            self.record.unlink()

    def uninstall(self, package):
        self.run_here("pip", "uninstall", "-q", "-y", package)

    def works(self):
        """Our hooks refuse a stale push, and what they print runs."""
        self.run_in(self.mine, "alembic-head-guard", "hook", "install")
        said = self.refused(self.mine)
        self.assertIn("alembic-head-guard rebase --stage", said)
        self.run_in(self.mine, "alembic-head-guard", "graph")
        self.assertEqual(self.attempt("alembic-head-guard", "hook", "status", cwd=self.mine)[0], 0)
        self.run_in(self.mine, "python", "-m", "alembic_head_guard", "--version")
        self.never_ran()

    def never_ran(self):
        self.assertFalse(self.record.exists(), "the linter was called")

    def is_named(self, expected):
        for command in ("install", "status"):
            said = self.run_in(self.mine, "alembic-head-guard", "hook", command)
            lines = [line for line in said.splitlines() if "is another program" in line]
            if expected:
                self.assertEqual(len(lines), 1, said)
                self.assertIn(f"`{self.programs}/alembic-guard`", lines[0])
                self.assertIn("`alembic-head-guard`", lines[0])
            else:
                self.assertEqual(lines, [], said)
        self.never_ran()

    def test_the_linter_comes_second_and_goes_first(self):
        self.install("alembic-head-guard")
        self.is_named(False)
        self.install("alembic-guard")
        self.works()
        self.is_named(True)
        self.uninstall("alembic-guard")
        self.works()
        self.is_named(False)

    def test_the_linter_comes_first_and_goes_last(self):
        self.install("alembic-guard")
        self.install("alembic-head-guard")
        self.works()
        # The wheel's alias has taken the place of the linter's command, as pip does without a word.
        self.is_named(False)
        self.uninstall("alembic-head-guard")
        self.refuses_to_push_without_the_program()

    def test_the_linter_comes_second_and_goes_last(self):
        self.install("alembic-head-guard")
        self.run_in(self.mine, "alembic-head-guard", "hook", "install")
        self.install("alembic-guard")
        self.uninstall("alembic-head-guard")
        self.refuses_to_push_without_the_program()

    def test_a_linter_that_is_left_on_path_stands_in_for_nothing(self):
        self.install("alembic-head-guard")
        self.run_in(self.mine, "alembic-head-guard", "hook", "install")
        self.uninstall("alembic-head-guard")
        self.install("alembic-guard")
        self.refuses_to_push_without_the_program()

    def refuses_to_push_without_the_program(self):
        code, said = self.push(self.mine)
        self.assertNotEqual(code, 0, said)
        self.assertIn("no program at", said)
        self.assertIn("alembic-head-guard hook install", said)
        self.never_ran()

    def test_uv_brings_both(self):
        for packages in (["alembic-guard", "alembic-head-guard"], ["alembic-head-guard", "alembic-guard"]):
            with self.subTest(packages):
                for package in packages:
                    self.run_here(
                        tools() / "uv", "pip", "install", "--reinstall", "--python", self.programs / "python", package
                    )
                self.run_in(self.mine, "alembic-head-guard", "hook", "install")
                self.refused(self.mine)
