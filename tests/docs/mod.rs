//! The README and the pages of docs/: each code block is run or read, each link leads somewhere, and generated
//! parts are up to date. `SNAPSHOTS=overwrite` writes the pages anew.

mod console;
mod formats;
mod generated;
mod links;
mod pages;
mod picture;
mod scenes;
mod terminal;

use std::env;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::support::prerequisites;
use console::{difference, follow};
use pages::{Page, pages};

#[test]
fn every_block_is_valid() {
    let mut wrong = Vec::new();
    for page in pages() {
        for block in page.blocks().iter().filter(|block| block.scene.is_none()) {
            if let Err(why) = formats::check(block) {
                wrong.push(format!("{}: {why}", page.place(block)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_in_the_readme_are_those_of_the_pages() {
    let (readme, pages): (Vec<Page>, Vec<Page>) =
        pages().into_iter().partition(|page| page.name == "README.md");
    let shown: Vec<String> = pages.iter().flat_map(Page::blocks).map(|block| block.text).collect();
    let files = readme.iter().flat_map(Page::blocks).filter(|block| block.kind == "yaml");
    for block in files {
        assert!(
            shown.contains(&block.text),
            "no page has this block of README.md:\n{}",
            block.text
        );
    }
}

#[test]
fn every_scene_belongs_to_commands() {
    for page in pages() {
        for block in page.blocks() {
            let is_run = block.scene.is_some();
            assert!(!is_run || block.kind == "console", "{}", page.place(&block));
            assert!(is_run || block.hidden.is_empty(), "{}", page.place(&block));
            assert_eq!(page.text[block.range.clone()], block.text, "{}", page.place(&block));
        }
    }
}

#[test]
fn commands_print_what_the_pages_show() {
    compare(false);
}

#[test]
#[ignore = "needs Alembic"]
fn commands_with_alembic_print_what_the_pages_show() {
    prerequisites::with(prerequisites::python(), |_| compare(true));
}

/// Runs the commands of all pages.
fn compare(with_alembic: bool) {
    let _lock = lock();
    let pages = pages();
    let stale: Vec<String> = thread::scope(|scope| {
        let run = |page| move || up_to_date(page, &follow(page, with_alembic));
        let threads: Vec<_> = pages.iter().map(|page| scope.spawn(run(page))).collect();
        threads.into_iter().filter_map(|thread| thread.join().expect("a page")).collect()
    });
    assert!(stale.is_empty(), "SNAPSHOTS=overwrite writes them anew\n{}", stale.join("\n"));
}

/// Returns how a page differs from what it should be; writes it anew if that is asked for.
fn up_to_date(page: &Page, should_be: &str) -> Option<String> {
    if page.text == should_be {
        return None;
    }
    if overwrites() {
        page.write(should_be);
        return None;
    }
    Some(difference(&page.name, &page.text, should_be))
}

/// Keeps tests from writing the same page at the same time.
fn lock() -> MutexGuard<'static, ()> {
    static PAGES: Mutex<()> = Mutex::new(());
    PAGES.lock().unwrap_or_else(PoisonError::into_inner)
}

fn overwrites() -> bool {
    env::var("SNAPSHOTS").is_ok_and(|action| action == "overwrite")
}
