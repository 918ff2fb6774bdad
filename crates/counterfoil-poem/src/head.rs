//! The head of a request of poem.

use counterfoil_http::RequestHead;
use http::Version;
use http::uri::Authority;
use poem::Request;

/// Lets `counterfoil-http` read the head of a request of poem.
pub(crate) struct Head<'a>(pub(crate) &'a Request);

impl RequestHead for Head<'_> {
    fn method_name(&self) -> &str {
        self.0.method().as_str()
    }

    fn http_version(&self) -> Version {
        self.0.version()
    }

    fn authority(&self) -> Option<&str> {
        self.0.uri().authority().map(Authority::as_str)
    }

    fn values(&self, name: &'static str) -> impl Iterator<Item = &[u8]> {
        self.0.headers().get_all(name).iter().map(|value| value.as_bytes())
    }

    fn with_extension<T: Send + Sync + 'static, R>(&self, read: impl FnOnce(Option<&T>) -> R) -> R {
        read(self.0.extensions().get())
    }
}
