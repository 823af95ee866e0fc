//! Input from pre-commit and prek, which use environment variables instead of git's hook name, arguments
//! and standard input.
//!
//! The variables are those of pre-commit's `commands/run.py`, which prek sets too. pre-commit does not pass
//! the stage to a hook, so it is derived from the other variables. Only commits made by git count as
//! commits: a run by hand checks something else.

use crate::git::{PushedRef, Url};
use crate::scope::Error;

/// The occasion for which a hook manager runs the guard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Occasion {
    /// A push, of which only the first ref is known.
    Push(HostedPush),
    /// A commit: git passes the index to every hook of a commit, and to no other hook (`run_commit_hook` in
    /// git's commit.c).
    Commit,
    /// The user runs the hook manager on a range: `pre-commit run --from-ref A --to-ref B`.
    Range {
        /// The start of the range, any revision.
        from: String,
        /// The end of the range.
        to: String,
    },
    /// The user runs the hook manager: `pre-commit run --all-files`.
    ByHand,
}

/// The description of a push by pre-commit or prek; they pass no standard input to a hook, and only the
/// first ref.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostedPush {
    /// The name of the hook manager.
    pub host: &'static str,
    /// The remote's name.
    pub remote: String,
    /// The remote's URL.
    pub url: Url,
    /// The first ref of the push.
    pub pushed: PushedRef,
}

impl Occasion {
    /// Returns the occasion of the run; `variable` reads the environment, `commit` resolves the name of a
    /// commit.
    ///
    /// # Errors
    /// Fails if the hook manager reports a push without its ref.
    pub fn from_environment(
        variable: impl Fn(&str) -> Option<String>,
        commit: impl Fn(&str) -> Option<String>,
    ) -> Result<Occasion, Error> {
        if let Some(push) = HostedPush::from_environment(&variable, commit)? {
            return Ok(Occasion::Push(push));
        }
        if variable("GIT_INDEX_FILE").is_some_and(|index| !index.is_empty()) {
            return Ok(Occasion::Commit);
        }
        Ok(match (variable("PRE_COMMIT_FROM_REF"), variable("PRE_COMMIT_TO_REF")) {
            (Some(from), Some(to)) => Occasion::Range { from, to },
            _ => Occasion::ByHand,
        })
    }
}

impl HostedPush {
    /// Reads the variables through `variable`; returns nothing if no hook manager has set them.
    ///
    /// If a push includes the root commit, pre-commit only passes the name of the ref (`all_files` in its
    /// `_pre_push_ns`), so `commit` resolves it.
    ///
    /// # Errors
    /// Fails if the hook manager has set only some of them.
    pub fn from_environment(
        variable: impl Fn(&str) -> Option<String>,
        commit: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<HostedPush>, Error> {
        let Some(remote_ref) = variable("PRE_COMMIT_REMOTE_BRANCH") else {
            return Ok(None);
        };
        let needed = |name: &'static str| variable(name).ok_or(Error::Host(name));
        let local_ref = needed("PRE_COMMIT_LOCAL_BRANCH")?;
        let name = variable("PRE_COMMIT_TO_REF").unwrap_or_else(|| local_ref.clone());
        let local_oid = commit(&name).ok_or(Error::Host("PRE_COMMIT_TO_REF"))?;
        // By hand it is the name of a branch, as a person writes it.
        let remote_ref = if remote_ref.starts_with("refs/") {
            remote_ref
        } else {
            format!("refs/heads/{remote_ref}")
        };
        let remote_oid = variable("PRE_COMMIT_FROM_REF").unwrap_or_else(|| "0".repeat(40));
        Ok(Some(HostedPush {
            // prek alone tells the stage.
            host: if variable("PREK_HOOK_STAGE").is_some() { "prek" } else { "pre-commit" },
            remote: needed("PRE_COMMIT_REMOTE_NAME")?,
            url: Url::new(variable("PRE_COMMIT_REMOTE_URL").unwrap_or_default()),
            pushed: PushedRef { local_ref, local_oid, remote_ref, remote_oid },
        }))
    }
}

/// Returns whether pre-commit or prek runs this: both set `PRE_COMMIT=1`.
pub fn is_hosted(variable: impl Fn(&str) -> Option<String>) -> bool {
    variable("PRE_COMMIT").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: &str = "2222222222222222222222222222222222222222";

    const PUSH: [(&str, &str); 4] = [
        ("PRE_COMMIT_REMOTE_BRANCH", "refs/heads/topic"),
        ("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/topic"),
        ("PRE_COMMIT_TO_REF", NEW),
        ("PRE_COMMIT_REMOTE_NAME", "origin"),
    ];

    /// Finds a commit by its id alone.
    fn known(name: &str) -> Option<String> {
        (name == NEW).then(|| NEW.to_owned())
    }

    fn occasion(
        variables: &[(&str, &str)],
        commit: impl Fn(&str) -> Option<String>,
    ) -> Result<Occasion, Error> {
        let variable = |asked: &str| {
            let found = variables.iter().find(|(name, _)| *name == asked);
            found.map(|(_, value)| (*value).to_owned())
        };
        Occasion::from_environment(variable, commit)
    }

    fn push(variables: &[(&str, &str)], commit: impl Fn(&str) -> Option<String>) -> HostedPush {
        match occasion(variables, commit) {
            Ok(Occasion::Push(push)) => push,
            other => panic!("no push: {other:?}"),
        }
    }

    #[test]
    fn a_host_tells_the_first_ref() {
        let push = push(&PUSH, known);
        assert_eq!((push.host, push.remote.as_str()), ("pre-commit", "origin"));
        assert_eq!(push.pushed.local_oid, NEW);
        assert_eq!(push.pushed.remote_oid, "0".repeat(40));
    }

    #[test]
    fn a_first_push_is_told_by_its_name_alone() {
        let told: Vec<_> =
            PUSH.into_iter().filter(|(name, _)| *name != "PRE_COMMIT_TO_REF").collect();
        let found = push(&told, |name| (name == "refs/heads/topic").then(|| NEW.to_owned()));
        assert_eq!(found.pushed.local_oid, NEW);
        assert!(matches!(occasion(&told, |_| None), Err(Error::Host("PRE_COMMIT_TO_REF"))));
    }

    #[test]
    fn a_push_by_hand_is_told_in_a_persons_words() {
        let mut told = PUSH;
        told[0].1 = "topic";
        told[2].1 = "HEAD";
        let found = push(&told, |name| (name == "HEAD").then(|| NEW.to_owned()));
        assert_eq!(found.pushed.local_oid, NEW);
        assert_eq!(found.pushed.remote_ref, "refs/heads/topic");
        assert!(matches!(occasion(&told, |_| None), Err(Error::Host("PRE_COMMIT_TO_REF"))));
    }

    #[test]
    fn half_of_a_push_is_no_pass() {
        for (missing, _) in PUSH.iter().skip(1) {
            let told: Vec<_> = PUSH.into_iter().filter(|(name, _)| name != missing).collect();
            assert!(matches!(occasion(&told, known), Err(Error::Host(name)) if name == *missing));
        }
    }

    #[test]
    fn only_git_makes_it_a_commit() {
        let find = |variables: &[(&str, &str)]| {
            occasion(variables, |_| None).expect("half a push is not said")
        };
        let range = [("PRE_COMMIT_FROM_REF", "main"), ("PRE_COMMIT_TO_REF", "HEAD")];
        assert_eq!(
            find(&[("GIT_INDEX_FILE", ".git/index"), ("PRE_COMMIT", "1")]),
            Occasion::Commit
        );
        assert_eq!(
            find(&range),
            Occasion::Range { from: "main".to_owned(), to: "HEAD".to_owned() }
        );
        assert_eq!(find(&[("PRE_COMMIT", "1"), ("GIT_INDEX_FILE", "")]), Occasion::ByHand);
    }
}
