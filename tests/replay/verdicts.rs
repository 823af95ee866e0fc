//! One history: rebuilt, then judged commit by commit and push by push.

use std::collections::BTreeSet;
use std::process::Output;

use serde_json::Value;

use crate::replay::branch::{Branch, OwnBase};
use crate::replay::exceptions::{About, Disagreement};
use crate::replay::facts::{Commit, Facts};
use crate::replay::figures::Figures;
use crate::replay::layout;
use crate::replay::rebuilt::{Rebuilt, branch_name, mark, rebuild};
use crate::replay::repository::Repository;

/// Rebuilds a history and judges all of it.
pub(crate) fn replay(facts: &Facts) -> Figures {
    let Rebuilt { repository, incidents, .. } = rebuild(facts);
    let mut figures = Figures { environments: 1, ..Figures::default() };
    let replay = Replay { facts, repository };
    for number in 0..facts.history.len() {
        replay.judge_commit(number, &mut figures);
    }
    replay.judge_tip(&mut figures);
    for (incident, branch) in &incidents {
        replay.judge_push(*incident, branch, &mut figures);
    }
    figures
}

struct Replay<'f> {
    facts: &'f Facts,
    repository: Repository,
}

impl Replay<'_> {
    /// Judges a commit against its parent: it blocks if it adds a head or stops Alembic from loading.
    fn judge_commit(&self, number: usize, figures: &mut Figures) {
        let commit = &self.facts.history[number];
        let report = self.repository.ask(&[
            "check",
            self.repository.commit(mark(number + 1)),
            "--base",
            self.repository.commit(mark(number)),
        ]);
        let blocks = match report["outcome"].as_str() {
            Some("clean") => false,
            Some("findings") => true,
            _ => panic!("{} {}: {report}", self.facts.name, commit.commit),
        };
        let wanted = commit.introduces_head || self.facts.breaks(number);
        figures.commits.count(blocks == wanted);
        if commit.introduces_head {
            figures.incidents.count(blocks);
        }
        if !wanted {
            figures.innocent.count(!blocks);
        }
        if blocks != wanted {
            let guard = if blocks {
                format!("refused by {}", blocking_rules(&report).join(", "))
            } else {
                "passed".to_owned()
            };
            figures.disagreements.push(Disagreement::new(self.facts, commit, About::Commit, guard));
        }
        count_set_aside(&report, figures);
        self.compare_heads(commit, &report, figures);
    }

    /// Heads are compared wherever Alembic has them.
    fn compare_heads(&self, commit: &Commit, report: &Value, figures: &mut Figures) {
        if !commit.loads {
            return;
        }
        let environments = list(&report["environments"]);
        let heads = match environments {
            [environment] => names(&environment["heads_after"]),
            _ => {
                panic!("{} {}: {} environments", self.facts.name, commit.commit, environments.len())
            }
        };
        let agrees = heads == commit.heads_after.iter().map(String::as_str).collect();
        figures.heads.count(agrees);
        if !agrees {
            let guard = format!("heads are {heads:?}, not {:?}", commit.heads_after);
            figures.disagreements.push(Disagreement::new(self.facts, commit, About::Heads, guard));
        }
    }

    /// Compares what only `graph` shows, after the last commit.
    fn judge_tip(&self, figures: &mut Figures) {
        let tip = &self.facts.tip;
        let (Some(heads), Some(real_heads), Some(bases)) =
            (&tip.heads, &tip.real_heads, &tip.bases)
        else {
            return;
        };
        let last = self.facts.history.len();
        let graph = self.repository.ask(&["graph", self.repository.commit(mark(last))]);
        let environment = &graph["environments"][0];
        let wanted = [("heads", heads), ("real_heads", real_heads), ("bases", bases)];
        let differing: Vec<String> = wanted
            .into_iter()
            .filter(|(name, ids)| {
                names(&environment[*name]) != ids.iter().map(String::as_str).collect()
            })
            .map(|(name, ids)| format!("{name} are {}, not {ids:?}", environment[name]))
            .collect();
        figures.tips.count(differing.is_empty());
        if !differing.is_empty() {
            let commit = &self.facts.history[last - 1];
            let guard = differing.join("; ");
            figures.disagreements.push(Disagreement::new(self.facts, commit, About::Heads, guard));
        }
    }

    /// Pushes the branch of an incident, which was begun before the later base was there: first where
    /// that has landed, then where it has not.
    fn judge_push(&self, incident: usize, branch: &Branch<'_>, figures: &mut Figures) {
        let commit = &self.facts.history[incident];
        let name = branch_name(incident);
        let (cut, later) = (mark(branch.cut), mark(incident));
        self.repository.set_seen("main", cut);
        self.repository.set_remote("main", later);
        let output = self.repository.push(&name);
        let rules = refusing_rules(&output, &branch.paths);
        let refused = !rules.is_empty() && !self.repository.remote_has(&name);
        figures.pushes.count(refused);
        for rule in rules {
            *figures.refused_by.entry(rule).or_default() += 1;
        }
        if !refused {
            let guard = said(&output);
            figures.disagreements.push(Disagreement::new(self.facts, commit, About::Push, guard));
        }
        if branch.base == OwnBase::Sound {
            self.repository.set_seen("main", cut);
            self.repository.set_remote("main", cut);
            let output = self.repository.push(&name);
            let passed = output.status.success() && self.repository.remote_has(&name);
            figures.own_pushes.count(passed);
            if !passed {
                let guard = said(&output);
                figures.disagreements.push(Disagreement::new(
                    self.facts,
                    commit,
                    About::OwnPush,
                    guard,
                ));
            }
        }
    }
}

fn blocking_rules(report: &Value) -> Vec<&str> {
    let errors = list(&report["findings"]).iter().filter(|finding| finding["level"] == "error");
    let rules: BTreeSet<&str> = errors.filter_map(|finding| finding["rule"].as_str()).collect();
    rules.into_iter().collect()
}

/// Counts what rules said that are set to warn, unless it was so before.
fn count_set_aside(report: &Value, figures: &mut Figures) {
    for rule in layout::set_aside() {
        let mut findings = list(&report["findings"]).iter();
        if findings.any(|finding| finding["rule"] == rule && finding["lowered"] != "debt") {
            *figures.set_aside.entry(rule.to_owned()).or_default() += 1;
        }
    }
}

/// Returns the rules by which a push was refused, if the report names one of the files.
fn refusing_rules(output: &Output, paths: &[String]) -> BTreeSet<String> {
    let report = String::from_utf8_lossy(&output.stderr);
    let names_it = paths.iter().any(|path| report.contains(path.as_str()));
    if output.status.success() || !names_it {
        return BTreeSet::new();
    }
    let findings = report.lines().filter_map(|line| line.strip_prefix("error["));
    findings.filter_map(|line| line.split(']').next()).map(str::to_owned).collect()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub(crate) fn names(value: &Value) -> BTreeSet<&str> {
    list(value).iter().filter_map(Value::as_str).collect()
}

pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}
