//! Which hooks folder is written to, and which only when told to.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use alembic_guard::advice;
use alembic_guard::hook::{self, Error, FolderDoubt};

use crate::hook_install::sandbox::{Repository, Sandbox, hermetic, hermetic_with, run};

fn doubts(repository: &Repository) -> Vec<FolderDoubt> {
    match repository.refusal() {
        Error::DoubtfulFolder { doubts, .. } => doubts,
        other => unreachable!("{other}"),
    }
}

fn relative(value: &str) -> FolderDoubt {
    FolderDoubt::Relative { value: value.into() }
}

#[test]
fn an_absolute_folder_outside_is_this_repositorys_own_choice() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        let folder = sandbox.root.join("my hooks");
        let value = folder.to_str().expect("a plain path");
        repository.git(&["config", "core.hooksPath", value]);
        assert_eq!(repository.install()[0].path, folder.join("pre-commit"));
        repository.git(&["commit", "-qm", "second", "--allow-empty"]);
        assert_eq!(sandbox.ran(), ["guard"]);
    });
}

#[test]
fn the_default_folder_named_outright_is_no_reason_to_refuse() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        let folder = repository.hooks();
        repository.git(&["config".as_ref(), "core.hooksPath".as_ref(), folder.as_os_str()]);
        repository.install();
    });
}

#[test]
fn a_relative_folder_is_refused_with_the_remedy() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        repository.git(&["config", "core.hooksPath", ".git/hooks"]);
        assert_eq!(doubts(&repository), [relative(".git/hooks")]);
        let hooks = repository.hooks().display().to_string();
        let remedy = advice::Command::of("git config core.hooksPath").arg(hooks);
        let help = repository.refusal().help();
        assert!(help.iter().any(|help| help.command() == Some(&remedy)), "{help:?}");
        let remedy = remedy.to_string();

        run(Command::new("sh").arg("-c").arg(&remedy).current_dir(&repository.top));
        repository.install();
    });
}

#[test]
fn force_writes_to_a_relative_folder() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        repository.git(&["config", "core.hooksPath", "own/hooks"]);
        assert_eq!(doubts(&repository), [relative("own/hooks"), FolderDoubt::InWorkTree]);
        assert_eq!(repository.force()[2].path, repository.top.join("own/hooks/pre-push"));
    });
}

#[test]
fn a_relative_folder_is_the_same_from_below() {
    hermetic(|sandbox| {
        let mut repository = sandbox.repository("repository");
        repository.git(&["config", "core.hooksPath", "own"]);
        let hook = repository.top.join("own/pre-push");
        repository.top = repository.top.join("some/folder");
        fs::create_dir_all(&repository.top).expect("folders can be made");
        assert_eq!(repository.force()[2].path, hook);
    });
}

#[test]
fn a_folder_of_all_repositories_is_refused() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        let folder = sandbox.root.join("home/hooks");
        let setting = ["config", "--global", "core.hooksPath", "~/hooks"];
        repository.git(&setting);
        let origin = format!("`{}`", sandbox.root.join("home/gitconfig").display());
        assert_eq!(doubts(&repository), [FolderDoubt::Shared { origin }]);
        let words = repository.refusal().to_string();
        assert!(words.contains("so other repositories share the folder"), "{words}");
        assert_eq!(repository.force()[2].path, folder.join("pre-push"));
    });
}

#[test]
fn a_folder_for_one_command_is_refused() {
    let variables = [
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", "core.hooksPath"),
        ("GIT_CONFIG_VALUE_0", "@/hooks"),
    ];
    hermetic_with(&variables, |sandbox| {
        let repository = sandbox.repository("repository");
        assert_eq!(doubts(&repository), [FolderDoubt::Temporary]);
    });
}

#[test]
fn a_tracked_folder_is_refused_with_the_call_to_add() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        repository.commit_file(".githooks/pre-push");
        let folder = repository.top.join(".githooks");
        repository.git(&["config".as_ref(), "core.hooksPath".as_ref(), folder.as_os_str()]);
        assert_eq!(doubts(&repository), [FolderDoubt::Tracked]);
        let help = repository.refusal().help();
        let call = "add `alembic-guard hook pre-push \"$@\" || exit` to";
        assert!(help[0].text.contains(call), "{help:?}");
        assert!(help.iter().any(|help| help.to_string().ends_with("hook install --force`")));
    });
}

#[test]
fn a_default_folder_that_leads_into_the_work_tree_is_refused() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        repository.commit_file("tools/hooks/README");
        fs::remove_dir_all(repository.hooks()).expect("it is there");
        symlink("../tools/hooks", repository.hooks()).expect("a link can be made");
        assert_eq!(doubts(&repository), [FolderDoubt::Tracked]);
    });
}

#[test]
fn the_manager_that_owns_a_folder_is_named() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        repository.git(&["config", "core.hooksPath", ".husky/_"]);
        let error = repository.refusal();
        assert!(error.to_string().contains("/.husky/_` of husky: "), "{error}");
        assert!(error.help()[0].text.starts_with("call it from husky: "));
    });
}

#[test]
fn hooks_that_are_switched_off_are_said_to_be() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        repository.git(&["config", "core.hooksPath", "/dev/null"]);
        let error = repository.refusal();
        assert_eq!(error.to_string(), "the hooks folder `/dev/null` is not a folder");
        assert!(error.help()[0].text.starts_with("correct `core.hooksPath`"));
    });
}

#[test]
fn linked_worktrees_share_the_hooks() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        let linked = linked_worktree(sandbox, &repository);
        let installed = linked.install();
        assert_eq!(installed[2].path, repository.hook("pre-push"));
        for worktree in [&repository, &linked] {
            worktree.git(&["commit", "-qm", "second", "--allow-empty"]);
            assert_eq!(sandbox.ran(), ["guard"]);
        }
        sandbox.init(&["--bare"], "remote.git");
        linked.git(&["push", "-q", "../remote.git", "linked"]);
        assert_eq!(sandbox.ran(), ["guard"]);
    });
}

#[test]
fn a_bare_repository_with_worktrees_takes_the_hooks() {
    hermetic(|sandbox| {
        let bare = sandbox.init(&["--bare"], "project.git");
        bare.git(&["worktree", "add", "-q", "--orphan", "-b", "main", "../main"]);
        assert_eq!(bare.install()[0].path, bare.top.join("hooks/pre-commit"));
        let worktree = Repository { top: sandbox.root.join("main"), guard: bare.guard.clone() };
        worktree.git(&["commit", "-qm", "first", "--allow-empty"]);
        assert_eq!(sandbox.ran(), ["guard"]);
        for directory in [&bare.top, &worktree.top] {
            assert!(hook::status(directory).expect("there is a repository").is_ok());
        }
    });
}

#[test]
fn a_git_directory_elsewhere_takes_the_hooks() {
    hermetic(|sandbox| {
        let elsewhere = sandbox.root.join("elsewhere");
        let argument = format!("--separate-git-dir={}", elsewhere.display());
        let repository = sandbox.init(&[&argument], "repository");
        assert_eq!(repository.install()[0].path, elsewhere.join("hooks/pre-commit"));
        repository.git(&["commit", "-qm", "first", "--allow-empty"]);
        assert_eq!(sandbox.ran(), ["guard"]);
        let status = hook::status(&repository.top).expect("there is a repository");
        assert!(status.is_ok());
        assert_eq!(status.folders[0].worktrees, [repository.top]);
    });
}

#[test]
fn a_submodule_has_hooks_of_its_own() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        sandbox.repository("library");
        let add =
            ["-c", "protocol.file.allow=always", "submodule", "add", "-q", "../library", "sub"];
        repository.git(&add);
        let submodule =
            Repository { top: repository.top.join("sub"), guard: repository.guard.clone() };
        let folder = repository.top.join(".git/modules/sub/hooks");
        assert_eq!(submodule.install()[0].path, folder.join("pre-commit"));
        submodule.git(&["commit", "-qm", "second", "--allow-empty"]);
        assert_eq!(sandbox.ran(), ["guard"]);
        let status = hook::status(&submodule.top).expect("there is a repository");
        assert_eq!(status.folders[0].worktrees, [submodule.top]);
        assert!(!hook::status(&repository.top).expect("there is a repository").is_ok());
    });
}

#[test]
fn the_environment_names_the_repository_as_it_does_for_git() {
    hermetic_with(&[("GIT_DIR", "@/repository/.git")], |sandbox| {
        run(Command::new("git").args(["init", "-q"]).arg(sandbox.root.join("repository")));
        let repository = Repository { top: sandbox.root.clone(), guard: "/guard".into() };
        let hooks = sandbox.root.join("repository/.git/hooks");
        assert_eq!(repository.install()[0].path, hooks.join("pre-commit"));
        let status = hook::status(&sandbox.root).expect("there is a repository");
        assert_eq!(status.folders[0].folder, hooks);
    });
}

pub(crate) fn linked_worktree(sandbox: &Sandbox, repository: &Repository) -> Repository {
    let top = sandbox.root.join("linked");
    let add = ["worktree", "add", "-q", "-b", "linked", "../linked"];
    repository.git(&add);
    Repository { top, guard: repository.guard.clone() }
}
