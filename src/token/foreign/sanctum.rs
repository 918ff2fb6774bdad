//! The tokens of Laravel Sanctum.

use super::digest::ForeignDigest;
use super::scheme::ForeignScheme;
use crate::crypto::sha256;

/// The tokens of Laravel Sanctum. The text is `id|secret`. The column `token` of the table `personal_access_tokens`
/// contains the SHA-256 digest of the secret, in hexadecimal. As in Sanctum, a text without `id|` is accepted too.
///
/// Only the secret is compared, and not the id. This scheme accepts secrets of 20 to 255 characters of `[0-9A-Za-z_-]`.
/// Sanctum itself makes secrets of 40 random letters. Since version 3.3, a configured prefix precedes the letters, and
/// a checksum of 8 digits follows them.
///
/// Source: `findToken` in `PersonalAccessToken.php` and `createToken` in `HasApiTokens.php` of laravel/sanctum.
///
/// ```
/// use counterfoil::import::{ForeignScheme, Sanctum};
///
/// let secret = "VSwn9FCqLFivSUGJKMukhq7kcrnXDK8h6JQmleJX97994aca";
/// let row = "dc47cfc2d4371e9477781b5b4a2fef7771750864cfb7bb22870f37a63f86b62a";
/// assert_eq!(Sanctum.digest_of(&format!("1|{secret}")), Sanctum.digest_from_row(row));
/// assert_eq!(Sanctum.digest_of(secret), Sanctum.digest_from_row(row));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Sanctum;

impl ForeignScheme for Sanctum {
    fn name(&self) -> &'static str {
        "sanctum"
    }

    fn digest_of(&self, text: &str) -> Option<ForeignDigest> {
        let secret = self.decisive(text);
        let id = text.len() - secret.len();
        // `|` is not among the allowed characters, so a text with a second `|` is refused here.
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        let is_secret = (20..=255).contains(&secret.len()) && secret.bytes().all(is_letter);
        if id == 1 || !is_secret {
            return None;
        }
        ForeignDigest::new(&sha256::hash(&[secret.as_bytes()])).ok()
    }

    fn digest_from_row(&self, row: &str) -> Option<ForeignDigest> {
        ForeignDigest::from_hex(row, 32).ok()
    }

    fn decisive<'a>(&self, text: &'a str) -> &'a str {
        text.split_once('|').map_or(text, |(_, secret)| secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn life_6_only_a_text_of_the_form_of_a_sanctum_token_has_a_digest() {
        let secret = "a".repeat(40);
        for good in [format!("1|{secret}"), secret.clone(), format!("9b|{secret}"), format!("7|app_{secret}")] {
            assert!(Sanctum.digest_of(&good).is_some(), "{good}");
        }
        let long = "a".repeat(256);
        for bad in ["", "1|", "|", "1|abc", &format!("|{secret}"), &format!("1|2|{secret}"), &format!("1|{secret} ")] {
            assert!(Sanctum.digest_of(bad).is_none(), "{bad}");
        }
        assert!(Sanctum.digest_of(&long).is_none());
    }
}
