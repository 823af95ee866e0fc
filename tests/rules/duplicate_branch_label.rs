//! `duplicate-branch-label`.

use snapbox::str;

use crate::rules::Examples;
use crate::rules::judge::says;

pub(crate) const EXAMPLES: Examples = Examples {
    rule: "duplicate-branch-label",
    fires: "before: a#one b(a)\nchange: d(b)#one",
    silent: "before: a#one b(a)\nchange: d(b)#two",
};

#[test]
fn a_label_further_up_its_own_line() {
    says(
        EXAMPLES.fires,
        str![[r#"
error duplicate-branch-label versions/d.py:3:17 "one"
  branch label `one` is declared twice
  ^ already in use
  + versions/a.py:3:17 "one": also declared here
  > descendants inherit it; write in versions/d.py: `branch_labels = None`

"#]],
    );
}

#[test]
fn a_label_of_another_line() {
    says(
        "\
before: a b(a)#one
change: m(b) d(a)#one n(m,d)",
        str![[r#"
error duplicate-branch-label versions/d.py:3:17 "one"
  branch label `one` is declared twice
  ^ already in use
  + versions/b.py:3:17 "one": also declared here
  > give the branch another label in versions/d.py

"#]],
    );
}

#[test]
fn a_label_that_is_an_id() {
    says(
        "\
before: a b(a)
change: d(b)#a",
        str![[r#"
error duplicate-branch-label versions/d.py:3:17 "a"
  branch label `a` is the id of a revision
  ^ already in use
  + versions/a.py:1:12 "a": this is its id
  > give the branch another label in versions/d.py

"#]],
    );
}

#[test]
fn an_id_that_is_a_label() {
    says(
        "\
before: a#lib b(a)
change: lib(b)",
        str![[r#"
error duplicate-branch-label versions/lib.py:1:12 "lib"
  revision id `lib` is already a branch label
  ^ already in use
  + versions/a.py:3:17 "lib": declared here
  > give the migration another id in versions/lib.py

"#]],
    );
}

#[test]
fn the_same_label_twice_in_one_file() {
    says(
        "\
before: a b(a)
change: d(b)#one,one",
        str![[r#"
error duplicate-branch-label versions/d.py:3:25 "one"
  branch label `one` is declared twice
  ^ already in use
  + versions/d.py:3:18 "one": also declared here
  > give the branch another label in versions/d.py

"#]],
    );
}
