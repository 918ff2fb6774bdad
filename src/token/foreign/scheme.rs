//! The trait for the tokens of another system.

use super::digest::ForeignDigest;

/// The longest text that is given to a scheme, in bytes.
pub(crate) const TEXT_MAX: usize = 1024;

/// Describes the tokens of another system. The scheme computes the digest of a presented text, and reads the digest in
/// a row that the other system stored. Both digests of one token are equal. So the library finds the imported record of
/// a presented token.
///
/// [`Sanctum`](super::Sanctum) and [`Knox`](super::Knox) are schemes. A host implements this trait for its own system.
/// The digest must be cryptographic, and the tokens must have at least 128 random bits: this library does not make a
/// weak secret stronger.
///
/// ```
/// use counterfoil::import::{ForeignDigest, ForeignScheme};
///
/// /// A system that stores BLAKE2b-256 of its tokens, in hexadecimal. Its tokens begin with `acme-`.
/// struct Acme;
/// # fn blake2b_256(text: &[u8]) -> [u8; 32] { let mut hash = [0; 32]; hash[0] = text.len() as u8; hash }
///
/// impl ForeignScheme for Acme {
///     fn name(&self) -> &'static str {
///         "acme"
///     }
///
///     fn digest_of(&self, text: &str) -> Option<ForeignDigest> {
///         let secret = text.strip_prefix("acme-").filter(|secret| secret.len() == 40)?;
///         ForeignDigest::new(&blake2b_256(secret.as_bytes())).ok()
///     }
///
///     fn digest_from_row(&self, row: &str) -> Option<ForeignDigest> {
///         ForeignDigest::from_hex(row, 32).ok()
///     }
/// }
///
/// let text = format!("acme-{}", "7".repeat(40));
/// assert!(Acme.digest_of(&text).is_some() && Acme.digest_of("acme-7").is_none());
/// ```
pub trait ForeignScheme: Send + Sync + 'static {
    /// The name of this [`ForeignScheme`]: 1 to 32 characters of `[a-z0-9-]`. The name is part of every stored digest,
    /// so it must never change.
    fn name(&self) -> &'static str;

    /// The digest of a text, as the other system stores it. `None` if the text does not have the form of a token of
    /// that system. The text has at most 1,024 bytes.
    ///
    /// Every text of at most 1,024 bytes that is not a token of this library is given to each scheme. So this method
    /// should be strict about the form of a token: each accepted text costs a read of the store.
    fn digest_of(&self, text: &str) -> Option<ForeignDigest>;

    /// Reads the digest that the other system has stored. `row` is the content of the database column with the digest.
    /// `None` if this text is not such a digest.
    fn digest_from_row(&self, row: &str) -> Option<ForeignDigest>;

    /// The part of a token's text that proves the right to access, for example the secret without the id before it. By
    /// default, this part is the whole text. Texts for which [`digest_of`](ForeignScheme::digest_of) returns the same
    /// digest must have the same decisive part.
    ///
    /// Until the first use of an imported token, the library stores a digest of the other system's digest. From then
    /// on, the library stores a digest of this part.
    fn decisive<'a>(&self, text: &'a str) -> &'a str {
        text
    }

    /// The authentication scheme of the `Authorization` header in which the tokens are sent, for example `Token`. By
    /// default `Bearer`. If this method returns another scheme, tokens in a `Bearer` header are accepted too.
    fn header_scheme(&self) -> &'static str {
        "Bearer"
    }
}

/// Whether a text is a valid [`ForeignScheme::name`].
pub(crate) fn is_valid_name(name: &str) -> bool {
    let is_valid = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=32).contains(&name.len()) && name.bytes().all(is_valid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_1_to_32_characters_of_a_small_alphabet() {
        for (name, valid) in [("a", true), ("knox-4", true), ("", false), ("A", false), ("a b", false), ("é", false)] {
            assert_eq!(is_valid_name(name), valid, "{name}");
        }
        assert!(is_valid_name(&"a".repeat(32)) && !is_valid_name(&"a".repeat(33)));
    }
}
