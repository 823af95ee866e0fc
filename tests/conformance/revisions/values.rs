//! What templates, names, dates, messages and ids can be.

use crate::support::random::Random;

/// Values, of which some are such as people may have, and others stop someone.
pub(super) struct Values {
    pub(super) sound: &'static [&'static str],
    pub(super) strange: &'static [&'static str],
}

impl Values {
    /// Chooses a value; a strange one so many times in a hundred.
    pub(super) fn choose(&self, strange: usize, random: &mut Random) -> &'static str {
        let values = if random.percent(strange) { self.strange } else { self.sound };
        values[random.below(values.len())]
    }
}

/// Templates beside those that Alembic and Flask-Migrate bring: older ones, and what people make of them.
pub(super) const TEMPLATES: Values = Values {
    sound: &[
        // As of the first versions, which know neither labels nor dependencies.
        "\"\"\"${message}\n\nRevision ID: ${up_revision}\nRevises: ${down_revision}\nCreate Date: \
     ${create_date}\n\n\"\"\"\n\nrevision = ${repr(up_revision)}\ndown_revision = \
     ${repr(down_revision)}\n\nfrom alembic import op\n${imports if imports else \"\"}\n\ndef \
     upgrade():\n    ${upgrades if upgrades else \"pass\"}\n\n\ndef downgrade():\n    ${downgrades \
     if downgrades else \"pass\"}\n",
        // As people space and quote it.
        "## House style: say why.\n'''${ message }\n\nRevises: ${down_revision|comma,n}\n'''\n\
     revision = \"${up_revision}\"\n  ## parents\ndown_revision = ${ repr( down_revision ) }\n\
     branch_labels = ${branch_labels}\ndepends_on = ${depends_on}\ncreated = '${create_date}'\n\
     def upgrade(): ${upgrades if upgrades else 'pass'}\ndef downgrade(): pass",
        "# -*- coding: utf-8 -*-\n\"\"\"${message}\n%% = 100 %\n\"\"\"\nrevision = \\\n\
         ${repr(up_revision)}\ndown_revision = ${repr(down_revision)} # caf\u{e9}\n",
        "revision = ${repr(up_revision)}\n\n\n## a \\\n still a comment\n\\\n## and another\n\
         down_revision = ${repr(down_revision)}\ntitle = ${repr(message)}\n\"\"\"\n\
         %%\n\n\"\"\" # 50% \\ x\n",
        "## coding: utf-8\n\n\"\"\"\n  %% x\n    ##\n\"\"\"\nrevision = ${repr(up_revision)}\n\
         down_revision = ${repr(down_revision)}\n    ## the end",
        "\"\"\" \\d \\\n$ {message} $${message} #{x} $\n\n\"\"\"\nrevision=${repr(up_revision)}\n\
         down_revision=${repr(down_revision)}\n",
        "\"\"\"${message}\n\\\n\n  %%%% x\n\\\\\nx\"\"\"\nrevision=${repr(up_revision)}\n\
         down_revision=${repr(down_revision)}\n",
        "\"\"\"${message}\"\"\"\nrevision=${repr(up_revision)}\n#\\\n\n\
         down_revision=${repr(down_revision)}\n",
        "\"\"\"\n## y\n\n \u{c}%%\n%% x\n \t%%%%%y\n\n\n%%\n\u{c}%%\n\"\"\"\nrevision=${repr(up_revision)}\n\
         down_revision=${repr(down_revision)}",
        "## x\n\"\"\"\n## y\n\n\u{c}%%\n\"\"\"\nrevision=${repr(up_revision)}\n\
         down_revision=${repr(down_revision)}",
    ],
    strange: &[
        // What cannot be filled in.
        "<%doc>note</%doc>\"\"\"${message}\"\"\"\nrevision = ${repr(up_revision)}\ndown_revision = \
     ${repr(down_revision)}\ndef upgrade(engine_name: str = 'x'): pass\n",
        "\"\"\"${message.title()}\"\"\"\nrevision = ${repr(up_revision)}\ndown_revision = \
     ${repr(down_revision)}\ndef upgrade(\n    one: str,\n    *,\n    two: int | None = None,\n) -> \
     None: pass\ndef downgrade(one: Name): pass\n",
        "% if message:\n\"\"\"${message}\"\"\"\n% endif\nrevision = ${repr(up_revision)}\ndown_revision = \
     ${repr(down_revision)}\n",
        "\"\"\"${message}\"\"\"\nrevision = ${repr(up_revision)}\ndown_revision = ${repr(down_revision)}\n\
     created = ${repr(create_date.year)}\n",
        "# coding: latin-1\nrevision = ${repr(up_revision)}\ndown_revision = ${repr(down_revision)}\n# \
     caf\u{e9}\n",
        "revision = '${revision}'\ndown_revision = '${down_revision | None}'\n",
        "\"\"\"${message}\"\"\"\nrevision = ${repr(up_revision)}\n",
        "\"\"\"${message}\nrevision = ${repr(up_revision)}\ndown_revision = ${repr(down_revision)}\n",
        "\"\"\"${message\"\"\"\n",
        "revision = ${repr(up_revision)}\rdown_revision = ${repr(down_revision)}\n## a\rb\n",
        "",
    ],
};

pub(super) const FILE_TEMPLATES: Values = Values {
    sound: &[
        "%(rev)s_%(slug)s",
        "%(year)d_%(month).2d_%(day).2d_%(hour).2d%(minute).2d-%(rev)s_%(slug)s",
        "%(year)d%(month).2d%(day).2d_%(rev)s",
        "%(epoch)s_%(rev)s",
        "%(slug)s",
        "%(year)d/%(month).2d/%(day).2d_%(hour).2d%(minute).2d_%(second).2d_%(rev)s_%(slug)s",
        "%(epoch)012d%(second)-5d%(hour)+d|%% x",
        "%(year)s-%(month)02d-%(day)2d_%(hour)05.2d%(minute)-05d%(second) 5d_%(rev).4s",
        "%(rev)-12s|%(slug)20s|%(slug).5s|%(rev)08s",
        "%(minute)i%(second)u%(hour)ld%(day)+ d%(year)#d%(month).d",
        "%(rev)r_%(slug).3r_%(epoch)r",
        "100%%_%(rev)s",
        "v\u{e9}_%(rev)s",
        "./a//b/./%(rev)s",
    ],
    strange: &[
        "%(rev)s.py",
        "../%(rev)s",
        "/%(rev)s",
        "a/../%(rev)s",
        "__init__%(rev)s",
        ".#%(rev)s",
        "__pycache__/%(rev)s",
        "x__pycache__/%(rev)s",
        "%(epoch)x_%(rev)s",
        "%(rev)d",
        "%(rev)a",
        "%(year)c%(rev)s",
        "%(branch)s_%(rev)s",
        "%s",
        "%(rev)",
        "%(rev",
        "%(year)*d",
        "%(year)f",
        "%(year)%",
        "%(rev)300s",
        "100%",
        "",
        "p0",
        "x/p0",
    ],
};

pub(super) const TIMEZONES: Values = Values {
    sound: &[
        "UTC",
        "utc",
        "Europe/Berlin",
        "America/New_York",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "Etc/GMT+5",
        "est5edt",
        "America/St_Johns",
        "Pacific/Apia",
    ],
    strange: &[
        "europe/berlin",
        "EUROPE/BERLIN",
        "Zulu",
        "zulu",
        "GMT",
        "Nowhere/Land",
        "",
        "UTC+1",
        "../UTC",
        "America",
        "Etc/Unknown",
        "UTC # comment",
        "posix/UTC",
        "right/UTC",
        "leapseconds",
        "GB",
        "gb",
        "Factory",
    ],
};

pub(super) const LENGTHS: Values = Values {
    sound: &["40", "20", "5", "1", "100", "0", " 7 ", "+9", "1_0"],
    strange: &["-4", "x", ""],
};

pub(super) const ENCODINGS: Values = Values {
    sound: &["utf-8", "UTF-8", "utf8", "utf_8", "latin-1", "ascii", "cp1252", "iso-8859-15"],
    strange: &["utf-16", "utf-8-sig", "nosuch", "", "cp037", "utf-7"],
};

pub(super) const IDS: Values = Values {
    sound: &[
        "a1b2c3d4e5f6",
        "0123456789ab",
        "deadbeef0001",
        "42",
        "007",
        "add_users",
        "it's",
        "say \"it\"",
        "\"it's\"",
        "caf\u{e9}",
        "a b",
        "a.b",
        "x/y",
        "nb\u{a0}sp",
        "zw\u{200b}j",
        "\u{1f680}",
        "e\u{301}",
        "\u{ff9e}",
    ],
    strange: &[
        "a\\b", "a\\N", "a\tb", "a\nb", "q\"\"\"q", "\"\"", "q\"", "'", "'''", "${x}", "%(rev)s",
        "#",
    ],
};

/// Ids that a new revision alone may be asked to have.
pub(super) const NEW_IDS: Values = Values {
    sound: &["fedcba987654"],
    strange: &["a@b", "a-b", "a+b", "a:b", "..", "__init__", "", "."],
};

pub(super) const MESSAGES: Values = Values {
    sound: &[
        "merge heads",
        "Merge branch 'feature/x' into main",
        "merge a1b2c3d4e5f6 and 0123456789ab",
        "",
        "add users, and their e-mail addresses; then index them all at once (again)",
        "onewordwithoutanyplacetocutitbehindawordatall",
        "\u{c4}ndere \u{3a3}\u{391}\u{3a3} \u{130} \u{df} \u{4e2d}\u{6587}",
        "\u{1f680} launch",
        "\u{24b6} e\u{301} \u{93e} \u{b2} \u{bd} \u{2167} \u{2071}",
        "100% of ${message} %(rev)s ## # <% %>",
        "\"quoted\"",
        "ends with a \"quote\"",
        "\"",
        "\"\"",
        "it's ''' three",
        "  spaced  ",
        "...",
        "_under__score_",
    ],
    strange: &[
        "a \"\"\" b",
        "path C:\\new\\table",
        "a \\",
        "two\nlines",
        "a\ttab",
        "bell \u{7}",
        "a\r\nb",
        "line\u{2028}separator",
        "bidi \u{202e}",
        "\u{85}next",
        "# coding: latin-1",
    ],
};
