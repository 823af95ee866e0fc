//! Information from CI services in the environment.

/// The variables in which CI services report the source branch of a pull request. Services without a
/// separate variable report it as the branch that is built.
const PROPOSED: &[&str] = &[
    // GitHub Actions, Gitea and Forgejo.
    "GITHUB_HEAD_REF",
    // GitLab.
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
    // Azure Pipelines: `refs/heads/topic`.
    "SYSTEM_PULLREQUEST_SOURCEBRANCH",
    // Jenkins, its multibranch projects.
    "CHANGE_BRANCH",
    // Drone and Woodpecker.
    "DRONE_SOURCE_BRANCH",
    "CI_COMMIT_SOURCE_BRANCH",
    "TRAVIS_PULL_REQUEST_BRANCH",
    "APPVEYOR_PULL_REQUEST_HEAD_REPO_BRANCH",
    "SEMAPHORE_GIT_PR_BRANCH",
    "BITBUCKET_BRANCH",
    "BUILDKITE_BRANCH",
    "CIRCLE_BRANCH",
    "BITRISE_GIT_BRANCH",
];

/// Returns whether this is a CI run.
pub(super) fn is_here() -> bool {
    std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false")
}

/// Returns the branch whose push started this run, from the variables of GitHub Actions or GitLab.
pub(super) fn pushed_branch() -> Option<String> {
    let is = |name, value: &str| read(name).as_deref() == Some(value);
    let github = is("GITHUB_EVENT_NAME", "push") && !is("GITHUB_REF_TYPE", "tag");
    let gitlab = is("CI_PIPELINE_SOURCE", "push");
    let github = read("GITHUB_REF_NAME").filter(|_| github);
    github.or_else(|| read("CI_COMMIT_BRANCH").filter(|_| gitlab))
}

/// Returns the branch of the pull request that this run is for.
pub(super) fn proposed_branch() -> Option<String> {
    let name = PROPOSED.iter().find_map(|name| read(name))?;
    Some(name.strip_prefix("refs/heads/").unwrap_or(&name).to_owned())
}

fn read(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
