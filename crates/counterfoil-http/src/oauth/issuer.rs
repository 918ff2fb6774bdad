//! The identifier of the authorization server in its metadata (RFC 8414 §2). The text is validated once and never
//! changed.

use std::fmt;

use http::Uri;
use http::uri::Scheme;
use serde::{Serialize, Serializer};

use crate::loopback::is_loopback;

/// The path at which the metadata of an issuer without a path is served (RFC 8414 §3). [`Issuer::metadata_path`] adds
/// the path of the issuer.
pub(crate) const WELL_KNOWN: &str = "/.well-known/oauth-authorization-server";

/// The identifier of an authorization server: an `https` URL without query and fragment. An `http` URL is allowed only
/// for `localhost` and loopback addresses.
///
/// ```
/// use counterfoil_http::Issuer;
///
/// let issuer = Issuer::new("https://auth.example.com/tenant/")?;
/// assert_eq!(issuer.as_str(), "https://auth.example.com/tenant/", "as it was given");
/// assert_eq!(issuer.metadata_path(), "/.well-known/oauth-authorization-server/tenant");
/// assert!(Issuer::new("http://auth.example.com").is_err());
/// # Ok::<(), counterfoil_http::InvalidIssuer>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    text: String,
    /// The path without trailing slashes. Empty if the issuer has no path.
    path: String,
}

/// Why a text is not a valid issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidIssuer {
    /// The text is not an absolute URL with a host.
    Url,
    /// The scheme is not allowed. `https` is allowed for every host, and `http` only for `localhost` and loopback
    /// addresses.
    Scheme,
    /// The URL has a query or a fragment.
    Parts,
    /// The URL contains user information.
    User,
    /// A segment of the path is empty, is `.` or `..`, begins with `:` or `*`, or contains a brace.
    Path,
}

impl fmt::Display for InvalidIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Url => "the issuer must be a URL such as https://auth.example.com",
            Self::Scheme => {
                "the issuer must begin with https:// (http:// is for loopback addresses and localhost alone)"
            }
            Self::Parts => "the issuer must have neither a query nor a fragment",
            Self::User => "the issuer must name no user",
            Self::Path => {
                "the issuer's path must have plain segments: not empty, no dots alone, no : or * first, no braces"
            }
        })
    }
}

impl std::error::Error for InvalidIssuer {}

impl Issuer {
    /// Parses an issuer. The text is not changed, even if it ends with a slash, because clients compare it character by
    /// character (RFC 8414 §3.3).
    ///
    /// # Errors
    ///
    /// [`InvalidIssuer`] if the text is not a valid issuer.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidIssuer> {
        let text = text.into();
        // The URL parser drops a fragment without an error, so the text is checked here.
        if text.contains(['?', '#']) {
            return Err(InvalidIssuer::Parts);
        }
        let uri: Uri = text.parse().map_err(|_| InvalidIssuer::Url)?;
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else { return Err(InvalidIssuer::Url) };
        if authority.host().is_empty() {
            return Err(InvalidIssuer::Url);
        }
        if authority.as_str().contains('@') {
            return Err(InvalidIssuer::User);
        }
        if *scheme != Scheme::HTTPS && !(*scheme == Scheme::HTTP && is_loopback(authority.as_str())) {
            return Err(InvalidIssuer::Scheme);
        }
        let path = uri.path().strip_suffix('/').unwrap_or(uri.path()).to_owned();
        let plain = |segment: &str| !matches!(segment, "" | "." | "..") && !segment.starts_with([':', '*']);
        if path.contains(['{', '}']) || !path.split('/').skip(1).all(plain) {
            return Err(InvalidIssuer::Path);
        }
        Ok(Self { text, path })
    }

    /// Returns the text as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the path of the metadata: the well-known path, followed by the issuer's own path (RFC 8414 §3.1).
    #[must_use]
    pub fn metadata_path(&self) -> String {
        format!("{WELL_KNOWN}{}", self.path)
    }

    /// Returns the URL of a path below the issuer.
    pub(crate) fn below(&self, path: &str) -> String {
        format!("{}{path}", self.text.strip_suffix('/').unwrap_or(&self.text))
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for Issuer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_c5_an_issuer_is_kept_as_given_and_its_metadata_follow_section_3_1() {
        for (text, place, below) in [
            ("https://a.example", "", "https://a.example/token"),
            ("https://a.example/", "", "https://a.example/token"),
            ("https://a.example:8443", "", "https://a.example:8443/token"),
            ("https://a.example/one", "/one", "https://a.example/one/token"),
            ("https://a.example/one/", "/one", "https://a.example/one/token"),
            ("https://a.example/one/two%20b", "/one/two%20b", "https://a.example/one/two%20b/token"),
            ("http://localhost:8080", "", "http://localhost:8080/token"),
            ("http://127.0.0.1:8080", "", "http://127.0.0.1:8080/token"),
            ("http://[::1]", "", "http://[::1]/token"),
        ] {
            let issuer = Issuer::new(text).expect(text);
            assert_eq!(issuer.as_str(), text);
            assert_eq!(issuer.metadata_path(), format!("{WELL_KNOWN}{place}"), "{text}");
            assert_eq!(issuer.below("/token"), below, "{text}");
        }
    }

    #[test]
    fn fault_c5_what_is_no_https_url_without_query_and_fragment_is_refused() {
        use InvalidIssuer::*;
        for (text, fault) in [
            ("", Url),
            ("not a url", Url),
            ("auth.example.com", Url),
            ("/path", Url),
            ("https://", Url),
            ("https:///path", Url),
            ("https://a b", Url),
            ("https://ж.example", Url),
            ("ftp://a.example", Scheme),
            ("http://a.example", Scheme),
            ("http://127.0.0.1.example", Scheme),
            ("http://10.0.0.1", Scheme),
            ("https://a.example?x=1", Parts),
            ("https://a.example/?", Parts),
            ("https://a.example#", Parts),
            ("https://a.example/a#b", Parts),
            ("https://user@a.example", User),
            ("https://user:pass@a.example", User),
            ("https://a.example/a//b", Path),
            ("https://a.example//", Path),
            ("https://a.example/../b", Path),
            ("https://a.example/{b}", Path),
            ("https://a.example/:b", Path),
        ] {
            let refused = Issuer::new(text).expect_err(text);
            assert!(refused == fault || (fault == Path && refused == Url), "{text}: {refused:?}");
            assert!(refused.to_string().starts_with("the issuer"), "{refused}");
        }
    }
}
