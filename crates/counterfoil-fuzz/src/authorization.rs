//! The fuzz target for values of the `Authorization` header. The library's function `credentials` reads bearer tokens,
//! and the token endpoint reads HTTP Basic.

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use counterfoil::http_auth::{Credentials, credentials};
use http::{HeaderValue, Request};

use crate::world::{SECRET, in_world};

/// Reads the lines of `data`, at most three, as values of the header `Authorization`.
#[must_use]
pub fn authorization(data: &[u8]) -> bool {
    let headers: Vec<&[u8]> = data.split(|byte| *byte == b'\n').take(3).collect();
    let bearer = match credentials(headers.iter().copied()) {
        Ok(Credentials::Bearer(token)) => {
            let text = token.expose_secret();
            assert!(headers.len() == 1 && headers[0].ends_with(text.as_bytes()), "what stands there");
            assert!(text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b','), "a token");
            let again = format!("Bearer {text}");
            let again = credentials([again.as_bytes()]);
            assert!(matches!(again, Ok(Credentials::Bearer(same)) if same.expose_secret() == text), "read again");
            true
        }
        Ok(Credentials::OtherScheme) => {
            assert!(headers.len() == 1 && !headers[0].to_ascii_lowercase().starts_with(b"bearer "), "no bearer token");
            false
        }
        Ok(Credentials::Absent) => panic!("there is a header"),
        Err(_) => false,
    };
    basic(&headers) | bearer
}

/// Whether the token endpoint authenticated the client `app` with these header values.
fn basic(headers: &[&[u8]]) -> bool {
    let mut request = Request::post("/token").header("content-type", "application/x-www-form-urlencoded");
    for header in headers {
        // An HTTP header cannot contain this value.
        let Ok(value) = HeaderValue::from_bytes(header) else { return false };
        request = request.header("authorization", value);
    }
    let request = request.body(Body::from("grant_type=unknown")).expect("a request");
    let answer = in_world(|world| (world.send(request), false));
    let error = answer.json()["error"].as_str().expect("an error").to_owned();
    let proved = error == "unsupported_grant_type";
    assert!(proved || ["invalid_client", "invalid_request"].contains(&error.as_str()), "{answer:?}");
    assert!(answer.text.len() < 1_024, "{answer:?}");
    if proved {
        // The token endpoint ignores values of other schemes, so only the values of the scheme Basic are compared.
        let own = |header: &&&[u8]| header.split(|byte| *byte == b' ').next().is_some_and(is_basic);
        let basic: Vec<_> = headers.iter().filter(own).collect();
        let [header] = basic[..] else { panic!("{} values of Basic", basic.len()) };
        let value = String::from_utf8_lossy(header);
        let (scheme, letters) = value.split_once(' ').expect("a scheme");
        assert!(scheme.eq_ignore_ascii_case("basic"), "{scheme}");
        let pair = STANDARD.decode(letters.trim_start_matches(' ')).expect("base64");
        let pair = String::from_utf8(pair).expect("UTF-8");
        let (id, secret) = pair.split_once(':').expect("a colon");
        assert_eq!((decoded(id).as_str(), decoded(secret).as_str()), ("app", SECRET), "only the right pair");
    }
    proved
}

fn is_basic(scheme: &[u8]) -> bool {
    scheme.eq_ignore_ascii_case(b"basic")
}

/// Decodes a text by RFC 6749 appendix B, without code of the library.
fn decoded(text: &str) -> String {
    form_urlencoded::parse(text.replace('=', "%3D").replace('&', "%26").as_bytes())
        .map(|(name, _)| name.into_owned())
        .collect()
}
