//! The names, attributes and values of cookies. Only [`Transport`] decides whether a cookie is `Secure`.

use std::fmt;
use std::str::FromStr;

use counterfoil::{Realm, Secret};
use counterfoil_http::Issuer;
use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};
use sha2::{Digest as _, Sha256};

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
#[non_exhaustive]
pub enum Transport {
    /// The browser uses TLS, which ends in this process or in a proxy. Cookies are `Secure` and their names begin with
    /// `__Host-` (RFC 6265bis §4.1.3.2).
    Https,
    /// The browser uses plain HTTP on the machine of the service. A request whose host is not loopback is refused.
    PlainLoopback,
}

impl Transport {
    /// Whether the console serves a request to this host. With [`Transport::PlainLoopback`], a request to a host that
    /// is not loopback is refused, because its cookies would be sent without encryption. `authority` is the host, with
    /// or without a port.
    #[must_use]
    pub fn serves(self, authority: &str) -> bool {
        match self {
            Self::Https => true,
            Self::PlainLoopback => counterfoil_http::request::is_loopback(authority),
        }
    }
}

/// The suffix of the names of a console's cookies. Consoles on the same host need different suffixes.
///
/// A browser sends a cookie to every port and every path of a host. The default suffix is derived from the realm and
/// the base path of the console. So the consoles of two realms under two paths do not overwrite each other's cookies.
/// For two consoles on one host with the same realm and base path, the service must set different suffixes.
///
/// ```
/// use counterfoil_axum::console::CookieName;
///
/// assert!("staging-2".parse::<CookieName>().is_ok());
/// assert!("two words".parse::<CookieName>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CookieName(String);

/// The error for a text that is not a valid [`CookieName`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidCookieName;

impl fmt::Display for InvalidCookieName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a cookie name must be 1 to 64 ASCII letters, digits, hyphens and underscores")
    }
}

impl std::error::Error for InvalidCookieName {}

impl FromStr for CookieName {
    type Err = InvalidCookieName;

    fn from_str(text: &str) -> Result<Self, InvalidCookieName> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let sound = (1..=64).contains(&text.len()) && text.bytes().all(fits);
        sound.then(|| Self(text.to_owned())).ok_or(InvalidCookieName)
    }
}

impl From<&Issuer> for CookieName {
    /// Derives the suffix from the host, the port and the path of the issuer. All nodes of a service get the same
    /// suffix. Different services on one host get different suffixes.
    ///
    /// ```
    /// use counterfoil_axum::Issuer;
    /// use counterfoil_axum::console::CookieName;
    ///
    /// let issuer = Issuer::new("http://127.0.0.1:8080")?;
    /// assert_eq!(CookieName::from(&issuer), "127-0-0-1-8080".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn from(issuer: &Issuer) -> Self {
        let host = issuer.as_str().split_once("://").map_or("", |(_, host)| host);
        let letter = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
        Self(host.trim_end_matches('/').chars().take(64).map(letter).collect())
    }
}

impl CookieName {
    /// Returns the default suffix for a realm and a base path.
    fn of(realm: &Realm, base: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"counterfoil console: name of its cookies, 1\0");
        for part in [realm.as_str(), base.trim_end_matches('/')] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        Self(hash.finalize().iter().take(4).map(|byte| format!("{byte:02x}")).collect())
    }
}

/// The purpose of a cookie that the console sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// Contains the credential of the session.
    Session,
    /// Contains a random value for a browser without a session. The CSRF token of the sign-in form is derived from it.
    Visit,
    /// Contains the chosen language.
    Language,
    /// Contains the CSRF token and the id of the session that a reauthentication replaced. So the forms that the
    /// browser got during the replaced session stay valid.
    Before,
}

/// The names and the attributes of the cookies of one console.
#[derive(Clone, Debug)]
pub(crate) struct Cookies {
    pub(crate) transport: Transport,
    name: CookieName,
}

impl Cookies {
    /// Returns the cookies of the console that serves this realm under the base path `base`. The names of the cookies
    /// have the default suffix.
    pub(crate) fn of(transport: Transport, realm: &Realm, base: &str) -> Self {
        Self { transport, name: CookieName::of(realm, base) }
    }

    /// Returns the same cookies with this suffix in their names.
    pub(crate) fn named(self, name: CookieName) -> Self {
        Self { name, ..self }
    }

    fn name(&self, cookie: Cookie) -> String {
        let prefix = if self.transport == Transport::Https { "__Host-" } else { "" };
        let what = match cookie {
            Cookie::Session => "session",
            Cookie::Visit => "visit",
            Cookie::Language => "language",
            Cookie::Before => "before",
        };
        format!("{prefix}counterfoil-{what}-{}", self.name.0)
    }

    /// Returns the value of a cookie. Returns `None` if the request has no such cookie. Also returns `None` if the
    /// request has several, because one of them may come from an attacker on another host of the domain.
    pub(crate) fn read(&self, headers: &HeaderMap, cookie: Cookie) -> Option<Secret> {
        let name = self.name(cookie);
        // This compares bytes, because the cookies of other services on the same host may not be UTF-8.
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

    /// Returns the `Set-Cookie` header that sets a cookie. Returns `None` if `value` cannot be part of a header. The
    /// session cookie and the visit cookie last until the browser is closed.
    pub(crate) fn set(&self, cookie: Cookie, value: &str) -> Option<HeaderValue> {
        let life = match cookie {
            Cookie::Language => "; Max-Age=31536000",
            Cookie::Before => "; Max-Age=600",
            Cookie::Session | Cookie::Visit => "",
        };
        self.header(cookie, value, life)
    }

    /// Returns the `Set-Cookie` header that removes a cookie.
    pub(crate) fn clear(&self, cookie: Cookie) -> Option<HeaderValue> {
        self.header(cookie, "", "; Max-Age=0")
    }

    fn header(&self, cookie: Cookie, value: &str, life: &str) -> Option<HeaderValue> {
        let secure = if self.transport == Transport::Https { "; Secure" } else { "" };
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

    fn cookies(transport: Transport) -> Cookies {
        let realm = Realm::new("a").expect("a realm");
        Cookies::of(transport, &realm, "/console").named("x".parse().expect("a name"))
    }

    fn headers(lines: &[&'static str]) -> HeaderMap {
        lines.iter().map(|line| (COOKIE, HeaderValue::from_static(line))).collect()
    }

    #[test]
    fn a_cookie_is_read_by_its_whole_name_and_only_where_it_stands_once() {
        let own = cookies(Transport::Https);
        let read = |lines: &[&'static str]| {
            let found = own.read(&headers(lines), Cookie::Session);
            found.map(|value| value.expose_secret().to_owned())
        };
        assert_eq!(read(&["a=b; __Host-counterfoil-session-x=cfk_1"]).as_deref(), Some("cfk_1"));
        let mut foreign = headers(&["__Host-counterfoil-session-x=cfk_1"]);
        foreign.append(COOKIE, HeaderValue::from_bytes(b"name=J\xf6rg").expect("a value"));
        assert!(own.read(&foreign, Cookie::Session).is_some(), "another cookie's bytes are not ours to judge");
        assert_eq!(read(&["counterfoil-session-x=cfk_1"]), None);
        assert_eq!(read(&["__Host-counterfoil-session=cfk_1; __Host-counterfoil-session-y=cfk_1"]), None);
        assert_eq!(read(&["x__Host-counterfoil-session-x=cfk_1"]), None);
        assert_eq!(read(&["__Host-counterfoil-session-x="]), None);
        assert_eq!(read(&["__Host-counterfoil-session-x=1", "__Host-counterfoil-session-x=2"]), None);
        assert_eq!(read(&["__Host-counterfoil-session-x=1; __Host-counterfoil-session-x=1"]), None);
    }

    #[test]
    fn a_cookie_over_tls_is_bound_to_its_host() {
        let set = cookies(Transport::Https).set(Cookie::Session, "cfk_1").expect("a header");
        assert!(set.is_sensitive());
        assert_eq!(set, "__Host-counterfoil-session-x=cfk_1; Path=/; HttpOnly; SameSite=Lax; Secure");
        let plain = cookies(Transport::PlainLoopback).set(Cookie::Session, "cfk_1").expect("a header");
        assert_eq!(plain, "counterfoil-session-x=cfk_1; Path=/; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn a_value_that_is_no_header_is_not_set() {
        assert_eq!(cookies(Transport::Https).set(Cookie::Language, "en\r\nSet-Cookie: a=b"), None);
    }

    #[test]
    fn fault_f6_a_name_is_of_one_realm_and_one_base_or_what_the_host_says() {
        let realm = |name| Realm::new(name).expect("a realm");
        let own = CookieName::of(&realm("a"), "/console");
        assert_eq!(CookieName::of(&realm("a"), "/console/"), own);
        for other in [CookieName::of(&realm("b"), "/console"), CookieName::of(&realm("a"), "/other")] {
            assert_ne!(other, own);
        }
        assert_eq!(own.0.parse(), Ok(own.clone()), "it is one that a host may give");
        for bad in ["", "a b", "a;b", "a=b", "\u{e9}", &"x".repeat(65)] {
            assert_eq!(bad.parse::<CookieName>(), Err(InvalidCookieName), "{bad}");
        }
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
