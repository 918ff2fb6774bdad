//! Wrappers for secrets. They implement no `Display`, `Serialize`, `Clone` or equality. Their `Debug` is redacted, and
//! their content is wiped on drop.
//!
//! The only accessor is named `expose_secret`, so a search for that word finds every place that reads a secret.

use std::fmt;

use zeroize::{ZeroizeOnDrop, Zeroizing};

/// A secret text: a password, a presented token, or a response that contains one.
///
/// ```
/// use counterfoil::Secret;
///
/// let password = Secret::from(String::from("blabla"));
/// assert_eq!(format!("{password:?}"), "Secret([redacted])");
/// assert_eq!(password.expose_secret(), "blabla");
/// ```
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Returns the secret text, which `Debug` does not show.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret([redacted])")
    }
}

/// Secret bytes: a key, or a secret drawn for a token.
pub struct SecretBytes<const N: usize>([u8; N]);

impl<const N: usize> SecretBytes<N> {
    /// Wraps the bytes. The caller must wipe its own copy of the bytes.
    #[must_use]
    pub const fn new(bytes: [u8; N]) -> Self {
        Self(bytes)
    }

    /// Returns the secret bytes, which `Debug` does not show.
    #[must_use]
    pub fn expose_secret(&self) -> &[u8; N] {
        &self.0
    }

    pub(crate) fn expose_secret_mut(&mut self) -> &mut [u8; N] {
        &mut self.0
    }
}

impl<const N: usize> Drop for SecretBytes<N> {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

impl<const N: usize> ZeroizeOnDrop for SecretBytes<N> {}

impl<const N: usize> fmt::Debug for SecretBytes<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBytes([redacted])")
    }
}

/// The secret half of a token: 43 random base62 letters, which are at least 256 random bits (62^43 > 2^256).
pub(crate) type TokenSecret = SecretBytes<43>;

/// Overwrites a temporary value with zeros, in a few wide stores followed by zeroize's barrier. `Zeroizing` writes byte
/// by byte, which is too slow here: one verification wipes about two hundred bytes.
pub(crate) fn wipe<const N: usize>(bytes: &mut [u8; N]) {
    *bytes = [0; N];
    zeroize::optimization_barrier(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wiped_temporary_is_zeros() {
        let mut bytes = [0xAA; 49];
        wipe(&mut bytes);
        assert_eq!(bytes, [0; 49]);
    }
}
