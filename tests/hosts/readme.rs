//! What README.md tells a team to write down, so that it cannot go stale.

/// Returns the block of README.md whose first line is `title`, without that line.
pub(crate) fn snippet(title: &str) -> String {
    let readme = include_str!("../../README.md");
    let mut blocks = readme.split("\n```").skip(1).step_by(2);
    let found = blocks.find_map(|block| {
        let (_, block) = block.split_once('\n')?;
        let (first, rest) = block.split_once('\n')?;
        (first == title).then(|| format!("{rest}\n"))
    });
    found.unwrap_or_else(|| panic!("README.md has no block under `{title}`"))
}
