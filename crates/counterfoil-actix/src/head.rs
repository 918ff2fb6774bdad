//! The head of a request of actix-web.

use actix_web::http::Version;
use actix_web::{HttpMessage as _, HttpRequest};
use counterfoil_http::RequestHead;

/// Lets `counterfoil-http` read the head of a request of actix-web.
pub(crate) struct Head<'a>(pub(crate) &'a HttpRequest);

impl RequestHead for Head<'_> {
    fn method_name(&self) -> &str {
        self.0.method().as_str()
    }

    fn http_version(&self) -> http::Version {
        version(self.0)
    }

    fn authority(&self) -> Option<&str> {
        self.0.uri().authority().map(|authority| authority.as_str())
    }

    fn values(&self, name: &'static str) -> impl Iterator<Item = &[u8]> {
        self.0.headers().get_all(name).map(|value| value.as_bytes())
    }

    fn with_extension<T: Send + Sync + 'static, R>(&self, read: impl FnOnce(Option<&T>) -> R) -> R {
        read(self.0.extensions().get())
    }
}

pub(crate) fn version(request: &HttpRequest) -> http::Version {
    match request.version() {
        Version::HTTP_09 => http::Version::HTTP_09,
        Version::HTTP_10 => http::Version::HTTP_10,
        Version::HTTP_2 => http::Version::HTTP_2,
        Version::HTTP_3 => http::Version::HTTP_3,
        _ => http::Version::HTTP_11,
    }
}
