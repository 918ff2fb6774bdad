//! Derives the keys of the cache from tokens and the addresses from which they are used.

use std::net::{IpAddr, Ipv6Addr};

use counterfoil::crypto::{Entropy as _, NoEntropy, SystemEntropy};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The key of an answer in the cache: the HMAC-SHA-256 of token and address under a secret key of this process.
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

    /// Returns the cache key for a token that is used from this address. The address is part of the key, because the
    /// authorization server may give another answer for another address.
    pub(crate) fn of(&self, token: &str, address: Option<IpAddr>) -> TokenKey {
        let mut mac = self.0.clone();
        mac.update(&token.len().to_be_bytes());
        mac.update(token.as_bytes());
        if let Some(address) = address {
            let address = match address {
                IpAddr::V4(address) => address.to_ipv6_mapped(),
                IpAddr::V6(address) => address,
            };
            mac.update(&Ipv6Addr::octets(&address));
        }
        mac.finalize().into_bytes().into()
    }
}
