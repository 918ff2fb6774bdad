//! The head of a request, for any framework.

use http::header::{ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION, ORIGIN};
use http::request::Parts;
use http::uri::Authority;
use http::{Method, Request, Version};

/// The parts of a request that are needed to authenticate it and to determine its host (RFC 9110 §7.2). `http::Request`
/// and `http::request::Parts` implement this trait. An adapter for a framework with other request types implements it
/// for a wrapper around them.
///
/// ```
/// use counterfoil_tower::RequestHead;
/// use http::Request;
///
/// let request = Request::get("/").header("accept", "text/plain").header("accept", "text/html").body(())?;
/// assert_eq!(request.method_name(), "GET");
/// assert!(request.values("accept").eq([&b"text/plain"[..], b"text/html"]));
/// # Ok::<(), http::Error>(())
/// ```
pub trait RequestHead {
    /// The method. A standard method is in capital letters, such as `GET`.
    fn method_name(&self) -> &str;

    /// The version of HTTP. It decides where the request must name its host.
    fn http_version(&self) -> Version;

    /// The authority of the target (RFC 9110 §7.2), or `None` if the target is only a path.
    fn authority(&self) -> Option<&str>;

    /// All values of a header, in the order of their lines. `name` is in lower case.
    fn values(&self, name: &'static str) -> impl Iterator<Item = &[u8]>;

    /// Calls `read` with the request's extension of type `T`, or with `None` if there is none. Returns what `read`
    /// returns.
    fn with_extension<T: Send + Sync + 'static, R>(&self, read: impl FnOnce(Option<&T>) -> R) -> R;
}

impl<B> RequestHead for Request<B> {
    fn method_name(&self) -> &str {
        self.method().as_str()
    }

    fn http_version(&self) -> Version {
        self.version()
    }

    fn authority(&self) -> Option<&str> {
        self.uri().authority().map(Authority::as_str)
    }

    fn values(&self, name: &'static str) -> impl Iterator<Item = &[u8]> {
        self.headers().get_all(name).iter().map(|value| value.as_bytes())
    }

    fn with_extension<T: Send + Sync + 'static, R>(&self, read: impl FnOnce(Option<&T>) -> R) -> R {
        read(self.extensions().get())
    }
}

impl RequestHead for Parts {
    fn method_name(&self) -> &str {
        self.method.as_str()
    }

    fn http_version(&self) -> Version {
        self.version
    }

    fn authority(&self) -> Option<&str> {
        self.uri.authority().map(Authority::as_str)
    }

    fn values(&self, name: &'static str) -> impl Iterator<Item = &[u8]> {
        self.headers.get_all(name).iter().map(|value| value.as_bytes())
    }

    fn with_extension<T: Send + Sync + 'static, R>(&self, read: impl FnOnce(Option<&T>) -> R) -> R {
        read(self.extensions.get())
    }
}

/// Whether a request has the form of a CORS preflight, which a browser sends before a request to another origin (Fetch
/// §3.3.2): the method `OPTIONS`, with `Origin` and `Access-Control-Request-Method`, and without `Authorization`.
///
/// Anybody can send such a request without a credential. So it may reach a handler only if the host allows this.
pub fn is_preflight(request: &impl RequestHead) -> bool {
    let has = |name: &'static str| request.values(name).next().is_some();
    request.method_name() == Method::OPTIONS.as_str()
        && has(ORIGIN.as_str())
        && has(ACCESS_CONTROL_REQUEST_METHOD.as_str())
        && !has(AUTHORIZATION.as_str())
}
