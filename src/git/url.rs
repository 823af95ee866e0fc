//! URLs of remotes, which may contain a password or token.

use std::fmt;

/// A remote as git passes it: its URL or name. It is printed without secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct Url(String);

impl Url {
    /// Creates it from a URL or name from git or its configuration.
    pub fn new(url: impl Into<String>) -> Url {
        Url(url.into())
    }

    /// Returns whether it contains secrets, so that its printed form does not work.
    pub fn has_secrets(&self) -> bool {
        self.to_string() != self.0
    }

    /// Returns it with its secrets: for git and for comparisons, never for output.
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Url {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&without_secrets(&self.0))
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?}", self.to_string())
    }
}

/// Removes passwords and tokens from every URL in a text.
///
/// With ssh, the user name is part of the address and is kept; elsewhere, a user name may be a token.
pub(super) fn without_secrets(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("://") {
        let (before, behind) = rest.split_at(start + "://".len());
        shown += before;
        let ends =
            |character: char| matches!(character, '/' | '\'' | '"') || character.is_whitespace();
        let (host, path) = behind.split_at(behind.find(ends).unwrap_or(behind.len()));
        let (login, host) = host.rsplit_once('@').map_or(("", host), |(login, host)| (login, host));
        if before[..start].ends_with("ssh") && !login.is_empty() {
            shown += login.split(':').next().unwrap_or_default();
            shown.push('@');
        }
        shown += host;
        rest = path;
    }
    shown + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_printed_without_its_secrets() {
        let shown = [
            ("https://me:secret@host.example/x.git", "https://host.example/x.git"),
            ("https://token@host.example/x.git", "https://host.example/x.git"),
            ("https://me:sec@ret@host.example", "https://host.example"),
            ("ssh://git@host.example:22/x.git/", "ssh://git@host.example:22/x.git/"),
            ("git+ssh://git:secret@host.example/x", "git+ssh://git@host.example/x"),
            ("git@host.example:x.git", "git@host.example:x.git"),
            ("https://host.example/a@b", "https://host.example/a@b"),
            ("/srv/x.git", "/srv/x.git"),
            ("origin", "origin"),
        ];
        for (url, expected) in shown {
            assert_eq!(Url::new(url).to_string(), expected);
            assert_eq!(format!("{:?}", Url::new(url)), format!("{expected:?}"));
            assert_eq!(Url::new(url).secret(), url);
        }
    }

    #[test]
    fn addresses_in_the_middle_of_a_text_lose_theirs_too() {
        assert_eq!(
            without_secrets("cannot reach 'https://a:b@host/x' nor https://c@host: no, a@b"),
            "cannot reach 'https://host/x' nor https://host: no, a@b"
        );
    }
}
