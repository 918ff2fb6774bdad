//! Cookies: what they are called, what they are set with, and how one is read. Only [`Transport`] decides whether they are `Secure`.

use counterfoil::Secret;
use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

/// How the console's pages reach the browser.
///
/// ```
/// use counterfoil_axum::console::Transport;
///
/// assert!(Transport::PlainLoopback.serves("127.0.0.1:8080"));
/// assert!(!Transport::PlainLoopback.serves("console.example"));
/// assert!(Transport::Https.serves("console.example"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Over TLS, whoever ends it: cookies are `Secure` and bear the prefix `__Host-` (RFC 6265bis §4.1.3.2).
    Https,
    /// Over plain HTTP between processes of one machine. A request to any other host is refused.
    PlainLoopback,
}

/// A cookie of the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// The session's text.
    Session,
    /// A text that belongs to a browser nobody is signed in with: what the sign-in form's token is made from.
    Visit,
    /// The language that was chosen.
    Language,
    /// What the forms of the session before are known by, for a while after a proof of the password took its place.
    Before,
}

impl Transport {
    /// Whether pages may be served to a browser that asked for that host, given with or without a port.
    #[must_use]
    pub fn serves(self, authority: &str) -> bool {
        match self {
            Self::Https => true,
            Self::PlainLoopback => crate::loopback::is_loopback(authority),
        }
    }

    const fn name(self, cookie: Cookie) -> &'static str {
        match (self, cookie) {
            (Self::Https, Cookie::Session) => "__Host-counterfoil-session",
            (Self::Https, Cookie::Visit) => "__Host-counterfoil-visit",
            (Self::Https, Cookie::Language) => "__Host-counterfoil-language",
            (Self::Https, Cookie::Before) => "__Host-counterfoil-before",
            (Self::PlainLoopback, Cookie::Session) => "counterfoil-session",
            (Self::PlainLoopback, Cookie::Visit) => "counterfoil-visit",
            (Self::PlainLoopback, Cookie::Language) => "counterfoil-language",
            (Self::PlainLoopback, Cookie::Before) => "counterfoil-before",
        }
    }

    /// What a request brings under that name; `None` where it brings none, or two of them: a second one is somebody else's.
    pub(crate) fn read(self, headers: &HeaderMap, cookie: Cookie) -> Option<Secret> {
        let name = self.name(cookie);
        // By bytes: what another service of the same host has set may be no text at all.
        let lines = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes);
        let pairs = lines.flat_map(|line| line.split(|byte| *byte == b';')).map(<[u8]>::trim_ascii);
        let mut found = pairs.filter_map(|pair| pair.strip_prefix(name.as_bytes())?.strip_prefix(b"="));
        match (found.next(), found.next()) {
            (Some(value), None) if !value.is_empty() => {
                std::str::from_utf8(value).ok().map(|value| Secret::from(value.to_owned()))
            }
            _ => None,
        }
    }

    /// The header that sets it. A session and a visit end with the browser, if the server has not ended them before.
    pub(crate) fn set(self, cookie: Cookie, value: &str) -> Option<HeaderValue> {
        let life = match cookie {
            Cookie::Language => "; Max-Age=31536000",
            Cookie::Before => "; Max-Age=600",
            Cookie::Session | Cookie::Visit => "",
        };
        self.header(cookie, value, life)
    }

    /// The header that takes it away.
    pub(crate) fn clear(self, cookie: Cookie) -> Option<HeaderValue> {
        self.header(cookie, "", "; Max-Age=0")
    }

    fn header(self, cookie: Cookie, value: &str, life: &str) -> Option<HeaderValue> {
        let secure = if self == Self::Https { "; Secure" } else { "" };
        let name = self.name(cookie);
        let mut header =
            HeaderValue::try_from(format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{life}")).ok()?;
        header.set_sensitive(true);
        Some(header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[&'static str]) -> HeaderMap {
        lines.iter().map(|line| (COOKIE, HeaderValue::from_static(line))).collect()
    }

    #[test]
    fn a_cookie_is_read_by_its_whole_name_and_only_where_it_stands_once() {
        let read = |lines: &[&'static str]| {
            let found = Transport::Https.read(&headers(lines), Cookie::Session);
            found.map(|value| value.expose_secret().to_owned())
        };
        assert_eq!(read(&["a=b; __Host-counterfoil-session=cfk_1"]).as_deref(), Some("cfk_1"));
        let mut foreign = headers(&["__Host-counterfoil-session=cfk_1"]);
        foreign.append(COOKIE, HeaderValue::from_bytes(b"name=J\xf6rg").expect("a value"));
        assert!(
            Transport::Https.read(&foreign, Cookie::Session).is_some(),
            "another cookie's bytes are not ours to judge"
        );
        assert_eq!(read(&["counterfoil-session=cfk_1"]), None);
        assert_eq!(read(&["x__Host-counterfoil-session=cfk_1"]), None);
        assert_eq!(read(&["__Host-counterfoil-session="]), None);
        assert_eq!(read(&["__Host-counterfoil-session=1", "__Host-counterfoil-session=2"]), None);
        assert_eq!(read(&["__Host-counterfoil-session=1; __Host-counterfoil-session=1"]), None);
    }

    #[test]
    fn a_cookie_over_tls_is_bound_to_its_host() {
        let set = Transport::Https.set(Cookie::Session, "cfk_1").expect("a header");
        assert!(set.is_sensitive());
        assert_eq!(set, "__Host-counterfoil-session=cfk_1; Path=/; HttpOnly; SameSite=Lax; Secure");
        let plain = Transport::PlainLoopback.set(Cookie::Session, "cfk_1").expect("a header");
        assert_eq!(plain, "counterfoil-session=cfk_1; Path=/; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn a_value_that_is_no_header_is_not_set() {
        assert_eq!(Transport::Https.set(Cookie::Language, "en\r\nSet-Cookie: a=b"), None);
    }

    #[test]
    fn plain_http_serves_this_machine_alone() {
        for own in ["localhost", "LOCALHOST:8080", "127.0.0.1:80", "127.8.9.10", "[::1]:8080", "[::1]"] {
            assert!(Transport::PlainLoopback.serves(own), "{own}");
        }
        for other in ["", "example.com", "localhost.example.com", "10.0.0.1:80", "[2001:db8::1]", "127.0.0.1.nip.io:80"]
        {
            assert!(!Transport::PlainLoopback.serves(other), "{other}");
        }
    }
}
