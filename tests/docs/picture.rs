//! The picture of a blocked push.

use anstyle_svg::{Term, WIN10_CONSOLE};

use crate::docs::pages::Page;
use crate::docs::scenes::Scene;
use crate::docs::up_to_date;

/// A terminal's usual height.
const ROWS: usize = 24;

const COMMAND: &str = "git push -u origin feature";

#[test]
fn the_picture_shows_a_blocked_push_that_fits_a_screen() {
    let scene = Scene::new("stale push");
    let shown = scene.run_in_color(COMMAND);
    let text = format!("$ {COMMAND}\n{shown}");
    // With the prompt below it, the command is still on the screen.
    let plain = anstream::adapter::strip_str(&text).to_string();
    let rows = plain.trim_end().lines().count();
    assert!(rows < ROWS, "{rows}: {plain}");
    let picture = Term::new().palette(WIN10_CONSOLE).render_svg(text.trim_end());
    let stale = up_to_date(&Page::read("docs/images/refusal.svg"), &(picture + "\n"));
    assert!(stale.is_none(), "SNAPSHOTS=overwrite writes it anew\n{}", stale.unwrap_or_default());
}
