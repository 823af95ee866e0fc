//! Fetches objects that a partial clone left out.

use super::run::{fed, printed};
use super::{Plumbing, text};
use crate::advice::{Command, Step};
use crate::git::process::GitOption;
use crate::git::{Reason, Url, parse_id};
use crate::tree::ObjectId;

impl Plumbing {
    /// Returns the missing objects.
    ///
    /// Git before 2.45 fetches them one by one instead, and then nothing is missing.
    pub(super) fn missing(&self, ids: &[ObjectId]) -> Result<Vec<ObjectId>, Reason> {
        let questions: String = ids.iter().map(|id| format!("{id}\n")).collect();
        let mut git = self.in_scratch_with(&[GitOption::NoLazyFetch]);
        git.args(["cat-file", "--batch-check"]);
        let answers = text(&printed(fed(&mut git, questions.as_bytes())?)?);
        let missing = answers.lines().filter_map(|line| line.strip_suffix(" missing"));
        Ok(missing.filter_map(parse_id).collect())
    }

    /// Fetches all missing promised objects at once; does nothing without a promisor remote.
    ///
    /// This is git's own fetch for promised objects (`promisor-remote.c`), but for many objects at once.
    pub(super) fn obtain(&self, ids: &[ObjectId]) -> Result<(), Reason> {
        let Some(remote) = self.promisor()? else {
            return Ok(());
        };
        let missing = self.missing(ids)?;
        if missing.is_empty() {
            return Ok(());
        }
        let mut git = self.git.command();
        git.args(["-c", "fetch.negotiationAlgorithm=noop", "fetch", "--quiet", "--no-tags"]);
        git.args(["--no-write-fetch-head", "--no-auto-maintenance", "--recurse-submodules=no"]);
        git.args(["--filter=blob:none", "--stdin", "--", &remote]);
        let wanted: String = missing.iter().map(|id| format!("{id}\n")).collect();
        printed(fed(&mut git, wanted.as_bytes())?).map_err(|reason| {
            let fetch = Command::of("git fetch").arg(Url::new(&remote).to_string());
            reason.with_remedy(Step::run("check whether the remote answers", fetch))
        })?;
        self.begin_anew();
        Ok(())
    }

    /// Returns whether there is a promisor remote.
    pub(super) fn is_partial(&self) -> Result<bool, Reason> {
        Ok(self.promisor()?.is_some())
    }

    /// Returns the promisor remote (gitrepository-layout(5)).
    fn promisor(&self) -> Result<Option<String>, Reason> {
        let settings = self.settings()?;
        let promised =
            settings.iter().filter(|(_, value)| *value == "true").find_map(|(key, _)| {
                key.strip_prefix("remote.")?.strip_suffix(".promisor").map(str::to_owned)
            });
        Ok(promised.or_else(|| settings.get("extensions.partialclone").cloned()))
    }
}
