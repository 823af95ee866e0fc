//! What the remote's targets are at, got before anything is judged.
//!
//! All refs of a push are looked at first: the verdict on one must not depend on which of them comes first.

use std::collections::BTreeMap;

use crate::advice::Command;
use crate::config::Fetch;
use crate::git::{self, FetchRequest, Stored, Url};
use crate::judge::arrival::{PushedRef, Replaced, Unobtained};
use crate::judge::push::Remote;
use crate::judge::{Error, Judge};
use crate::tree::ObjectId;

/// What became of the commits that only the remote had, by the id that git reports.
pub(super) type Obtained = BTreeMap<ObjectId, Replaced>;

impl Judge<'_> {
    /// Notes what git reports of the remote's branches, and gets what targets have there that is not here.
    pub(super) fn obtain(&self, remote: &Remote, refs: &[PushedRef]) -> Result<Obtained, Error> {
        let name = self.name_of(remote);
        let mut absent = Vec::new();
        for pushed in refs {
            let branch = pushed.remote_ref.strip_prefix("refs/heads/");
            let (Some(old), Some(branch)) = (git::parse_id(&pushed.remote_oid), branch) else {
                continue;
            };
            match (self.repository.stored(old), &name) {
                (Stored::Commit(commit), Some(name)) => {
                    self.repository.note_reported(name, branch, commit);
                }
                (Stored::Absent, _) => absent.push((pushed, old)),
                (Stored::Commit(_), None) | (Stored::Damaged(_), _) => {}
            }
        }
        // One fetch may bring what another ref is at as well, of which git still does not say whether it is forced.
        let mut obtained = Obtained::new();
        for (pushed, old) in absent {
            if let Some(found) = self.obtain_target(remote, pushed, old)? {
                obtained.insert(old, found);
            }
        }
        Ok(obtained)
    }

    /// Gets what a target has, from where git pushes to; nothing where no target with Alembic is concerned.
    fn obtain_target(
        &self,
        remote: &Remote,
        pushed: &PushedRef,
        old: ObjectId,
    ) -> Result<Option<Replaced>, Error> {
        let Ok((arrival, _)) = self.arrival(remote, pushed, &Obtained::new())? else {
            return Ok(None);
        };
        if !arrival.is_target || !self.concerns_alembic(&arrival)? {
            return Ok(None);
        }
        let known = arrival.remote.as_deref();
        let named = known.filter(|name| self.repository.is_fetched_from(name, &remote.url));
        let from = named.map_or_else(|| remote.url.clone(), Url::new);
        let name = known.map_or_else(|| remote.url.to_string(), str::to_owned);
        let request = FetchRequest {
            from: &from,
            remote: &name,
            branch: &arrival.branch,
            timeout: arrival.config.fetch_timeout,
        };
        let failure = if arrival.config.fetch == Fetch::Never {
            Some("`fetch` is \"never\"".to_owned())
        } else {
            self.repository.fetch(&request).err().map(|failure| failure.to_string())
        };
        Ok(Some(match (self.repository.stored(old), failure) {
            (Stored::Commit(commit), _) => Replaced::Obtained(commit),
            (Stored::Damaged(reason), _) => Replaced::Damaged(reason),
            (Stored::Absent, failure) => Replaced::Absent(Some(Unobtained {
                commit: old,
                reason: failure.unwrap_or_else(|| "the branch has moved since".to_owned()),
                fetch: Command::of("git fetch").arg(from.to_string()).arg(&pushed.remote_ref),
            })),
        }))
    }
}
