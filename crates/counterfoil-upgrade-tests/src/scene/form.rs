//! Requests to the OAuth endpoints, without HTTP.

use counterfoil::Counterfoil;
use counterfoil::oauth::{OAuthError, OAuthRequest};
use serde_json::Value;

use super::source;
use crate::host::Host;

const FORM: &[u8] = b"application/x-www-form-urlencoded";

/// Encodes parameters as the body of a form.
#[must_use]
pub fn form(parameters: &[(&str, &str)]) -> String {
    let pairs: Vec<_> = parameters.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
    pairs.join("&")
}

fn escaped(value: &str) -> String {
    let letter = |byte: u8| match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    value.bytes().map(letter).collect()
}

/// Sends a form to the token endpoint of the default realm. `client` is `id:secret`, or only the id of a public client.
pub async fn oauth(host: &Host, client: &str, body: &str) -> Result<Value, OAuthError> {
    let (header, body) = proof(client, body);
    let headers: Vec<&[u8]> = header.iter().map(String::as_bytes).collect();
    let from = source();
    let request = OAuthRequest::new(body.as_bytes(), &from).with_content_type(Some(FORM)).with_authorization(&headers);
    let answer = host.service.token(request).await?;
    Ok(serde_json::from_str(answer.expose_secret()).expect("JSON"))
}

/// Sends a token to the revocation endpoint.
pub async fn revoke(service: &Counterfoil, client: &str, token: &str) {
    let (header, body) = proof(client, &form(&[("token", token)]));
    let headers: Vec<&[u8]> = header.iter().map(String::as_bytes).collect();
    let from = source();
    let request = OAuthRequest::new(body.as_bytes(), &from).with_content_type(Some(FORM)).with_authorization(&headers);
    service.revocation(request).await.expect("revoked");
}

/// Asks the introspection endpoint about a token.
pub async fn introspect(service: &Counterfoil, client: &str, token: &str) -> Value {
    let (header, body) = proof(client, &form(&[("token", token)]));
    let headers: Vec<&[u8]> = header.iter().map(String::as_bytes).collect();
    let from = source();
    let request = OAuthRequest::new(body.as_bytes(), &from).with_content_type(Some(FORM)).with_authorization(&headers);
    serde_json::from_str(service.introspection(request).await.expect("an answer").expose_secret()).expect("JSON")
}

/// The header and the body with which a client authenticates: HTTP Basic, or the parameter `client_id` of a public
/// client.
fn proof(client: &str, body: &str) -> (Option<String>, String) {
    match client.split_once(':') {
        Some(_) => (Some(format!("Basic {}", base64(client.as_bytes()))), body.to_owned()),
        None => (None, format!("{body}&client_id={client}")),
    }
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |chunk: &[u8]| {
        let bits = (0..3).fold(0_usize, |bits, at| bits << 8 | usize::from(chunk.get(at).copied().unwrap_or(0)));
        let letter = |at: usize| match at <= chunk.len() {
            true => char::from(LETTERS[bits >> (18 - 6 * at) & 63]),
            false => '=',
        };
        [letter(0), letter(1), letter(2), letter(3)]
    };
    bytes.chunks(3).flat_map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of RFC 4648 §10.
    #[test]
    fn base64_pads_every_length() {
        for (plain, coded) in [("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }
}
