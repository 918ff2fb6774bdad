//! Protects against cross-site request forgery. Checks a token that is derived from the session cookie, and the headers
//! in which the browser names the origin of a request.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use counterfoil::Secret;
use counterfoil::types::RecordId;
use http::header::ORIGIN;
use http::{HeaderMap, HeaderName, HeaderValue};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::console::session::Host;

/// The header in which scripts send the CSRF token.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-csrf-token");
/// The form field that contains the CSRF token.
pub(crate) const FIELD: &str = "csrf_token";

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Returns the CSRF token for a session cookie or a visit cookie. The token is a hash of the cookie's value. The value
/// is random, so the token does not reveal it.
pub(crate) fn token(cookie: &Secret) -> String {
    let mut hash = Sha256::new();
    hash.update(b"counterfoil console: token of a form, 1\0");
    hash.update(cookie.expose_secret().as_bytes());
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

/// Returns a tag that authenticates two values of a previous session of the browser: `token`, the CSRF token of that
/// session, and `id`, the id of that session. Only the holder of the present session, `session`, can compute the tag.
pub(crate) fn previous_session_tag(session: &Secret, token: &str, id: RecordId) -> String {
    let mut hash = Sha256::new();
    hash.update(b"counterfoil console: the session before, 1\0");
    for part in [session.expose_secret().as_bytes(), token.as_bytes(), id.as_bytes()] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

/// Whether `presented` is the CSRF token for a cookie.
pub(crate) fn fits(cookie: &Secret, presented: &str) -> bool {
    token(cookie).as_bytes().ct_eq(presented.as_bytes()).into()
}

/// The reason why a request is treated as a request from another site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Foreign {
    /// `Sec-Fetch-Site` says that another site sent the request, or the request has no valid host.
    Site,
    /// `Origin` differs from `Host`. Either another site sent the request, or a proxy replaced `Host`.
    Origin,
}

/// Returns why the request is treated as a request from another site. Returns `None` if its headers give no reason for
/// this. A request without the headers `Sec-Fetch-Site` and `Origin` gives `None` too, so the caller must also check
/// the CSRF token.
pub(crate) fn foreign(headers: &HeaderMap, host: Host<'_>) -> Option<Foreign> {
    let Ok(host) = host else { return Some(Foreign::Site) };
    if let Some(site) = headers.get(SITE) {
        return (site != "same-origin" && site != "none").then_some(Foreign::Site);
    }
    let origin = headers.get(ORIGIN)?.as_bytes();
    let origin = origin.strip_prefix(b"https://").or_else(|| origin.strip_prefix(b"http://"));
    (origin.is_none() || origin != host.map(str::as_bytes)).then_some(Foreign::Origin)
}

/// Logs a refused request with its `Origin` and `Host`. `suppressed` is the number of requests that were refused since
/// the last log line but not logged.
pub(crate) fn warn(headers: &HeaderMap, host: Host<'_>, suppressed: u64, text: &str) {
    let origin = headers.get(ORIGIN).map(HeaderValue::as_bytes).unwrap_or_default();
    let host = host.ok().flatten().unwrap_or_default();
    let (origin, host) = (shortened(origin), shortened(host.as_bytes()));
    tracing::warn!(target: "counterfoil", ?origin, ?host, suppressed, "{text}");
}

/// Returns the first 100 characters of a header value.
fn shortened(value: &[u8]) -> String {
    String::from_utf8_lossy(value).chars().take(100).collect()
}

#[cfg(test)]
mod tests {
    use counterfoil_http::host_of;
    use http::header::HOST;
    use http::{Request, Version};

    use super::*;

    /// Checks a request with this target and these headers.
    fn foreign_at(target: &str, version: Version, headers: &HeaderMap) -> Option<Foreign> {
        let mut request = Request::get(target).version(version).body(()).expect("a request");
        *request.headers_mut() = headers.clone();
        foreign(request.headers(), host_of(&request))
    }

    fn secret(text: &str) -> Secret {
        Secret::from(text.to_owned())
    }

    #[test]
    fn a_token_belongs_to_one_cookie() {
        let (one, other) = (secret("cfk_1"), secret("cfk_2"));
        assert!(fits(&one, &token(&one)));
        assert!(!fits(&one, &token(&other)));
        assert!(!fits(&one, ""));
        assert!(!token(&one).contains("cfk"));
    }

    #[test]
    fn the_browser_says_which_requests_another_site_sent() {
        let foreign = |pairs: &[(HeaderName, &'static str)], host: &'static str| {
            let value = http::HeaderValue::from_static;
            let pairs = pairs.iter().map(|(name, text)| (name.clone(), value(text)));
            let headers: HeaderMap = pairs.chain([(HOST, value(host))]).collect();
            foreign_at("/", Version::HTTP_11, &headers)
        };
        assert_eq!(foreign(&[], "a"), None);
        assert_eq!(foreign(&[(SITE, "same-origin"), (ORIGIN, "null")], "a"), None);
        assert_eq!(foreign(&[(SITE, "none")], "a"), None);
        assert_eq!(foreign(&[(SITE, "same-site")], "a"), Some(Foreign::Site));
        assert_eq!(foreign(&[(SITE, "cross-site"), (ORIGIN, "https://a")], "a"), Some(Foreign::Site));
        assert_eq!(foreign(&[(ORIGIN, "http://a:8080")], "a:8080"), None);
        assert_eq!(foreign(&[(ORIGIN, "http://b:8080")], "a:8080"), Some(Foreign::Origin));
        assert_eq!(foreign(&[(ORIGIN, "null")], "a:8080"), Some(Foreign::Origin));
        assert_eq!(foreign(&[(ORIGIN, "http://a")], "b"), Some(Foreign::Origin));
    }

    #[test]
    fn fault_c10_a_request_without_exactly_one_host_is_foreign() {
        let mut headers = HeaderMap::from_iter([(SITE, http::HeaderValue::from_static("same-origin"))]);
        assert_eq!(foreign_at("/", Version::HTTP_11, &headers), Some(Foreign::Site));
        headers.append(HOST, http::HeaderValue::from_static("a"));
        assert_eq!(foreign_at("/", Version::HTTP_11, &headers), None);
        headers.append(HOST, http::HeaderValue::from_static("a"));
        assert_eq!(foreign_at("/", Version::HTTP_11, &headers), Some(Foreign::Site));
    }

    #[test]
    fn http_2_names_the_host_in_its_target() {
        let headers = HeaderMap::from_iter([(ORIGIN, http::HeaderValue::from_static("https://a"))]);
        let foreign = |target| foreign_at(target, Version::HTTP_2, &headers);
        assert_eq!(foreign("https://a/x"), None);
        assert_eq!(foreign("https://b/x"), Some(Foreign::Origin));
    }
}
