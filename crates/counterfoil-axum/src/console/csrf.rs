//! Forms that only our own pages can send: a token that is made from the cookie's text and that no other site can read, and what the browser says of
//! where a request comes from.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use counterfoil::Secret;
use http::header::{HOST, ORIGIN};
use http::{HeaderMap, HeaderName};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// Where a script of ours sends the token with a request that is no form's.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-csrf-token");
/// The field of a form.
pub(crate) const FIELD: &str = "csrf_token";

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The token that belongs to a cookie's text. It says nothing about that text, which is random.
pub(crate) fn token(cookie: &Secret) -> String {
    let mut hash = Sha256::new();
    hash.update(b"counterfoil console: token of a form, 1\0");
    hash.update(cookie.expose_secret().as_bytes());
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

/// Whether a token is the one that belongs to a cookie's text.
pub(crate) fn fits(cookie: &Secret, presented: &str) -> bool {
    token(cookie).as_bytes().ct_eq(presented.as_bytes()).into()
}

/// Whether the browser says that another site made the request. One that says nothing is believed: the token decides then. HTTP/2 names the
/// host in the target's authority, and not in a header.
pub(crate) fn is_foreign(headers: &HeaderMap, authority: Option<&str>) -> bool {
    if let Some(site) = headers.get(SITE) {
        return site != "same-origin" && site != "none";
    }
    let Some(origin) = headers.get(ORIGIN) else { return false };
    let own = headers.get(HOST).map(http::HeaderValue::as_bytes).or(authority.map(str::as_bytes));
    let said = origin.as_bytes();
    let host = said.strip_prefix(b"https://").or_else(|| said.strip_prefix(b"http://"));
    host.is_none() || host != own
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn what_another_site_sends_is_told_by_the_browser() {
        let headers = |pairs: &[(HeaderName, &'static str)]| -> HeaderMap {
            let value = http::HeaderValue::from_static;
            pairs.iter().map(|(name, text)| (name.clone(), value(text))).collect()
        };
        assert!(!is_foreign(&headers(&[]), None));
        assert!(!is_foreign(&headers(&[(SITE, "same-origin"), (ORIGIN, "null")]), None));
        assert!(!is_foreign(&headers(&[(SITE, "none")]), None));
        assert!(is_foreign(&headers(&[(SITE, "same-site")]), None));
        assert!(is_foreign(&headers(&[(SITE, "cross-site"), (HOST, "a"), (ORIGIN, "https://a")]), None));
        assert!(!is_foreign(&headers(&[(HOST, "a:8080"), (ORIGIN, "http://a:8080")]), None));
        assert!(is_foreign(&headers(&[(HOST, "a:8080"), (ORIGIN, "http://b:8080")]), None));
        assert!(is_foreign(&headers(&[(HOST, "a:8080"), (ORIGIN, "null")]), None));
        assert!(is_foreign(&headers(&[(ORIGIN, "http://a")]), None));
        assert!(!is_foreign(&headers(&[(ORIGIN, "https://a")]), Some("a")), "HTTP/2");
        assert!(is_foreign(&headers(&[(ORIGIN, "https://a")]), Some("b")));
    }
}
