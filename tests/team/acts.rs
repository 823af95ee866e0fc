//! What somebody does in a clone, up to a push.

use crate::team::action::{Action, What};
use crate::team::clone::Clone;
use crate::team::migration::{Found, Migration, above, heads, with_parents};
use crate::team::play::{Failure, Team};
use crate::team::push::Push;
use crate::team::settings;

const BRANCHES: usize = 5;

impl Team<'_> {
    /// Does one thing; what does not apply is left out.
    pub(crate) fn act(&mut self, action: &Action) -> Result<(), Failure> {
        let picks = action.picks;
        match action.what {
            What::Start => self.start(action),
            What::Switch => self.switch(action),
            What::Fetch => self.fetch(action),
            What::Migrate
            | What::MigrateBelow
            | What::MigrateTwice
            | What::MigrateWithLabel
            | What::MigrateWithDependency
            | What::MigrateWithTakenId => self.migrate(action),
            What::Code => self.code(action),
            What::MergeMain => self.merge(action.who, "origin/main", picks),
            What::MergeOther => self.merge_other(action),
            What::RebaseOnMain => self.rebase(action.who),
            What::CherryPick | What::Revert => self.pick(action),
            What::JoinHeads => self.join(action),
            What::Repoint
            | What::EditUpgrade
            | What::EditDowngrade
            | What::Delete
            | What::Rename => self.edit(action),
            What::Amend => self.amend(action),
            What::MoveFolder => self.move_folder(action),
            What::Setting => self.set(action),
            What::Push
            | What::PushForce
            | What::PushPastTheHook
            | What::PushSeveral
            | What::PushElsewhere
            | What::PushMain
            | What::DeleteRemote => return self.push_some(action),
            What::LandMerge | What::LandSquash | What::LandRebase | What::LandDirectly => {
                return self.land(action);
            }
            What::RewindMain => return self.rewind(action),
        }
        Ok(())
    }

    fn clone(&self, action: &Action) -> &Clone {
        &self.clones[action.who]
    }

    fn start(&mut self, action: &Action) {
        let [name, start, fetch, _] = action.picks;
        let clone = self.clone(action);
        if fetch % 10 < 7 {
            clone.git(&["fetch", "-q"]);
        }
        let others = clone.refs("refs/remotes/");
        let start = match start % 10 {
            0..=6 => "origin/main",
            7 => "main",
            number => &others[number % others.len()],
        };
        let name = format!("f{}", 1 + name % BRANCHES);
        clone.git(&["switch", "-q", "--no-track", "-C", &name, start]);
    }

    fn switch(&mut self, action: &Action) {
        let clone = self.clone(action);
        let branches = clone.refs("refs/heads/");
        if let Some(branch) = chosen(&branches, action.picks[0]) {
            clone.git(&["switch", "-q", branch]);
        }
    }

    fn fetch(&mut self, action: &Action) {
        let prune: &[&str] = if action.picks[0].is_multiple_of(2) { &["--prune"] } else { &[] };
        self.clone(action).git(&[&["fetch", "-q"], prune].concat());
    }

    fn new_id(&mut self) -> String {
        self.ids += 1;
        format!("r{:02}", self.ids)
    }

    fn migrate(&mut self, action: &Action) {
        let [parent, other, past_the_hooks, _] = action.picks;
        let found = self.clone(action).found();
        let top = chosen(&heads(&found), parent).map(|head| head.id.clone());
        let mut migration = Migration {
            id: self.new_id(),
            parents: top.clone().into_iter().collect(),
            ..Migration::default()
        };
        match action.what {
            What::MigrateBelow if other.is_multiple_of(6) => migration.parents.clear(),
            What::MigrateBelow => {
                migration.parents =
                    chosen(&found, other).map(|one| one.id.clone()).into_iter().collect();
            }
            What::MigrateWithLabel => migration.label = Some(format!("label{}", other % 3)),
            What::MigrateWithDependency => {
                migration.depends_on = chosen(&found, other).map(|one| one.id.clone());
            }
            What::MigrateWithTakenId => {
                // Another migration, which does something else.
                migration.mark = Some(migration.id);
                migration.id = format!("r{:02}", 1 + other % self.ids);
            }
            _ => {}
        }
        self.clone(action).add(&migration);
        if action.what == What::MigrateTwice {
            let id = self.new_id();
            self.clone(action).add(&Migration { id, ..migration.clone() });
        }
        self.commit(action.who, &migration.id, past_the_hooks);
    }

    fn code(&mut self, action: &Action) {
        let clone = self.clone(action);
        let path = format!("{}.txt", clone.name);
        clone.write(&path, &format!("{}\n", action.picks[0]));
        self.commit(action.who, "code", action.picks[1]);
    }

    /// Commits all there is; where a hook refuses that, it is done past the hook or not at all.
    fn commit(&mut self, who: usize, message: &str, pick: usize) {
        let clone = &self.clones[who];
        clone.git(&["add", "-A"]);
        if pick.is_multiple_of(3) {
            clone.git(&["commit", "-q", "--no-verify", "-m", message]);
        } else if !clone.git(&["commit", "-q", "-m", message]).success {
            self.tally.count("hooks", "commits refused");
            self.insist(who, pick, &["commit", "-q", "--no-verify", "-m", message]);
        }
    }

    /// Does what a hook refused past the hook, or gives it up.
    fn insist(&mut self, who: usize, pick: usize, command: &[&str]) {
        if !pick.is_multiple_of(4) {
            self.clones[who].git(command);
        } else {
            self.tidy(who);
        }
    }

    pub(crate) fn merge(&mut self, who: usize, other: &str, picks: [usize; 4]) {
        let clone = &self.clones[who];
        if !picks[0].is_multiple_of(4) {
            clone.git(&["fetch", "-q"]);
        }
        let fast_forward = if picks[1].is_multiple_of(2) { "--ff" } else { "--no-ff" };
        if clone.git(&["merge", "-q", "--no-edit", fast_forward, other]).success {
            return;
        }
        if clone.ask("git", &["ls-files", "--unmerged"]).stdout.is_empty()
            && clone.top().join(".git/MERGE_HEAD").exists()
        {
            self.tally.count("hooks", "merges refused");
            self.insist(who, picks[2], &["commit", "-q", "--no-edit", "--no-verify"]);
        } else {
            self.conflict(who);
        }
    }

    fn merge_other(&mut self, action: &Action) {
        let others = self.clone(action).refs("refs/remotes/");
        if let Some(other) = chosen(&others, action.picks[3]) {
            self.merge(action.who, other, action.picks);
        }
    }

    pub(crate) fn rebase(&mut self, who: usize) {
        let clone = &self.clones[who];
        clone.git(&["fetch", "-q"]);
        if !clone.git(&["rebase", "-q", "origin/main"]).success {
            self.conflict(who);
        }
    }

    /// Takes a commit over from another branch, or takes one back.
    fn pick(&mut self, action: &Action) {
        let clone = self.clone(action);
        let (command, from): (&[&str], _) = match action.what {
            What::Revert => (&["revert", "--no-edit"], "HEAD"),
            _ => (&["cherry-pick"], "--all"),
        };
        let commits = clone.ask("git", &["log", "--no-merges", "--format=%h", "-n12", from]).stdout;
        let commits: Vec<&str> = commits.lines().collect();
        if let Some(commit) = chosen(&commits, action.picks[0])
            && !clone.git(&[command, &[*commit]].concat()).success
        {
            self.conflict(action.who);
        }
    }

    fn join(&mut self, action: &Action) {
        let found = self.clone(action).found();
        let heads = heads(&found);
        if heads.len() > 1 {
            let parents = heads.iter().map(|head| head.id.clone()).collect();
            let migration = Migration { id: self.new_id(), parents, ..Migration::default() };
            self.clone(action).add(&migration);
            self.commit(action.who, &migration.id, action.picks[2]);
        }
    }

    fn edit(&mut self, action: &Action) {
        let [which, parent, past_the_hooks, _] = action.picks;
        let clone = self.clone(action);
        let found = clone.found();
        let Some(Found { id, path, .. }) = recent(&found, which) else {
            return;
        };
        let source = clone.read(path).expect("it was found there");
        match action.what {
            What::Repoint => {
                let all = found.iter().collect();
                let candidates = if parent.is_multiple_of(2) { heads(&found) } else { all };
                // A cycle is a rarer mistake than this.
                let above = above(&found, id);
                let parents = candidates.into_iter().filter(|one| !above.contains(&&one.id));
                let parents: Vec<String> = parents.map(|one| one.id.clone()).collect();
                let parents: Vec<String> =
                    chosen(&parents, parent / 2).cloned().into_iter().collect();
                clone.write(path, &with_parents(&source, &parents));
            }
            What::EditUpgrade => {
                clone.write(
                    path,
                    &source.replacen(
                        "upgrade():\n",
                        "upgrade():\n    op.execute(\"select 1\")\n",
                        1,
                    ),
                );
            }
            What::EditDowngrade => {
                clone.write(
                    path,
                    &source
                        .replace("downgrade():\n", "downgrade():\n    op.execute(\"select 2\")\n"),
                );
            }
            What::Delete => {
                clone.git(&["rm", "-q", path]);
            }
            _ => {
                clone.git(&["mv", path, &path.replace(".py", "_renamed.py")]);
            }
        }
        self.commit(action.who, &format!("{:?} {path}", action.what), past_the_hooks);
    }

    fn amend(&mut self, action: &Action) {
        let clone = self.clone(action);
        clone.write("amended.txt", &format!("{}\n", action.picks[0]));
        clone.git(&["add", "-A"]);
        if !clone.git(&["commit", "-q", "--amend", "--no-edit"]).success {
            self.tidy(action.who);
        }
    }

    fn move_folder(&mut self, action: &Action) {
        let clone = self.clone(action);
        let (from, to) = match clone.versions() {
            "migrations/versions" => ("migrations", "db/migrations"),
            _ => ("db/migrations", "migrations"),
        };
        let (Some(ini), false) = (clone.read("alembic.ini"), clone.top().join(to).exists()) else {
            return;
        };
        if to == "db/migrations" {
            clone.shell("mkdir -p db");
        }
        clone.git(&["mv", from, to]);
        clone.write("alembic.ini", &ini.replace(&format!("/{from}"), &format!("/{to}")));
        self.commit(action.who, "move the folder", action.picks[2]);
    }

    fn set(&mut self, action: &Action) {
        let clone = self.clone(action);
        if settings::change(clone, action.picks[0]) {
            self.commit(action.who, "settings", action.picks[2]);
        }
    }

    fn conflict(&mut self, who: usize) {
        self.tally.count("hooks", "conflicts given up");
        self.tidy(who);
    }

    /// Ends what is under way and forgets what is not committed.
    pub(crate) fn tidy(&self, who: usize) {
        let clone = &self.clones[who];
        for (file, command) in [
            ("MERGE_HEAD", "merge"),
            ("rebase-merge", "rebase"),
            ("CHERRY_PICK_HEAD", "cherry-pick"),
            ("REVERT_HEAD", "revert"),
        ] {
            if clone.top().join(".git").join(file).exists() {
                clone.git(&[command, "--abort"]);
            }
        }
        clone.git(&["reset", "-q", "--hard"]);
        clone.git(&["clean", "-qfd"]);
    }

    fn push_some(&mut self, action: &Action) -> Result<(), Failure> {
        let [one, other, how, _] = action.picks;
        let clone = self.clone(action);
        let Some(branch) = clone.branch() else {
            return Ok(());
        };
        let name = |number: usize| format!("f{}", 1 + number % BRANCHES);
        let push = match action.what {
            What::Push => Push::new(&["origin", &branch]),
            What::PushForce => {
                let force = ["--force", "--force-with-lease"][how % 2];
                Push::new(&[force, "origin", &branch])
            }
            What::PushPastTheHook => Push::new(&["--no-verify", "origin", &branch]),
            What::PushSeveral if how.is_multiple_of(3) => Push::new(&["--all", "origin"]),
            What::PushSeveral => {
                let branches = clone.refs("refs/heads/");
                let words: Vec<&str> = [one, other]
                    .iter()
                    .filter_map(|&it| chosen(&branches, it))
                    .map(|it| it.as_str())
                    .collect();
                Push::new(&[&["origin"], words.as_slice()].concat())
            }
            What::PushElsewhere => {
                Push::new(&["origin", &format!("HEAD:refs/heads/{}", name(one))])
            }
            What::PushMain => Push::new(&["origin", "main"]),
            _ => Push::new(&["origin", &format!(":{}", name(one))]),
        };
        self.push(action.who, &push, action.picks[3])
    }

    /// Brings a branch into main in one of the usual ways, and pushes main.
    fn land(&mut self, action: &Action) -> Result<(), Failure> {
        let clone = self.clone(action);
        let Some(branch) = clone.branch().filter(|branch| branch != "main") else {
            return Ok(());
        };
        if action.what == What::LandDirectly {
            let push = Push::new(&["origin", &format!("{branch}:main")]);
            return self.push(action.who, &push, action.picks[3]);
        }
        if action.what == What::LandRebase {
            self.rebase(action.who);
        } else {
            clone.git(&["fetch", "-q"]);
        }
        let clone = self.clone(action);
        clone.git(&["switch", "-q", "-C", "main", "origin/main"]);
        match action.what {
            What::LandSquash => {
                if !clone.git(&["merge", "-q", "--squash", &branch]).success {
                    self.conflict(action.who);
                    return Ok(());
                }
                self.commit(action.who, &format!("squash {branch}"), action.picks[2]);
            }
            _ => self.merge(action.who, &branch, [0, action.picks[1], action.picks[2], 0]),
        }
        self.push(action.who, &Push::new(&["origin", "main"]), action.picks[3])
    }

    fn rewind(&mut self, action: &Action) -> Result<(), Failure> {
        let clone = self.clone(action);
        clone.git(&["fetch", "-q"]);
        clone.git(&["switch", "-q", "-C", "main", "origin/main"]);
        let back = format!("HEAD~{}", 1 + action.picks[0] % 2);
        clone.git(&["reset", "-q", "--hard", &back]);
        self.push(action.who, &Push::new(&["--force", "origin", "main"]), action.picks[3])
    }
}

/// Chooses one of several.
pub(crate) fn chosen<T>(all: &[T], pick: usize) -> Option<&T> {
    all.get(pick % all.len().max(1))
}

/// Chooses one of several, the last ones rather than the first: what nobody else has seen.
fn recent(found: &[Found], pick: usize) -> Option<&Found> {
    let mut all: Vec<&Found> = found.iter().collect();
    all.sort_by(|one, other| one.id.cmp(&other.id));
    let last = all.len().saturating_sub(4);
    if pick.is_multiple_of(4) {
        chosen(&all, pick / 4).copied()
    } else {
        chosen(&all[last..], pick).copied()
    }
}
