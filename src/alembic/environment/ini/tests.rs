use super::*;

fn get(text: &str, section: &str, key: &str) -> Result<Option<String>, String> {
    let ini = Ini::parse(text).map_err(|fault| fault.message)?;
    let Some(section) = ini.sections.iter().find(|found| found.name == section) else {
        return Ok(None);
    };
    match ini.get(section, key, "/here") {
        Ok(setting) => Ok(setting.map(|setting| setting.text)),
        Err(fault) => Err(fault.message),
    }
}

#[test]
fn values_are_what_python_makes_of_them() {
    let cases = [
        ("[a]\nk = v", "v"),
        ("[a]\nK:v # not a comment", "v # not a comment"),
        ("[a]\n  k = v\n", "v"),
        ("[a] ignored\nk==v", "=v"),
        ("[a]\nk =\n  one\n  # gone\n\n  two\n\n", "\none\n\ntwo"),
        ("[a]\r\nk = v\r\n  w\r\n", "v\nw"),
        ("[a]\rk = v", "v"),
        ("[DEFAULT]\nk = d\n[a]\n", "d"),
        ("[DEFAULT]\nk = d\n[a]\nk = own\n[DEFAULT]\nz = 1", "own"),
        ("[a]\nk = %(here)s/x%%y", "/here/x%y"),
        ("[a]\nk = %(Other)s\nother = %(here)s!", "/here!"),
        ("[DEFAULT]\nhere = there\n[a]\nk = %(here)s", "there"),
        ("[a]\nk =", ""),
        ("[a]\nk = \u{a0}v\u{1f}\n", "v"),
        ("[a]\nk = 1\n = 2", "1\n= 2"),
    ];
    for (text, value) in cases {
        assert_eq!(get(text, "a", "k"), Ok(Some(value.to_owned())), "{text:?}");
    }
}

#[test]
fn what_is_not_there_is_nothing() {
    assert_eq!(get("[a]\n# k = v\n; k = v", "a", "k"), Ok(None));
    assert_eq!(get("[A]\nk = v", "a", "k"), Ok(None));
    assert_eq!(get("", "a", "k"), Ok(None));
}

#[test]
fn faults_are_python_s_own() {
    let cases = [
        "k = v",
        "\u{feff}[a]\nk = v",
        "[a]\nk = v\n[a]\n",
        "[a]\nk = v\nK = w",
        "[a]\nword",
        "[a]\n= v",
        "[]\n",
        "[DEFAULT]\nk = 1\n[DEFAULT]\nk = 2\n",
    ];
    for text in cases {
        assert!(Ini::parse(text).is_err(), "{text:?}");
    }
    let values = ["50%", "%(gone)s", "%(here)d", "%()s", "%(k)s"];
    for value in values {
        assert!(get(&format!("[a]\nk = {value}"), "a", "k").is_err(), "{value}");
    }
}

#[test]
fn a_value_is_marked_where_it_is_written() {
    let text = "[a]\r\nk =\r\n   one  \r\n\r\n   two\r\nnext = x";
    let ini = Ini::parse(text).expect("the text is well-formed");
    let setting = &ini.sections[0].options["k"];
    assert_eq!(&text[setting.span.clone()], "one  \r\n\r\n   two");
    let fault = Ini::parse("[a]\n  word  \n").expect_err("a word is no line");
    assert_eq!(fault.span, 6..10);
}

#[test]
fn references_cannot_grow_without_bound() {
    let mut text = "[a]\nk = %(k1)s\n".to_owned();
    for level in 1..9 {
        let next = format!("%(k{})s", level + 1).repeat(100);
        text.push_str(&format!("k{level} = {next}\n"));
    }
    for last in ["", "x"] {
        let text = format!("{text}k9 = {last}");
        assert_eq!(get(&text, "a", "k"), Err("its value is too long".to_owned()));
    }
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic_and_every_mark_can_be_shown(
        text in "(\\[[aD]\\]|[k=:%()s#; é\u{85}\u{1f}\r\n\t]|here|DEFAULT){0,60}",
    ) {
        let marked = match Ini::parse(&text) {
            Err(fault) => text.get(fault.span).is_some(),
            Ok(ini) => ini.sections.iter().all(|section| {
                section.options.iter().all(|(key, setting)| {
                    let _ = ini.get(section, key, "/here");
                    text.get(setting.span.clone()).is_some()
                })
            }),
        };
        proptest::prop_assert!(marked);
    }
}
