//! jsonwebtoken: HS256 and EdDSA.

use std::hint::black_box;
use std::time::{SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};

use crate::peer::{Peer, Texts, changed};

const ISSUER: &str = "https://auth.example.com";
const AUDIENCE: &str = "https://api.example.com";

/// The key pair of RFC 8032, 7.1, test 1: the private key as PKCS#8, and the public key as base64url.
const ED_PRIVATE: [u8; 48] = *b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20\
    \x9d\x61\xb1\x9d\xef\xfd\x5a\x60\xba\x84\x4a\xf4\x92\xec\x2c\xc4\
    \x44\x49\xc5\x69\x7b\x32\x69\x19\x70\x3b\xac\x03\x1c\xae\x7f\x60";
const ED_PUBLIC: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: String,
    exp: u64,
    iat: u64,
    jti: String,
    scope: String,
}

pub(crate) struct Jwt {
    key: DecodingKey,
    validation: Validation,
    texts: Texts,
    refused: Vec<(&'static str, String)>,
}

impl Jwt {
    pub(crate) fn hs256(count: usize) -> Self {
        let keys = |secret: &[u8]| EncodingKey::from_secret(secret).expect("a key");
        let decoding = DecodingKey::from_secret(&[7; 32]).expect("a key");
        Self::with(Algorithm::HS256, count, &keys(&[7; 32]), &keys(&[8; 32]), decoding)
    }

    pub(crate) fn eddsa(count: usize) -> Self {
        let mut other = ED_PRIVATE;
        other[20] ^= 1;
        let decoding = DecodingKey::from_ed_components(ED_PUBLIC).expect("a key");
        let [own, foreign] = [ED_PRIVATE, other].map(|key| EncodingKey::from_ed_der(&key));
        Self::with(Algorithm::EdDSA, count, &own, &foreign, decoding)
    }

    fn with(algorithm: Algorithm, count: usize, own: &EncodingKey, foreign: &EncodingKey, key: DecodingKey) -> Self {
        let mut validation = Validation::new(algorithm);
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[ISSUER]);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
        let sign = |key: &EncodingKey, at: usize, exp: u64| {
            let claims = Claims {
                iss: ISSUER.to_owned(),
                sub: format!("user_{at:08}"),
                aud: AUDIENCE.to_owned(),
                exp,
                iat: now - 7200,
                jti: format!("{at:022}"),
                scope: "repo:read repo:write".to_owned(),
            };
            encode(&Header::new(algorithm), &claims, key).expect("signed")
        };
        let mut texts = Texts::default();
        (0..count).for_each(|at| texts.push(&sign(own, at, now + 86_400)));
        let end = texts.get(0).len() - 10;
        let refused = vec![
            ("another signature", changed(texts.get(0), end)),
            ("another payload", changed(texts.get(0), 60)),
            ("another key", sign(foreign, 0, now + 86_400)),
            ("expired", sign(own, 0, now - 3600)),
        ];
        Self { key, validation, texts, refused }
    }
}

impl Peer for Jwt {
    fn count(&self) -> usize {
        self.texts.count()
    }

    fn text(&self, at: usize) -> &str {
        self.texts.get(at)
    }

    #[inline]
    fn accepts(&self, text: &str) -> bool {
        black_box(decode::<Claims>(text, &self.key, &self.validation)).is_ok()
    }

    fn refused(&self) -> Vec<(&'static str, String)> {
        self.refused.clone()
    }
}
