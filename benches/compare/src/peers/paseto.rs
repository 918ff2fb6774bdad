//! pasetors: v4.local and v4.public.

use std::hint::black_box;

use pasetors::claims::{Claims, ClaimsValidationRules};
use pasetors::keys::{AsymmetricKeyPair, AsymmetricPublicKey, Generate as _, SymmetricKey};
use pasetors::token::UntrustedToken;
use pasetors::version4::V4;
use pasetors::{Local, Public, local, public};

use crate::peer::{Peer, Texts, changed};

const ISSUER: &str = "https://auth.example.com";
const AUDIENCE: &str = "https://api.example.com";
const PAST: &str = "2020-01-01T00:00:00+00:00";

fn claims(at: usize, expired: bool) -> Claims {
    let mut claims = Claims::new().expect("claims");
    claims.issuer(ISSUER).expect("an issuer");
    claims.subject(&format!("user_{at:08}")).expect("a subject");
    claims.audience(AUDIENCE).expect("an audience");
    claims.token_identifier(&format!("{at:022}")).expect("an id");
    claims.add_additional("scope", "repo:read repo:write").expect("a scope");
    if expired {
        claims.expiration(PAST).expect("an expiry");
    }
    claims
}

fn rules() -> ClaimsValidationRules {
    let mut rules = ClaimsValidationRules::new();
    rules.validate_issuer_with(ISSUER);
    rules.validate_audience_with(AUDIENCE);
    rules
}

fn texts(count: usize, sign: impl Fn(&Claims) -> String) -> Texts {
    let mut texts = Texts::default();
    (0..count).for_each(|at| texts.push(&sign(&claims(at, false))));
    texts
}

/// Returns two changed copies of an accepted text. In the first copy, a letter near the end is different. In the second
/// copy, a letter in the middle is different.
fn altered(text: &str) -> [(&'static str, String); 2] {
    [("another tag", changed(text, text.len() - 4)), ("another payload", changed(text, text.len() / 2))]
}

pub(crate) struct V4Local {
    key: SymmetricKey<V4>,
    rules: ClaimsValidationRules,
    texts: Texts,
    refused: Vec<(&'static str, String)>,
}

impl V4Local {
    pub(crate) fn with(count: usize) -> Self {
        let [key, foreign] = [(); 2].map(|()| SymmetricKey::generate().expect("a key"));
        let seal = |key, claims: &Claims| local::encrypt(key, claims, None, None).expect("sealed");
        let texts = texts(count, |claims| seal(&key, claims));
        let mut refused = altered(texts.get(0)).to_vec();
        refused.push(("another key", seal(&foreign, &claims(0, false))));
        refused.push(("expired", seal(&key, &claims(0, true))));
        Self { key, rules: rules(), texts, refused }
    }
}

impl Peer for V4Local {
    fn count(&self) -> usize {
        self.texts.count()
    }

    fn text(&self, at: usize) -> &str {
        self.texts.get(at)
    }

    #[inline]
    fn accepts(&self, text: &str) -> bool {
        let Ok(token) = UntrustedToken::<Local, V4>::try_from(text) else {
            return false;
        };
        black_box(local::decrypt(&self.key, &token, &self.rules, None, None)).is_ok()
    }

    fn refused(&self) -> Vec<(&'static str, String)> {
        self.refused.clone()
    }
}

pub(crate) struct V4Public {
    key: AsymmetricPublicKey<V4>,
    rules: ClaimsValidationRules,
    texts: Texts,
    refused: Vec<(&'static str, String)>,
}

impl V4Public {
    pub(crate) fn with(count: usize) -> Self {
        let [own, foreign] = [(); 2].map(|()| AsymmetricKeyPair::<V4>::generate().expect("a pair"));
        let sign = |pair: &AsymmetricKeyPair<V4>, claims: &Claims| {
            public::sign(&pair.secret, claims, None, None).expect("signed")
        };
        let texts = texts(count, |claims| sign(&own, claims));
        let mut refused = altered(texts.get(0)).to_vec();
        refused.push(("another key", sign(&foreign, &claims(0, false))));
        refused.push(("expired", sign(&own, &claims(0, true))));
        Self { key: own.public, rules: rules(), texts, refused }
    }
}

impl Peer for V4Public {
    fn count(&self) -> usize {
        self.texts.count()
    }

    fn text(&self, at: usize) -> &str {
        self.texts.get(at)
    }

    #[inline]
    fn accepts(&self, text: &str) -> bool {
        let Ok(token) = UntrustedToken::<Public, V4>::try_from(text) else {
            return false;
        };
        black_box(public::verify(&self.key, &token, &self.rules, None, None)).is_ok()
    }

    fn refused(&self) -> Vec<(&'static str, String)> {
        self.refused.clone()
    }
}
