//! Derives the keys of the cache from tokens.

use counterfoil::crypto::{Entropy as _, NoEntropy, SystemEntropy};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The key of a token in the cache: its HMAC-SHA-256 under a secret key of this process.
pub(crate) type TokenKey = [u8; 32];

/// Derives cache keys from tokens with a secret key, which is drawn at random once and never leaves the process.
pub(crate) struct TokenKeys(Hmac<Sha256>);

impl TokenKeys {
    pub(crate) fn draw() -> Result<Self, NoEntropy> {
        let mut key = [0; 32];
        SystemEntropy.fill(&mut key)?;
        let keyed = Hmac::new_from_slice(&key).map_err(|_| NoEntropy);
        key.fill(0);
        keyed.map(Self)
    }

    pub(crate) fn of(&self, token: &str) -> TokenKey {
        let mut mac = self.0.clone();
        mac.update(token.as_bytes());
        mac.finalize().into_bytes().into()
    }
}
