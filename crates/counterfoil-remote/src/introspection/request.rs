//! Makes the request to the introspection endpoint (RFC 7662 §2.1).

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use counterfoil::Secret;
use form_urlencoded::byte_serialize;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Uri};

/// The URL of the introspection endpoint, and the credentials of this resource server.
pub(crate) struct Endpoint {
    pub(crate) uri: Uri,
    pub(crate) client_id: String,
    pub(crate) client_secret: Secret,
}

impl Endpoint {
    /// Makes the request about a token that is used from this address. The resource server authenticates by HTTP Basic
    /// (RFC 6749 §2.3.1).
    pub(crate) fn request(&self, token: &str, address: Option<IpAddr>) -> Request<Bytes> {
        let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!("{}:{}", encoded(&self.client_id), encoded(self.client_secret.expose_secret()));
        let pair = Secret::from(pair);
        let basic = Secret::from(format!("Basic {}", STANDARD.encode(pair.expose_secret())));
        let source = address.map(|address| format!("&source={}", encoded(&address.to_string())));
        let body = format!("token={}{}", encoded(token), source.unwrap_or_default());
        let mut request = Request::new(Bytes::from(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        let headers = request.headers_mut();
        // This never fails: every text in base64 is a valid header value.
        if let Ok(mut value) = HeaderValue::from_str(basic.expose_secret()) {
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        request
    }
}
