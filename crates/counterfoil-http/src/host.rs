//! Reads the host of a request. A request must name exactly one valid host (RFC 9112 §3.2, RFC 9113 §8.3.1).

use counterfoil_tower::{ProblemKind, RequestHead};
use http::Version;
use http::header::HOST;
use http::uri::Authority;

use crate::body::Response;
use crate::problem::Problem;

/// The error for a request that does not name exactly one valid host. Its response is a problem (RFC 9457) with status
/// 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidHost;

impl InvalidHost {
    /// Returns the response to send: a problem (RFC 9457) with status 400.
    #[must_use]
    pub fn to_response(self) -> Response {
        Problem::new(ProblemKind::INVALID_HOST).to_response()
    }
}

impl std::fmt::Display for InvalidHost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(ProblemKind::INVALID_HOST.title())
    }
}

impl std::error::Error for InvalidHost {}

#[cfg(feature = "axum")]
impl axum_core::response::IntoResponse for InvalidHost {
    fn into_response(self) -> axum_core::response::Response {
        Problem::new(ProblemKind::INVALID_HOST).into_response()
    }
}

/// Returns the host that a request names, or `None` for an HTTP/1.0 request that names no host.
///
/// A server calls this function before it passes a request to its routers, because hyper accepts requests with two
/// `Host` lines or with none. The console and the session layer of `counterfoil-axum` call the function themselves.
///
/// If the target is in absolute form, its host takes precedence over the header (RFC 9112 §3.2.2). In HTTP/2 and
/// HTTP/3, a `Host` header must equal the host of the target.
///
/// ```
/// use counterfoil_http::{InvalidHost, host_of};
/// use http::Request;
///
/// let request = |hosts: &[&str]| hosts.iter().fold(Request::get("/"), |get, host| get.header("host", *host)).body(());
/// assert_eq!(host_of(&request(&["a.example:8080"])?), Ok(Some("a.example:8080")));
/// for bad in [&[][..], &["a.example", "a.example"], &["a b"]] {
///     assert_eq!(host_of(&request(bad)?), Err(InvalidHost));
/// }
/// # Ok::<(), http::Error>(())
/// ```
///
/// # Errors
///
/// [`InvalidHost`] if the request does not name exactly one valid host. The server should return it as the response
/// (400, RFC 9112 §3.2).
pub fn host_of(request: &impl RequestHead) -> Result<Option<&str>, InvalidHost> {
    let header = header(request)?;
    let version = request.http_version();
    let modern = version >= Version::HTTP_2;
    match (request.authority(), header) {
        (Some(target), Some(header)) if modern && !target.eq_ignore_ascii_case(header) => Err(InvalidHost),
        // HTTP/1.1 requires the header even if the target names the host.
        (Some(_), None) if version == Version::HTTP_11 => Err(InvalidHost),
        (Some(target), _) if is_host(target) => Ok(Some(target)),
        (Some(_), _) => Err(InvalidHost),
        (None, Some(header)) => Ok(Some(header)),
        (None, None) if version < Version::HTTP_11 => Ok(None),
        (None, None) => Err(InvalidHost),
    }
}

fn header(request: &impl RequestHead) -> Result<Option<&str>, InvalidHost> {
    let mut lines = request.values(HOST.as_str());
    match (lines.next(), lines.next()) {
        (None, _) => Ok(None),
        (Some(_), Some(_)) => Err(InvalidHost),
        (Some(line), None) => {
            let text = std::str::from_utf8(line).ok().filter(|text| text.is_ascii() && is_host(text));
            text.map(Some).ok_or(InvalidHost)
        }
    }
}

/// Whether the value of a `Host` header has the form `uri-host [ ":" port ]` (RFC 9110 §7.2), without user information.
fn is_host(text: &str) -> bool {
    let parsed = text.parse::<Authority>();
    parsed.is_ok_and(|authority| !authority.host().is_empty() && !text.contains('@') && is_port(&authority))
}

/// Whether the authority has no port, an empty port or a numeric port.
fn is_port(authority: &Authority) -> bool {
    let port = authority.as_str().strip_prefix(authority.host()).and_then(|rest| rest.strip_prefix(':'));
    port.is_none_or(|port| port.is_empty() || port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(lines: &[&str], target: &str, version: Version) -> Result<Option<String>, InvalidHost> {
        let request = http::Request::get(target).version(version);
        let request = lines.iter().fold(request, |request, line| {
            request.header(HOST, http::HeaderValue::from_bytes(line.as_bytes()).expect("a value"))
        });
        host_of(&request.body(()).expect("a request")).map(|host| host.map(str::to_owned))
    }

    #[test]
    fn fault_c10_a_host_is_named_once_and_is_one() {
        let one = |line| asked(&[line], "/", Version::HTTP_11);
        for good in ["a", "a.example:8080", "127.0.0.1", "[::1]:80", "[::1]", "a:"] {
            assert_eq!(one(good), Ok(Some(good.to_owned())), "{good}");
        }
        for bad in ["", "a b", "a/b", "a:x", "a:99999", "user@a", "http://a", "a?b", "[::1", ":80", "\u{e9}"] {
            assert_eq!(one(bad), Err(InvalidHost), "{bad}");
        }
        for lines in [&["a", "a"][..], &["a", "b"], &["a", ""], &[]] {
            assert_eq!(asked(lines, "/", Version::HTTP_11), Err(InvalidHost), "{lines:?}");
        }
    }

    #[test]
    fn fault_c10_the_target_counts_before_the_header_and_agrees_with_it_in_http_2() {
        let full = "https://a.example/x";
        assert_eq!(asked(&["b"], full, Version::HTTP_11), Ok(Some("a.example".into())));
        assert_eq!(asked(&[], full, Version::HTTP_11), Err(InvalidHost));
        assert_eq!(asked(&[], full, Version::HTTP_2), Ok(Some("a.example".into())));
        assert_eq!(asked(&["A.example"], full, Version::HTTP_2), Ok(Some("a.example".into())));
        assert_eq!(asked(&["b"], full, Version::HTTP_2), Err(InvalidHost));
        assert_eq!(asked(&["a"], "/", Version::HTTP_2), Ok(Some("a".into())));
        assert_eq!(asked(&[], "/", Version::HTTP_2), Err(InvalidHost));
        assert_eq!(asked(&[], "/", Version::HTTP_10), Ok(None), "it knows of none");
        assert_eq!(asked(&["a", "a"], "/", Version::HTTP_10), Err(InvalidHost));
    }
}
