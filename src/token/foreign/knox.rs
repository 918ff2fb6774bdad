//! The tokens of django-rest-knox.

use sha2::{Digest as _, Sha512};

use super::digest::{ForeignDigest, nibble};
use super::scheme::ForeignScheme;

/// The tokens of django-rest-knox. The column `digest` of the table `knox_authtoken` contains the SHA-512 digest of a
/// token, in hexadecimal. This scheme accepts 32 to 200 characters of `[0-9A-Za-z_-]`. Knox itself makes tokens of 64
/// hexadecimal digits. Since version 5, a configured prefix can precede the digits. The tokens are sent as
/// `Authorization: Token …`.
///
/// [`Knox::new`] is for version 5, which hashes the characters of the token. [`Knox::version_4`] is for versions 4.0 to
/// 4.2, which hash the bytes that the hexadecimal digits encode. Versions before 4 store a salt and cannot be imported.
/// A table whose `SECURE_HASH_ALGORITHM` was changed cannot be imported either.
///
/// Source: `crypto.py` of jazzband/django-rest-knox.
///
/// ```
/// use counterfoil::import::{ForeignScheme, Knox};
///
/// let token = "0123456789abcdef".repeat(4);
/// assert!(Knox::new().digest_of(&token).is_some());
/// assert_ne!(Knox::new().digest_of(&token), Knox::version_4().digest_of(&token));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Knox {
    decodes: bool,
}

impl Knox {
    /// The scheme for the tokens of version 5.
    #[must_use]
    pub const fn new() -> Self {
        Self { decodes: false }
    }

    /// The scheme for the tokens of versions 4.0 to 4.2.
    #[must_use]
    pub const fn version_4() -> Self {
        Self { decodes: true }
    }
}

impl Default for Knox {
    fn default() -> Self {
        Self::new()
    }
}

impl ForeignScheme for Knox {
    fn name(&self) -> &'static str {
        if self.decodes { "knox-4" } else { "knox" }
    }

    fn digest_of(&self, text: &str) -> Option<ForeignDigest> {
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if !(32..=200).contains(&text.len()) || !text.bytes().all(is_letter) {
            return None;
        }
        let hash = if self.decodes { hash_of_decoded(text)? } else { Sha512::digest(text.as_bytes()) };
        ForeignDigest::new(&hash).ok()
    }

    fn digest_from_row(&self, row: &str) -> Option<ForeignDigest> {
        ForeignDigest::from_hex(row, 64).ok()
    }

    fn header_scheme(&self) -> &'static str {
        "Token"
    }
}

/// SHA-512 of the bytes whose hexadecimal form is `text`. `None` if `text` is not hexadecimal, or has an odd number of
/// digits. Upper-case digits are refused too. Knox also refuses them: it makes lower-case tokens, and compares the
/// first eight characters of a token as text.
fn hash_of_decoded(text: &str) -> Option<sha2::digest::Output<Sha512>> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let (pairs, []) = text.as_bytes().as_chunks() else { return None };
    let mut hash = Sha512::new();
    for [high, low] in pairs {
        hash.update([nibble(*high)? << 4 | nibble(*low)?]);
    }
    Some(hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn life_6_only_a_text_of_the_form_of_a_knox_token_has_a_digest() {
        let token = "0123456789abcdef".repeat(4);
        assert!(Knox::new().digest_of(&format!("app_{token}")).is_some());
        assert!(Knox::version_4().digest_of(&format!("app_{token}")).is_none(), "no digits");
        assert!(Knox::version_4().digest_of(&token[1..]).is_none(), "an odd number of digits");
        assert!(Knox::version_4().digest_of(&token.to_uppercase()).is_none(), "another text with the same bytes");
        for bad in ["", "ab", &token[..31], &format!("{token} "), &"a".repeat(201), &"é".repeat(32)] {
            assert!(Knox::new().digest_of(bad).is_none() && Knox::version_4().digest_of(bad).is_none(), "{bad}");
        }
    }
}
