//! The picture of a refused push.

use anstyle_svg::{Term, WIN10_CONSOLE};

use crate::docs::pages::Page;
use crate::docs::scenes::Scene;
use crate::docs::up_to_date;

const COMMAND: &str = "git push -u origin feature";

#[test]
fn the_picture_shows_a_refused_push() {
    let scene = Scene::new("stale push");
    let shown = scene.run_in_color(COMMAND);
    let text = format!("$ {COMMAND}\n{shown}");
    let picture = Term::new().palette(WIN10_CONSOLE).render_svg(text.trim_end());
    let stale = up_to_date(&Page::read("docs/images/refusal.svg"), &(picture + "\n"));
    assert!(stale.is_none(), "SNAPSHOTS=overwrite writes it anew\n{}", stale.unwrap_or_default());
}
