"""The wheel as pip, uv and pipx install it, where nothing could build it."""

import json
import time
import zipfile

from world import TOP, VERSION, World, index, printed_command, run, tools, wheel

# Bytes. Look for what grew before you raise it.
LARGEST = 6_000_000


class Contents(World):
    def test_it_is_small_and_holds_one_program_licences_and_an_sbom(self):
        self.assertLess(wheel().stat().st_size, LARGEST)
        with zipfile.ZipFile(wheel()) as archive:
            names = archive.namelist()
            data, info = (f"alembic_head_guard-{VERSION}.{kind}" for kind in ("data", "dist-info"))
            scripts = [name for name in names if name.startswith(f"{data}/")]
            self.assertEqual(
                sorted(scripts), [f"{data}/scripts/alembic-guard", f"{data}/scripts/alembic-head-guard"]
            )
            for licence in ("LICENSE", "LICENSE-APACHE", "LICENSE-MIT"):
                self.assertIn(f"{info}/licenses/{licence}", names)
            sbom = json.loads(archive.read(f"{info}/sboms/alembic-guard.cyclonedx.json"))
            parts = {part["name"] for part in sbom["components"]}
            self.assertLessEqual({"libgit2-sys", "rustpython-parser", "clap"}, parts)

    def test_no_symbol_is_newer_than_the_tag(self):
        if "manylinux" not in wheel().name:
            self.skipTest("not built for Linux")
        self.assertIn("manylinux2014", wheel().name)
        said = run(str(TOP / "target/tools/bin/auditwheel"), "show", str(wheel()))
        self.assertIn('"manylinux_2_17_', said.replace("\n", " "))


class Install(World):
    def test_from_pip_to_a_refused_push_and_away_again(self):
        mine = self.clone()
        programs = self.venv()
        self.activate(programs)
        before = hooks(mine)
        start = time.monotonic()
        self.run_here("pip", "install", "--no-index", "--find-links", index(), "alembic-head-guard")
        self.run_in(mine, "alembic-head-guard", "hook", "install")
        said = self.refused(mine)
        print(f"from pip to the refused push: {time.monotonic() - start:.1f} s")

        self.run_in(mine, "sh", "-c", "git fetch -q && git merge -q --no-ff --no-commit origin/main")
        rebase = printed_command(said, " rebase")
        self.assertEqual(rebase, "alembic-head-guard rebase --stage")
        self.run_in(mine, "sh", "-c", f"{rebase} && git commit -q --no-edit")
        code, said = self.push(mine)
        self.assertEqual(code, 0, said)

        self.run_in(mine, "alembic-head-guard", "hook", "uninstall")
        self.assertEqual(hooks(mine), before)

    def test_printed_commands_run_where_the_environment_is_not_activated(self):
        mine = self.clone()
        programs = self.venv("alembic-head-guard")
        self.run_in(mine, programs / "alembic-head-guard", "hook", "install")
        rebase = printed_command(self.refused(mine), " rebase")
        self.assertEqual(rebase, f"'{programs}/alembic-head-guard' rebase --stage")
        self.run_in(mine, "sh", "-c", "git fetch -q && git merge -q --no-ff --no-commit origin/main")
        self.run_in(mine, "sh", "-c", rebase)

    def test_every_way_to_call_it_is_the_same_program(self):
        programs = self.venv("alembic-head-guard")
        expected = self.run_here(programs / "alembic-head-guard", "--version")
        self.assertEqual(expected, f"alembic-guard {VERSION}\n")
        self.assertEqual(self.run_here(programs / "alembic-guard", "--version"), expected)
        self.assertEqual(self.run_in(programs, "sh", "alembic-guard", "--version"), expected)
        examples = self.run_here(programs / "alembic-head-guard", "--help")
        self.assertIn("\n  alembic-head-guard hook install ", examples)
        self.assertNotIn(" alembic-guard ", examples)
        module = [programs / "python", "-m", "alembic_head_guard"]
        self.assertEqual(self.run_here(*module, "--version"), expected)
        code, said = self.attempt(*module, "explain", "no such rule")
        self.assertEqual((code, "no such rule" in said), (2, True), said)

    def test_the_module_finds_the_program_beside_it(self):
        target = self.root / "target folder"
        self.run_here("python3", "-m", "pip", "install", "-q", "--target", target, "alembic-head-guard")
        said = self.run_here("python3", "-m", "alembic_head_guard", "--version", PYTHONPATH=str(target))
        self.assertEqual(said, f"alembic-guard {VERSION}\n")
        (target / "bin/alembic-head-guard").unlink()
        code, said = self.attempt("python3", "-m", "alembic_head_guard", PYTHONPATH=str(target))
        self.assertEqual((code, "the program is missing" in said), (1, True), said)

    def test_uv_and_pipx_link_both_names(self):
        commands = {
            "uv": [tools() / "uv", "tool", "install", "alembic-head-guard"],
            "pipx": [tools() / "pipx", "install", "alembic-head-guard"],
        }
        for name, command in commands.items():
            with self.subTest(name):
                self.run_here(*command)
                for program in ("alembic-head-guard", "alembic-guard"):
                    said = self.run_here(self.home / ".local/bin" / program, "--version")
                    self.assertEqual(said, f"alembic-guard {VERSION}\n")
                mine = self.root / f"repository of {name}"
                self.run_here("git", "init", "-q", mine)
                path = f"{self.home}/.local/bin:{self.path[0]}"
                self.run_in(mine, "alembic-head-guard", "hook", "install", PATH=path)
                code, said = self.attempt("alembic-head-guard", "hook", "status", cwd=mine, PATH=path)
                self.assertEqual(code, 0, said)
                uninstall = [command[0], *(["tool"] if name == "uv" else []), "uninstall", "alembic-head-guard"]
                self.run_here(*uninstall)
                self.assertFalse((self.home / ".local/bin/alembic-head-guard").is_symlink())

    def test_it_runs_without_being_installed(self):
        said = self.run_here(tools() / "uvx", "alembic-head-guard", "--version")
        self.assertIn(f"alembic-guard {VERSION}\n", said)
        said = self.run_here(tools() / "pipx", "run", "alembic-head-guard", "--version")
        self.assertIn(f"alembic-guard {VERSION}\n", said)


class Source(World):
    def test_the_sdist_has_all_that_a_build_needs(self):
        (sdist,) = (TOP / "dist").glob("alembic_head_guard-*.tar.gz")
        run("tar", "-xf", str(sdist), "-C", str(self.root))
        source = self.root / sdist.name.removesuffix(".tar.gz")
        for name in ("Cargo.lock", "packaging/scripts/alembic-guard", "python/alembic_head_guard/__main__.py"):
            self.assertTrue((source / name).is_file(), name)
        check = ["cargo", "check", "--quiet", "--locked", "--features", "wheel", "--bins"]
        run(*check, "--target-dir", str(TOP / "target"), cwd=source)


def hooks(repository):
    folder = repository / ".git/hooks"
    return sorted((path.name, path.read_bytes()) for path in folder.iterdir())
