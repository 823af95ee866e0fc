//! The files that docs/hook-managers.md tells a team to write.

/// Returns the block of the page whose first line is `title`, without that line.
pub(crate) fn snippet(title: &str) -> String {
    let page = include_str!("../../docs/hook-managers.md");
    let mut blocks = page.split("\n```").skip(1).step_by(2);
    let found = blocks.find_map(|block| {
        let (_, block) = block.split_once('\n')?;
        let (first, rest) = block.split_once('\n')?;
        (first == title).then(|| format!("{rest}\n"))
    });
    found.unwrap_or_else(|| panic!("docs/hook-managers.md has no block under `{title}`"))
}
