//! `hooks/update`: each ref by itself.

use crate::servers::world::{GUARD, World, write_program};

#[test]
fn one_bad_ref_is_refused_and_the_others_land() {
    let world = World::without_hook();
    let first = world.first();
    first.add_all("a b(a)");
    first.push_main();
    let script = format!("#!/bin/sh\nexec '{GUARD}' hook update \"$@\"\n");
    write_program(&world.server().top.join("hooks/update"), &script);

    let mine = world.clone("mine");
    mine.branch("sound", "main").add("c(b)");
    mine.git(&["switch", "-q", "main"]);
    mine.add("d(a)");
    let push = mine.push(&["origin", "main", "sound"]);
    assert!(!push.success, "{}", push.stderr);
    push.says("`d` is stale: main has moved on")
        .says("only the server's administrator")
        .says_nothing_of("only what is fine");
    assert_eq!(push.before["origin.git:refs/heads/main"], push.after["origin.git:refs/heads/main"]);
    assert_eq!(push.after["origin.git:refs/heads/sound"], mine.tip("sound"));
    mine.push(&["origin", "HEAD:refs/tags/v1", ":sound"]).passed(&[]).is_silent();
}
