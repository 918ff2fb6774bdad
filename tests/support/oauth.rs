//! Sends requests to the OAuth endpoints, as a client would.

use std::time::Duration;

use base64::Engine as _;
use counterfoil::Presenter;
use counterfoil::client::ClientId;
use counterfoil::oauth::{Answer, OAuthRequest};
use counterfoil::types::Source;

use super::{World, block_on};

/// The value of the header `Content-Type`. The endpoints accept no other media type.
pub const FORM: Option<&[u8]> = Some(b"application/x-www-form-urlencoded");

/// Returns the source with this address. Returns the unknown source for `None`.
pub fn source_of(name: Option<&str>) -> Source {
    name.and_then(|name| name.parse().ok()).unwrap_or(Source::Unknown)
}

impl World {
    pub fn basic(&self, client: &str) -> String {
        let pair = format!("{client}:{}", self.client_secret(client));
        format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair))
    }

    fn send(&self, endpoint: Endpoint, client: &str, form: &[(&str, &str)]) -> Reply {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(form);
        let public = client == "public-app";
        if public {
            body.append_pair("client_id", client);
        }
        let body = body.finish();
        let header = if public { None } else { Some(self.basic(client)) };
        let headers: Vec<&[u8]> = header.iter().map(|header| header.as_bytes()).collect();
        self.raw(endpoint, &headers, FORM, body.as_bytes(), Some("10.0.0.1"))
    }

    pub fn raw(
        &self,
        endpoint: Endpoint,
        authorization: &[&[u8]],
        content_type: Option<&[u8]>,
        body: &[u8],
        source: Option<&str>,
    ) -> Reply {
        let source = source_of(source);
        let request =
            OAuthRequest::new(body, &source).with_authorization(authorization).with_content_type(content_type);
        let answer = match endpoint {
            Endpoint::Token => block_on(self.handle.token(request)),
            Endpoint::Revoke => block_on(self.handle.revocation(request)),
            Endpoint::Introspect => block_on(self.handle.introspection(request)),
        };
        Reply::from(answer.unwrap_or_else(Answer::from))
    }

    /// Creates a new secret for a confidential client, and sends a token request with it.
    pub fn token_as(&self, client: &ClientId, form: &[(&str, &str)]) -> Reply {
        let replaced = block_on(self.handle.rotate_client_secret(&Presenter::host(), client, Duration::ZERO));
        let secret = replaced.expect("replaced").secret.expect("confidential");
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(form);
        let header = format!("Basic {}", secret.expose_api_key());
        self.raw(Endpoint::Token, &[header.as_bytes()], FORM, body.finish().as_bytes(), Some("10.0.0.1"))
    }

    pub fn token(&self, client: &str, form: &[(&str, &str)]) -> Reply {
        self.send(Endpoint::Token, client, form)
    }

    pub fn revoke(&self, client: &str, token: &str) -> Reply {
        self.send(Endpoint::Revoke, client, &[("token", token)])
    }

    pub fn introspect(&self, client: &str, token: &str) -> Reply {
        self.send(Endpoint::Introspect, client, &[("token", token)])
    }

    pub fn log_in(&self, client: &str, remember: &str) -> Reply {
        let form = [
            ("grant_type", "password"),
            ("username", "AD\\bill.posters"),
            ("password", "blabla"),
            ("remember", remember),
            ("mfa_key", ""),
            ("machine_key", ""),
        ];
        let reply = self.token(client, &form);
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply
    }

    pub fn refresh(&self, client: &str, token: &str) -> Reply {
        self.token(client, &[("grant_type", "refresh_token"), ("refresh_token", token)])
    }
}

#[derive(Clone, Copy, Debug)]
pub enum Endpoint {
    Token,
    Revoke,
    Introspect,
}

/// A response of an endpoint. The body must be JSON.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
    json: serde_json::Value,
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Self {
        let headers = answer.headers().map(|(name, value)| (name, value.to_owned())).collect();
        let body = answer.expose_secret().to_owned();
        let json = serde_json::from_str(&body).expect("JSON");
        Self { status: answer.status(), headers, body, json }
    }
}

impl Reply {
    pub fn text(&self, name: &str) -> String {
        self.json[name].as_str().unwrap_or_else(|| panic!("no {name} in {}", self.body)).to_owned()
    }

    pub fn number(&self, name: &str) -> u64 {
        self.json[name].as_u64().unwrap_or_else(|| panic!("no {name} in {}", self.body))
    }

    pub fn has(&self, name: &str) -> bool {
        self.json.get(name).is_some()
    }

    pub fn access(&self) -> String {
        self.text("access_token")
    }

    pub fn refresh(&self) -> String {
        self.text("refresh_token")
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| *own == name).map(|(_, value)| value.as_str())
    }

    /// Returns the status and the error code.
    pub fn error(&self) -> (u16, String) {
        (self.status, self.text("error"))
    }
}
