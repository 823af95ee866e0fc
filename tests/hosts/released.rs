//! The guard as a team gets it from this repository, by `.pre-commit-hooks.yaml`.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::hosts::host::Host;
use crate::hosts::programs::cache;
use crate::hosts::readme::snippet;
use crate::hosts::team::{Team, heard};
use crate::support::prerequisites::{run, say, with};
use crate::support::world::{GUARD, Repo, World};

const MANIFEST: &str = ".pre-commit-hooks.yaml";

/// cargo really builds and installs what the manifest says, only not the whole of it.
#[test]
#[ignore = "needs hook managers"]
fn the_manifest_installs_a_hook_of_every_stage() {
    for host in [Host::PreCommit, Host::Prek] {
        with(host.folder(), |_| refuses_at_every_stage(host, write_stand_in));
    }
}

/// The same with all of it, which takes minutes the first time; prek would not share what cargo has built.
#[test]
#[ignore = "needs hook managers"]
fn the_whole_of_it_is_built() {
    let asked = env::var_os("ALEMBIC_GUARD_RUST_HOOK").or_else(|| env::var_os("CI"));
    if !asked.is_some_and(|asked| !asked.is_empty() && asked != "false" && asked != "0") {
        return say(
            "NOT CHECKED: the build by `language: rust`; ALEMBIC_GUARD_RUST_HOOK=1 asks for it",
        );
    }
    let host = Host::PreCommit;
    with(host.folder(), |_| refuses_at_every_stage(host, copy_tracked));
}

/// Installs from a repository with a release, which `fill` fills, and sees each stage refuse.
fn refuses_at_every_stage(host: Host, fill: impl Fn(&Repo)) {
    let released = World::empty();
    let repository = released.repository("alembic-guard");
    fill(&repository);
    repository.commit("release").git(&["tag", "v0.1.0"]);
    let url = released.url("alembic-guard");

    let team = Team::with(host, |_, repo| {
        let config = snippet("# .pre-commit-config.yaml");
        let here = config.replace("https://git.example/alembic-guard", &url);
        assert_ne!(here, config, "docs/hook-managers.md names another repository");
        repo.write(".pre-commit-config.yaml", &here);
    });
    let mine = with_cargo(&team.mine);
    host.install(&mine);

    mine.add("d(a)");
    let refused = ["error stale-down-revision at d:14"];
    heard(mine.push_it()).refused(&refused).says("passes only the first ref");
    mine.switch("main").fetch().merge("origin/main");
    heard(mine.run(&["merge", "--no-ff", "--no-edit", "feature"])).refused(&refused);
    mine.git(&["merge", "--abort"]);
    mine.stage("d(a)");
    heard(mine.run(&["commit", "-m", "more"])).refused(&refused);
}

/// Writes a package of that name whose program is the guard that these tests were built with.
fn write_stand_in(released: &Repo) {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join(MANIFEST);
    let manifest = fs::read_to_string(manifest).expect("it is in this repository");
    released.write(MANIFEST, &manifest).write(
        "Cargo.toml",
        "[package]\nname = \"alembic-guard\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    let program = format!(
        "use std::os::unix::process::CommandExt;\n\n\
         fn main() {{\n    \
             let arguments = std::env::args_os().skip(1);\n    \
             let error = std::process::Command::new({GUARD:?}).args(arguments).exec();\n    \
             panic!(\"{{error}}\");\n\
         }}\n"
    );
    released.write("src/main.rs", &program);
}

/// Lets cargo work where no developer is at home: with the tool chain of these tests, in little time.
fn with_cargo(repo: &Repo) -> Repo {
    let home = env::var("HOME").unwrap_or_default();
    let cargo = env::var("CARGO").expect("cargo runs the tests");
    let bin = Path::new(&cargo).parent().expect("a program has a folder");
    let path = repo.command("sh").arg("-c").arg("printf %s \"$PATH\"").output().expect("sh runs");
    let path = format!("{}:{}", bin.display(), String::from_utf8_lossy(&path.stdout));
    let or = |name: &str, default: String| env::var(name).unwrap_or(default);
    repo.with("PATH", &path)
        .with("CARGO_HOME", &or("CARGO_HOME", format!("{home}/.cargo")))
        .with("RUSTUP_HOME", &or("RUSTUP_HOME", format!("{home}/.rustup")))
        .with("CARGO_TARGET_DIR", cache().join("cargo").to_str().expect("a plain path"))
        .with("CARGO_PROFILE_RELEASE_LTO", "off")
        .with("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
        .with("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
}

/// Copies what git tracks of this repository, as it is on the disk.
fn copy_tracked(released: &Repo) {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let listed = run(Command::new("git").current_dir(top).args(["ls-files", "-z"]));
    for path in listed.expect("this is a repository").split_terminator('\0') {
        let target = released.top.join(path);
        fs::create_dir_all(target.parent().expect("it is in a folder"))
            .expect("folders can be made");
        fs::copy(top.join(path), target).expect("what is tracked is there");
    }
}
