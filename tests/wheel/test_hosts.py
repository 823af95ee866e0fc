"""The two ways in which pre-commit and prek install the wheel, and the way that needs Rust."""

import re
import shutil

from world import TOP, VERSION, World, run, tools

HOSTS = ("pre-commit", "prek")


def snippet(title):
    """Returns the block of docs/hook-managers.md that begins with this line."""
    blocks = re.findall(r"^```yaml\n(.*?)^```$", (TOP / "docs/hook-managers.md").read_text(), re.MULTILINE | re.DOTALL)
    return next(block for block in blocks if block.startswith(f"{title}\n"))


class Hosts(World):
    def hosted(self, host, config):
        """Makes a clone in which `host` runs what `config` says, of which nothing is installed yet."""
        shutil.rmtree(self.home)
        self.home.mkdir()
        for name in ("origin.git", "theirs", "mine"):
            shutil.rmtree(self.root / name, ignore_errors=True)
        mine = self.clone({".pre-commit-config.yaml": config})
        self.run_in(mine, tools() / host, "install")
        return mine

    def blocks_a_stale_push(self, host, config):
        mine = self.hosted(host, config)
        said = self.refused(mine)
        rebase = re.search(r"^\s*('/.*/alembic-head-guard' rebase --stage)$", said, re.MULTILINE)
        self.assertTrue(rebase, f"no command with an absolute path: {said}")
        self.run_in(mine, "sh", "-c", "git fetch -q && git merge -q --no-ff --no-commit origin/main")
        self.run_in(mine, "sh", "-c", f"{rebase[1]} && git commit -q --no-edit")
        code, said = self.push(mine)
        self.assertEqual(code, 0, said)

    def test_a_local_hook_installs_the_wheel(self):
        config = snippet("# .pre-commit-config.yaml, without Rust")
        self.assertIn(f"[alembic-head-guard=={VERSION}]", config, "docs/hook-managers.md names another version")
        for host in HOSTS:
            with self.subTest(host):
                self.blocks_a_stale_push(host, config)

    def repository(self, name, fill):
        """Makes a repository with a release that `fill` writes into a folder; returns its configuration."""
        folder = self.root / name
        self.run_here("git", "init", "-q", folder)
        fill(folder)
        self.run_in(folder, "git", "add", ".")
        self.run_in(folder, "git", "commit", "-qm", "release")
        self.run_in(folder, "git", "tag", f"v{VERSION}")
        return (
            "default_install_hook_types: [pre-commit, pre-merge-commit, pre-push]\n"
            f"repos:\n- repo: {folder}\n  rev: v{VERSION}\n  hooks:\n  - id: alembic-guard\n"
        )

    def test_the_mirror_installs_the_wheel(self):
        config = self.repository("mirror", lambda folder: run(str(TOP / ".ci/mirror"), str(folder)))
        for host in HOSTS:
            with self.subTest(host):
                self.blocks_a_stale_push(host, config)

    def test_python_on_the_source_needs_rust(self):
        def fill(folder):
            tracked = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=TOP).split("\0")
            for path in filter(None, tracked):
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(TOP / path, folder / path)

        config = self.repository("source", fill) + "    language: python\n    entry: alembic-head-guard hook hosted\n"
        for host in HOSTS:
            with self.subTest(host):
                # Without the variable, maturin asks for a package that downloads Rust.
                code, said = self.push(self.hosted(host, config), MATURIN_NO_INSTALL_RUST="1")
                self.assertNotEqual(code, 0, said)
                self.assertRegex(said, "(?i)cargo")
                self.assertNotIn("stale-down-revision", said)
