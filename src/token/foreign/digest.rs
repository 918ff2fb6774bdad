//! The digest of a token, as another system stores it.

use std::fmt;

/// The digest of a token of another system, as that system stores it: 16 to 64 bytes.
///
/// The digest must be the result of a cryptographic hash of a secret that nobody can guess. `Debug` does not show the
/// bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct ForeignDigest {
    bytes: [u8; 64],
    length: u8,
}

/// The error for a value that is not a valid digest: it does not have 16 to 64 bytes, or it is not a hexadecimal text
/// of the expected length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a foreign digest must have 16 to 64 bytes")]
pub struct InvalidForeignDigest;

impl ForeignDigest {
    /// Creates a digest from its bytes.
    ///
    /// # Errors
    ///
    /// [`InvalidForeignDigest`] if there are fewer than 16 or more than 64 bytes.
    pub fn new(digest: &[u8]) -> Result<Self, InvalidForeignDigest> {
        if !(16..=64).contains(&digest.len()) {
            return Err(InvalidForeignDigest);
        }
        let mut bytes = [0; 64];
        bytes[..digest.len()].copy_from_slice(digest);
        Ok(Self { bytes, length: digest.len() as u8 })
    }

    /// Reads a digest in hexadecimal, in lower or upper case. `length` is the number of bytes that the digest must
    /// have.
    ///
    /// ```
    /// use counterfoil::import::ForeignDigest;
    ///
    /// assert_eq!(ForeignDigest::from_hex(&"0a".repeat(32), 32)?.as_bytes(), [10; 32]);
    /// assert!(ForeignDigest::from_hex(&"0a".repeat(31), 32).is_err());
    /// # Ok::<(), counterfoil::import::InvalidForeignDigest>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidForeignDigest`] if the text is not that many bytes in hexadecimal, or if `length` is not 16 to 64.
    pub fn from_hex(text: &str, length: usize) -> Result<Self, InvalidForeignDigest> {
        let mut bytes = [0; 64];
        let bytes = bytes.get_mut(..length).filter(|_| text.len() == 2 * length).ok_or(InvalidForeignDigest)?;
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let [high, low] = [nibble(pair[0]), nibble(pair[1])];
            *byte = high.zip(low).map(|(high, low)| high << 4 | low).ok_or(InvalidForeignDigest)?;
        }
        Self::new(bytes)
    }

    /// The bytes of the digest.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

/// The value of a hexadecimal digit. `None` for any other byte.
pub(super) const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

impl fmt::Debug for ForeignDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ForeignDigest([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_digest_has_16_to_64_bytes() {
        for length in 0..=80 {
            let bytes = vec![7; length];
            let fits = (16..=64).contains(&length);
            assert_eq!(ForeignDigest::new(&bytes).is_ok(), fits, "{length}");
            assert_eq!(ForeignDigest::from_hex(&"07".repeat(length), length).is_ok(), fits, "{length}");
        }
        let long = ForeignDigest::new(&[7; 64]).expect("64 bytes");
        assert_eq!((long.as_bytes(), format!("{long:?}").as_str()), ([7; 64].as_slice(), "ForeignDigest([redacted])"));
        assert_ne!(ForeignDigest::new(&[0; 16]), ForeignDigest::new(&[0; 17]));
    }

    #[test]
    fn hexadecimal_has_two_digits_a_byte_and_no_other_letter() {
        assert_eq!(ForeignDigest::from_hex(&"aF".repeat(16), 16).expect("hex").as_bytes(), [0xAF; 16]);
        for bad in ["g0", "0g", " 0", "+1", "é"] {
            assert!(ForeignDigest::from_hex(&format!("{}{bad}", "0".repeat(30)), 16).is_err(), "{bad}");
        }
        assert!(ForeignDigest::from_hex(&"0".repeat(33), 16).is_err());
    }
}
