//! Python text in, the four names out.

use alembic_guard::alembic::migration::{Module, ReadLimits, Shape, Value, mentions, read};

/// Reads a module and checks that every span lies inside it.
fn module(source: impl AsRef<[u8]>) -> Module {
    let source = source.as_ref();
    let module = read(source, &ReadLimits::default());
    for span in spans(&module) {
        assert!(span.start <= span.end && span.end <= source.len(), "{span:?}");
    }
    module
}

fn spans(module: &Module) -> Vec<std::ops::Range<usize>> {
    let mut spans = Vec::new();
    for value in values(module) {
        match value {
            Value::Missing => {}
            Value::Known { texts, span, .. } => {
                spans.push(span.clone());
                spans.extend(texts.iter().map(|text| text.span.clone()));
            }
            Value::Computed { span, .. } => spans.push(span.clone()),
        }
    }
    spans.extend(module.misspellings.iter().map(|slip| slip.span.clone()));
    spans.extend(module.fault.iter().map(|fault| fault.span.clone()));
    spans
}

fn values(module: &Module) -> [&Value; 4] {
    [&module.revision, &module.down_revision, &module.branch_labels, &module.depends_on]
}

/// Shows a value: what it is, `@` the source of it, `<` the source of each text.
fn show(source: &[u8], value: &Value) -> String {
    let at =
        |span: &std::ops::Range<usize>| String::from_utf8_lossy(&source[span.clone()]).into_owned();
    match value {
        Value::Missing => "missing".to_owned(),
        Value::Computed { span, reason } => format!("computed: {reason} @ {}", at(span)),
        Value::Known { texts, shape, span } => {
            let texts: Vec<String> =
                texts.iter().map(|text| format!("{} < {}", text.text, at(&text.span))).collect();
            let shape = match shape {
                Shape::None => "none",
                Shape::String => "string",
                Shape::Sequence => "sequence",
            };
            format!("{shape} [{}] @ {}", texts.join(", "), at(span))
        }
    }
}

fn down_revision(source: impl AsRef<[u8]>) -> String {
    let source = source.as_ref();
    show(source, &module(source).down_revision)
}

#[track_caller]
fn check(cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .map(|(source, expected)| (source, expected, down_revision(source)))
        .filter(|(_, expected, found)| *expected != found)
        .map(|(source, expected, found)| {
            format!("{source}\n  expected {expected}\n  found    {found}")
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn constants_are_known() {
    check(&[
        ("down_revision = 'a'", "string [a < 'a'] @ 'a'"),
        ("down_revision = None", "none [] @ None"),
        ("down_revision = ''", "string [ < ''] @ ''"),
        ("down_revision=\"a\"  # c", "string [a < \"a\"] @ \"a\""),
        ("down_revision = u'a'", "string [a < u'a'] @ u'a'"),
        ("down_revision = r'\\a'", "string [\\a < r'\\a'] @ r'\\a'"),
        ("down_revision = '\\x61\\n'", "string [a\n < '\\x61\\n'] @ '\\x61\\n'"),
        ("down_revision = '''a'''", "string [a < '''a'''] @ '''a'''"),
        ("down_revision = 'a' 'b'", "string [ab < 'a' 'b'] @ 'a' 'b'"),
        ("down_revision = 'a' + 'b'", "string [ab < 'a' + 'b'] @ 'a' + 'b'"),
        ("down_revision = ('a')", "string [a < 'a'] @ ('a')"),
        ("down_revision = (\n  'a'  # c\n)", "string [a < 'a'] @ (\n  'a'  # c\n)"),
        ("down_revision = \\\n  'a'", "string [a < 'a'] @ 'a'"),
        ("down_revision = ('a',)", "sequence [a < 'a'] @ ('a',)"),
        ("down_revision = 'a', 'b'", "sequence [a < 'a', b < 'b'] @ 'a', 'b'"),
        ("down_revision = ['a', 'b']", "sequence [a < 'a', b < 'b'] @ ['a', 'b']"),
        ("down_revision = {'a', 'b'}", "sequence [a < 'a', b < 'b'] @ {'a', 'b'}"),
        ("down_revision = {'a', 'b', 'a'}", "sequence [a < 'a', b < 'b'] @ {'a', 'b', 'a'}"),
        ("down_revision = ['a', 'a']", "sequence [a < 'a', a < 'a'] @ ['a', 'a']"),
        ("down_revision = ()", "sequence [] @ ()"),
        ("down_revision = ('a',) + ('b',)", "sequence [a < 'a', b < 'b'] @ ('a',) + ('b',)"),
        ("down_revision = ('a' 'b', 'c')", "sequence [ab < 'a' 'b', c < 'c'] @ ('a' 'b', 'c')"),
    ]);
}

#[test]
fn every_plain_assignment_counts_and_the_last_wins() {
    check(&[
        ("down_revision: str = 'a'", "string [a < 'a'] @ 'a'"),
        ("down_revision: Union[str, None] = (\n'a')", "string [a < 'a'] @ (\n'a')"),
        ("down_revision: str", "missing"),
        ("down_revision = 'a'\ndown_revision: str", "string [a < 'a'] @ 'a'"),
        ("x = down_revision = y = 'a'", "string [a < 'a'] @ 'a'"),
        ("revision, down_revision = 'a', 'b'", "string [b < 'b'] @ 'b'"),
        (
            "(revision, down_revision) = ['a', ('b', 'c')]",
            "sequence [b < 'b', c < 'c'] @ ('b', 'c')",
        ),
        ("down_revision = 'a'\ndown_revision = 'b'", "string [b < 'b'] @ 'b'"),
        ("import x; down_revision = 'a'; y = 1", "string [a < 'a'] @ 'a'"),
        (
            "down_revision = 'a'; down_revision += 'b'",
            "string [ab < down_revision += 'b'] @ down_revision += 'b'",
        ),
        (
            "down_revision = None\ndown_revision = f()\ndown_revision = 'a'",
            "string [a < 'a'] @ 'a'",
        ),
        ("x = 'down_revision = 1'\n'''\ndown_revision = 2\n'''\n# down_revision = 3", "missing"),
        ("ｄｏｗｎ＿ｒｅｖｉｓｉｏｎ = 'a'", "string [a < 'a'] @ 'a'"),
        ("down_revision = 'a'\nｄｏｗｎ_revision = 'b'", "string [b < 'b'] @ 'b'"),
        (
            "down_revision = 'a'\nx = f'{a[\"b\"]}' f'{x!r:{y}}'\ntype X[T = int] = T\n",
            "string [a < 'a'] @ 'a'",
        ),
        ("x = f'{a['b']}'; down_revision = 'a'", "string [a < 'a'] @ 'a'"),
    ]);
}

#[test]
fn newer_syntax_is_read_like_any_other() {
    check(&[
        ("down_revision = f'{x['a']}'", "computed: it is an f-string @ f'{x['a']}'"),
        ("down_revision = t'{x}'", "computed: it is a t-string @ t'{x}'"),
        (
            "down_revision = f'{x['a']}'; revision = 'a'",
            "computed: it is an f-string @ f'{x['a']}'",
        ),
        ("down_revision = f'{x['a']}'\ndown_revision = 'a'", "string [a < 'a'] @ 'a'"),
        ("X = f'{x['a']}'\ndown_revision = X", "computed: `X` is not a known constant @ X"),
        (
            "if x['a']:\n  down_revision = f'{x['a']}'",
            "computed: it is assigned under `if` @ down_revision",
        ),
        (
            "try: x\nexcept A, B: down_revision = 'a'",
            "computed: it is assigned under `try` @ down_revision",
        ),
        (
            "type down_revision = int",
            "computed: it is assigned inside an expression @ down_revision",
        ),
        ("def down_revision(): f'{x['a']}'", "computed: it is a function @ down_revision"),
        ("print(f'{down_revision['a']}')", "missing"),
    ]);
    for code in [
        "print(f'{down_revision['a']}')",
        "if x:\n  print(f'{down_revision['a']}')",
        "x = f'{x['a']}' + down_revision",
        "def f(down_revision):\n  down_revision = f'{x['a']}'",
        "def f[T = int](down_revision): pass",
        "async def f():\n  try: down_revision\n  except A, B: pass",
        "class C[T = int]:\n  down_revision = f'{x['a']}'",
        "def f():\n  global down_revision\n  down_revision = f'{x['a']}'",
        "def f():\n \tdown_revision = 'b'",
    ] {
        let source = format!("down_revision = 'a'\n{code}\n");
        assert_eq!(down_revision(&source), "string [a < 'a'] @ 'a'", "{code}");
    }
    for code in [
        "def f():\n  global down_revision\n  down_revision = f'{x['a']}'\nf()",
        "def f():\n  globals()[f'{x['a']}'] = 1\nf()",
        "f'{globals()['a']}'",
        "getattr(x, f'__globals__')[f'{x['a']}']",
        "if x:\n  from y import *\n  f'{x['a']}'",
        "if x:\n  def f():\n    global down_revision\n    down_revision = f'{x['a']}'\n  f()",
    ] {
        let source = format!("down_revision = 'a'\n{code}\n");
        assert!(down_revision(&source).starts_with("computed: "), "{code}");
    }
    for code in ["x[0] = f'{y['a']}'", "if f'{y['a']}':\n  x.append('b')", "x += f'{y['a']}'"] {
        let source = format!("x = ['a']\ndown_revision = x\n{code}\n");
        assert!(down_revision(&source).starts_with("computed: "), "{code}");
    }
}

#[test]
fn names_that_stand_for_constants_are_followed() {
    check(
        &[
            ("X = 'a'\ndown_revision = X", "string [a < X] @ X"),
            ("X = 'a'\nY = X\ndown_revision = ('b', Y)", "sequence [a < Y, b < 'b'] @ ('b', Y)"),
            ("X = ('a', 'b')\ndown_revision = X", "sequence [a < X, b < X] @ X"),
            ("revision = 'a'\ndown_revision = revision", "string [a < revision] @ revision"),
            ("X = 'a'\ndown_revision = X + 'b'", "string [ab < X + 'b'] @ X + 'b'"),
            ("X = 'a'\ndown_revision = X\nX = 'b'", "string [a < X] @ X"),
            ("down_revision = X\nX = 'b'", "computed: `X` is not a known constant @ X"),
            ("from m import X\ndown_revision = X", "computed: `X` is not a known constant @ X"),
            ("if y:\n  X = 'a'\ndown_revision = X", "computed: `X` is not a known constant @ X"),
            ("def f():\n  X = 'b'\nX = 'a'\ndown_revision = X", "string [a < X] @ X"),
        ]
        .map(|(source, expected)| {
            (
                source,
                if expected.starts_with("sequence [a < Y, b") {
                    "sequence [b < 'b', a < Y] @ ('b', Y)"
                } else {
                    expected
                },
            )
        }),
    );
}

#[test]
fn what_only_running_would_tell_is_computed() {
    check(&[
        ("down_revision = f()", "computed: it is a function call @ f()"),
        ("down_revision = cli.X", "computed: it is an attribute @ cli.X"),
        ("down_revision = (cli.X, 'a')", "computed: it is an attribute @ cli.X"),
        ("down_revision = X[0]", "computed: it is a subscript expression @ X[0]"),
        ("down_revision = f'{x}'", "computed: it is an f-string @ f'{x}'"),
        ("down_revision = b'a'", "computed: it is bytes, not a string @ b'a'"),
        ("down_revision = 38", "computed: it is a number, not a string @ 38"),
        (
            "down_revision = 'a' if x else 'b'",
            "computed: it is a conditional expression @ 'a' if x else 'b'",
        ),
        (
            "down_revision = ('a', None)",
            "computed: it contains something other than strings @ None",
        ),
        (
            "down_revision = ('a', ('b',))",
            "computed: it contains something other than strings @ ('b',)",
        ),
        (
            "down_revision = 'a' + ('b',)",
            "computed: it adds values of incompatible types @ 'a' + ('b',)",
        ),
        ("down_revision = (x := 'a')", "computed: it is computed @ x := 'a'"),
        ("down_revision = 'a', None, x.y", "computed: it is an attribute @ x.y"),
        // RustPython's parser does not know this letter of Unicode 12.
        ("\u{a7c2} = 'a'\ndown_revision = \u{a7c2}", "computed: it cannot be parsed @ \u{a7c2}"),
        (
            "down_revision = '''a\r\nb'''",
            "computed: the string contains a carriage return @ '''a\r\nb'''",
        ),
        (
            "down_revision = '\\ud800'",
            "computed: the string contains an invalid character @ '\\ud800'",
        ),
        ("a, *down_revision = 'x'", "computed: it is unpacked from another value @ down_revision"),
        ("a, down_revision = X", "computed: it is unpacked from another value @ down_revision"),
    ]);
}

#[test]
fn other_bindings_make_a_name_computed() {
    check(&[
        ("if x:\n  down_revision = 'a'", "computed: it is assigned under `if` @ down_revision"),
        (
            "if x: pass\nelif y: pass\nelse:\n  down_revision = 'a'",
            "computed: it is assigned under `if` @ down_revision",
        ),
        (
            "try:\n  y\nexcept E:\n  down_revision = 'a'",
            "computed: it is assigned under `try` @ down_revision",
        ),
        (
            "try:\n  y\nexcept E as down_revision: pass",
            "computed: it is assigned under `try` @ down_revision",
        ),
        ("for down_revision in x: pass", "computed: it is assigned under `for` @ down_revision"),
        ("while x: down_revision = 'a'", "computed: it is assigned under `while` @ down_revision"),
        (
            "with x as (y, down_revision): pass",
            "computed: it is assigned under `with` @ down_revision",
        ),
        (
            "match x:\n  case [*down_revision]: pass",
            "computed: it is assigned under `match` @ down_revision",
        ),
        ("import x as down_revision", "computed: it is imported @ down_revision"),
        ("import down_revision.x", "computed: it is imported @ down_revision.x"),
        ("from x import down_revision", "computed: it is imported @ down_revision"),
        (
            "f(down_revision := 'a')",
            "computed: it is assigned inside an expression @ down_revision",
        ),
        (
            "x = [down_revision := y for y in z]",
            "computed: it is assigned inside an expression @ down_revision",
        ),
        (
            "def f(x=(down_revision := 'a')): pass",
            "computed: it is assigned inside an expression @ down_revision",
        ),
        (
            "x: (down_revision := 'a') = 'b'",
            "computed: it is assigned inside an expression @ down_revision",
        ),
        (
            "x: (down_revision := 'a')",
            "computed: it is assigned inside an expression @ down_revision",
        ),
        ("down_revision = 'a'\ndel down_revision", "computed: it is deleted @ down_revision"),
        ("def down_revision(): pass", "computed: it is a function @ down_revision"),
        ("class down_revision: pass", "computed: it is a class @ down_revision"),
        (
            "down_revision = 'a'\nif x:\n  down_revision += 'b'",
            "computed: it is assigned under `if` @ down_revision",
        ),
        ("if x:\n  down_revision = 'a'\ndown_revision = 'b'", "string [b < 'b'] @ 'b'"),
    ]);
}

#[test]
fn what_binds_nothing_changes_nothing() {
    for code in [
        "if TYPE_CHECKING:\n  from x import y",
        "def f():\n  down_revision = 'b'",
        "def f(down_revision): pass\nf(down_revision='b')",
        "x = lambda down_revision: (down_revision)",
        "x = [down_revision for down_revision in y]",
        "class C:\n  down_revision = 'b'",
        "x.down_revision = 'b'",
        "print(down_revision)",
        "def f():\n  global down_revision\n  down_revision = 'b'",
        "def f():\n  globals()['x'] = 1\n  exec(y)",
        "from sqlalchemy import *",
        "vars(x)",
        "session.exec(x)",
        "f = lambda: (down_revision := 'b')",
        "down_revision: str",
    ] {
        let source = format!("down_revision = 'a'\n{code}\n");
        assert_eq!(down_revision(&source), "string [a < 'a'] @ 'a'", "{code}");
    }
}

#[test]
fn what_can_reach_any_name_makes_all_computed_until_they_are_assigned() {
    for code in [
        "from x import *",
        "from .x import *",
        "try:\n  from x import *\nexcept E: pass",
        "globals()['down_revision'] = 'b'",
        "globals().update(x)",
        "vars()['down_revision'] = 'b'",
        "locals()['down_revision'] = 'b'",
        "exec('down_revision = 1')",
        "setattr(sys.modules[__name__], 'down_revision', 'b')",
        "from sys import modules",
        "if TYPE_CHECKING:\n  down_revision = 'b'",
        "def f():\n  global down_revision\n  down_revision = 'b'\nf()",
        "def f():\n  global down_revision\n  down_revision = 'b'\ndef g(): f()\ng()",
        "@x\ndef f():\n  global down_revision",
        "x += (down_revision := 'b')",
        "x[(down_revision := 'b')] += 1",
        "class C:\n  global down_revision\n  down_revision = 'b'",
        "def f():\n  globals()['down_revision'] = 1\nf()",
        "def f():\n  globals()['down_revision'] = 1\nclass C:\n  f()",
        "def f():\n  globals()['down_revision'] = 1\n@f\ndef g(): pass",
        "def f():\n  exec('global down_revision; down_revision = 1')\nf()",
        "f = lambda: globals().update(down_revision='b')\nf()",
    ] {
        let source = format!("down_revision = 'a'\n{code}\n");
        let found = down_revision(&source);
        assert!(found.starts_with("computed: "), "{code}: {found}");
    }
    let copied = "def f():\n  global x\n  x = 'b'\nx = 'a'\nf()\ndown_revision = x\n";
    assert_eq!(down_revision(copied), "computed: `x` is not a known constant @ x");
    let star = module("from x import *\nrevision = 'a'\ndown_revision = None");
    assert!(matches!(star.revision, Value::Known { .. }));
    assert!(matches!(star.down_revision, Value::Known { .. }));
    assert!(matches!(star.depends_on, Value::Computed { .. }));
    let dynamic = module("revision = 'a'\ndef __getattr__(name): return 'b'");
    assert!(matches!(dynamic.revision, Value::Known { .. }));
    assert!(matches!(dynamic.down_revision, Value::Computed { .. }));
    assert!(matches!(module("class C:\n  def __getattr__(self): pass").revision, Value::Missing));
}

#[test]
fn what_gets_hold_of_the_namespace_makes_all_computed_for_good() {
    for code in [
        "e = exec",
        "from builtins import exec as e",
        "import builtins",
        "v = vars",
        "l = locals()",
        "f = lambda: globals().update(x)",
        "g = (globals().update(x) for y in z)",
        "f_locals = sys._getframe().f_locals",
        "d = getattr(f, '__globals__')",
        "def f(x: exec(y)): pass",
        "def f(x=vars()): pass",
        "type X = exec(y)",
        "def f[T = exec(y)](): pass",
    ] {
        let source = format!("{code}\ndown_revision = 'a'\n");
        let found = down_revision(&source);
        assert!(found.starts_with("computed: "), "{code}: {found}");
    }
    for code in
        ["f = (x := 'b' for y in z)", "f = lambda: x.append('b')", "def f(y: x.append('b')): pass"]
    {
        let source = format!("{code}\nx = ['a']\ndown_revision = x\n");
        let found = down_revision(&source);
        assert!(found.starts_with("computed: "), "{code}: {found}");
    }
}

#[test]
fn an_attribute_or_a_method_is_no_call_of_the_modules_function() {
    let upgrade = "def upgrade(name):\n  globals()['upgrade_%s' % name]()\n";
    for code in [
        "class C:\n  upgrade = True\n  def downgrade(self): self.upgrade",
        "class C:\n  def upgrade(self): pass",
        "command.upgrade(config, 'head')",
        "x = dict(upgrade=1)",
        "'upgrade'  # upgrade()",
    ] {
        let source = format!("down_revision = 'a'\n{upgrade}{code}\n");
        assert_eq!(down_revision(&source), "string [a < 'a'] @ 'a'", "{code}");
    }
    for code in ["upgrade('x')", "class C: x = upgrade", "f(x=upgrade)", "@x\ndef f(): upgrade()"] {
        let source = format!("down_revision = 'a'\n{upgrade}{code}\n");
        assert!(down_revision(&source).starts_with("computed: "), "{code}");
    }
}

#[test]
fn a_list_that_other_code_can_change_is_computed() {
    for code in [
        "down_revision.append('b')",
        "down_revision[0] = 'b'",
        "down_revision += ['b']",
        "if x:\n  down_revision.append('b')",
        "x.append('b')",
        "x += ['b']",
        "f(down_revision)",
        "other = down_revision\nother.append('b')",
        "del down_revision[0]",
        "class C:\n  x.append('b')",
        "class C:\n  x += ('b',)",
        "for y in z:\n  x += ['b']",
        "other = down_revision = x\nx.append('b')",
        "def f():\n  x.append('b')\nf()",
        "def f():\n  down_revision[0] = 'b'\nf()",
        "def f():\n  def g(): x.append('b')\n  g()\nf()",
        "class C:\n  def f(self): x.append('b')\nC().f()",
        "f = lambda: x.append('b')\nf()",
        "f = [y.append('b') for y in [x]]",
        "def f():\n  print(f'{x['a']}', x.append('b'))\nf()",
    ] {
        let source = format!("x = ['a']\ndown_revision = x\n{code}\n");
        let found = down_revision(&source);
        assert!(found.starts_with("computed: "), "{code}: {found}");
    }
    for code in [
        "def f():\n  x.append('b')",
        "def f(x):\n  x.append('b')\nf([])",
        "def f():\n  x = []\n  x.append('b')\nf()",
        "y = [x.append('b') for x in []]",
        "y = lambda x: x.append('b')",
    ] {
        let source = format!("x = ['a']\ndown_revision = x\n{code}\n");
        assert_eq!(down_revision(&source), "sequence [a < x] @ x", "{code}");
    }
    let tuple = "down_revision = ('a',)\nf(down_revision)\nx = down_revision\n";
    assert_eq!(down_revision(tuple), "sequence [a < 'a'] @ ('a',)");
}

#[test]
fn one_name_that_is_computed_leaves_the_others_known() {
    let source =
        "revision = 'a'\ndown_revision = 'b'\nbranch_labels = (cli.X,)\ndepends_on: None = None";
    let found = module(source);
    let shown = values(&found).map(|value| show(source.as_bytes(), value));
    assert_eq!(shown[0], "string [a < 'a'] @ 'a'");
    assert_eq!(shown[1], "string [b < 'b'] @ 'b'");
    assert_eq!(shown[2], "computed: it is an attribute @ cli.X");
    assert_eq!(shown[3], "none [] @ None");
}

#[test]
fn line_endings_and_encodings_keep_spans_in_the_file() {
    for source in [
        &b"x = 1\r\ndown_revision = 'a'\r\ny = 2\r\n"[..],
        b"x = 1\rdown_revision = 'a'\ry = 2\r",
        b"\x0cdown_revision = 'a'\n\x0c\n",
        b"\xef\xbb\xbfdown_revision = 'a'",
        b"# coding: latin-1\n'\xe9\xe9\xe9'\ndown_revision = 'a' # \xe9",
        b"# coding: cp1252\nx = '\x80'\ndown_revision = 'a'",
        "x = 'é'\ndown_revision = 'a'".as_bytes(),
        b"if x:\r\n\ty\r\n\r\n\r\ndown_revision = 'a'\r\n",
        b"def f():\n    print 'x'\n\n\ndown_revision = 'a'\n",
    ] {
        assert_eq!(down_revision(source), "string [a < 'a'] @ 'a'", "{}", source.escape_ascii());
    }
    assert_eq!(
        down_revision(b"# coding: latin-1\nx = '\xe9'; down_revision = '\xe9'"),
        "string [é < '\u{fffd}'] @ '\u{fffd}'"
    );
}

#[test]
fn what_python_could_not_load_is_a_fault() {
    let fault = |source: &[u8]| module(source).fault.map(|fault| fault.message);
    for source in [
        &b"revision = 'a'\n<<<<<<< HEAD\ndown_revision = 'b'\n=======\ndown_revision = 'c'\n>>>>>>> x\n"[..],
        b"down_revision = (\n<<<<<<< HEAD\n'b'\n=======\n'c'\n>>>>>>> x\n)\n",
    ] {
        assert_eq!(fault(source).as_deref(), Some("merge conflict marker"));
    }
    for source in [
        &b"down_revision = 'a"[..],
        b"down_revision = ('a'",
        b"x = '''",
        b"  down_revision = 'a'",
        b"down_revision = = 'a'",
        b"print 'a', revision",
        b"\xff",
        b"\0",
        b"# coding: utf-7\n",
        b"\xef\xbb\xbf# coding: utf8\n",
        b"# coding: utf8\n# \xe9\n",
    ] {
        assert!(fault(source).is_some(), "{}", source.escape_ascii());
    }
    for source in [
        &b""[..],
        b"\xef\xbb\xbf",
        b"\n",
        b"def f():\n    print 'x'\n",
        b"\x0c",
        b"# coding: utf-8\n# \xe9\n",
    ] {
        assert_eq!(fault(source), None, "{}", source.escape_ascii());
    }
    let small = ReadLimits { max_file_size: 3 };
    let message = read(b"x = 1", &small).fault.map(|fault| fault.message);
    assert_eq!(message.as_deref(), Some("the file is 5 B; the limit is 3 B (max_file_size)"));
    assert_eq!(read(b"x=1", &small).fault, None);
}

#[test]
fn slips_are_found_where_the_right_name_is_missing() {
    let slips = |source: &str| -> Vec<String> {
        let slips = module(source).misspellings;
        slips
            .iter()
            .map(|slip| {
                assert_eq!(source[slip.span.clone()], slip.found);
                format!("{} -> {}", slip.found, slip.meant)
            })
            .collect()
    };
    for (source, expected) in [
        ("revision = 'a'\ndown_revisions = 'b'", "down_revisions -> down_revision"),
        ("revision = 'a'\ndownrevision: str = 'b'", "downrevision -> down_revision"),
        ("revison = 'a'\ndown_revision = 'b'", "revison -> revision"),
        ("Revision = 'a'\ndown_revision = 'b'", "Revision -> revision"),
        ("revision = 'a'\ndown_rev = 'b'", "down_rev -> down_revision"),
        ("revision = 'a'\nrevises = 'b'", "revises -> down_revision"),
        (
            "revision = 'a'\ndown_revision = 'b'\ndown_revisions = 'c'",
            "down_revisions -> down_revision",
        ),
        ("branch_label = 'c'", "branch_label -> branch_labels"),
        ("depend_on = 'c'", "depend_on -> depends_on"),
        ("dependson = 'c'", "dependson -> depends_on"),
    ] {
        assert_eq!(slips(source), [expected], "{source}");
    }
    for source in [
        "revision = 'a'\ndown_revision = 'b'\nrevisions = ['x']\nrevision_id = 'y'\nrevises = 'z'",
        "revision = 'a'\ndown_revision = 'b'\nbranch_label = 'c'\ndef upgrade(): f(branch_label)",
        "revision = 'a'\ndown_revisions = 'b', 'c'\ndown_revision = down_revisions",
        "revision == 'a'\nversion = 1\nrev.x = 1\ndef revison(): pass\nfor revison in x: y = 1",
    ] {
        assert_eq!(slips(source), [""; 0], "{source}");
    }
}

#[test]
fn a_value_that_grows_through_names_is_not_built() {
    let long = format!("X = '{}'\n", "x".repeat(4000));
    for value in ["(X, X)", "X + X", "[X, 'a', X]"] {
        let found = down_revision(format!("{long}down_revision = {value}\n"));
        assert!(found.starts_with("computed: its value is too long"), "{value}: {found}");
    }
    let doubled = format!("X = 'a'\n{}down_revision = X\n", "X = X + X\n".repeat(100));
    assert!(down_revision(doubled).starts_with("computed: "));
}

#[test]
fn the_header_allows_rules() {
    let source =
        "'''doc'''\n# alembic-guard: allow(long-id)\nrevision = 'a'\n# alembic-guard: allow(x)\n";
    assert_eq!(module(source).allows, ["long-id"]);
}

#[test]
fn code_mentions_a_name_and_strings_and_comments_do_not() {
    let source = b"# coding: latin-1\nx = '\xe9 x'  # x\ny.x(x=f'{x}', xx='x')\n";
    let found = mentions(source, "x", &ReadLimits::default());
    let starts: Vec<usize> = found.iter().map(|span| span.start).collect();
    assert_eq!(starts, [18, 35, 37, 42]);
    assert!(found.iter().all(|span| source[span.clone()] == *b"x"));
    let spelled = mentions("dºwn = 1".as_bytes(), "down", &ReadLimits::default());
    assert_eq!(spelled.first(), Some(&(0..5)));
}
