//! The text form of a key ring in a file: one line `id:base64` for each key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::crypto::key_ring::{KeyRing, KeyRingError};
use crate::types::ids::KeyId;
use crate::types::secret::{Secret, SecretBytes};

impl KeyRing {
    /// Parses the text form, which has one line `id:base64` for each key, in any order. It must not have blanks, blank
    /// lines or comments.
    ///
    /// # Errors
    ///
    /// [`KeyRingError`] with the broken rule. If the rule concerns one line, such as the length of a key, the error
    /// also has the number of the line. The error never contains the text of a line.
    pub fn from_text(text: &Secret) -> Result<Self, KeyRingError> {
        let lines = text.expose_secret().lines().enumerate();
        let keys: Result<Vec<_>, _> = lines.map(|(above, line)| read(line, above + 1)).collect();
        Self::new(keys?)
    }

    /// Returns the text form, the newest key first. Store it where only the service can read it: with the keys, an
    /// attacker can test guesses against a stolen dump.
    #[must_use]
    pub fn to_text(&self) -> Secret {
        // A line has at most 10 digits, a colon, 44 letters and a line feed. The text is allocated at full size, so
        // that no reallocation leaves a partial copy in memory.
        let mut text = String::with_capacity(self.keys.len() * 56);
        for (id, key) in &self.keys {
            let mut letters = Zeroizing::new([0; 44]);
            // 32 bytes always give 44 letters, so this cannot fail. If it failed nevertheless, the line would contain
            // no key, and `from_text` would refuse it.
            let written = STANDARD.encode_slice(key.expose_secret(), letters.as_mut_slice()).unwrap_or(0);
            text.push_str(&id.number().to_string());
            text.push(':');
            text.extend(letters[..written].iter().map(|&letter| char::from(letter)));
            text.push('\n');
        }
        text.into()
    }
}

fn read(text: &str, line: usize) -> Result<(KeyId, SecretBytes<32>), KeyRingError> {
    let unreadable = KeyRingError::Line { line };
    let (id, key) = text.split_once(':').ok_or(unreadable)?;
    // `parse` alone would accept `+1` and `01` as 1.
    let plain = !id.starts_with('0') && id.bytes().all(|byte| byte.is_ascii_digit());
    let id = id.parse().ok().filter(|_| plain).map(KeyId::new).ok_or(unreadable)?;
    // `decode_slice` needs a buffer for the largest possible result.
    let mut bytes = Zeroizing::new(vec![0; base64::decoded_len_estimate(key.len())]);
    let len = STANDARD.decode_slice(key, &mut bytes).map_err(|_| unreadable)?;
    let decoded = bytes.get(..len).filter(|decoded| decoded.len() == 32).ok_or(KeyRingError::Length { line })?;
    let mut secret = SecretBytes::new([0; 32]);
    secret.expose_secret_mut().copy_from_slice(decoded);
    Ok((id, secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(lines: &str) -> Result<Vec<u32>, KeyRingError> {
        let ring = KeyRing::from_text(&Secret::from(lines.to_owned()))?;
        Ok(ring.ids().map(KeyId::number).collect())
    }

    #[test]
    fn i8_a_key_of_another_length_is_refused_and_not_cut() {
        for len in [0, 1, 31, 33, 64] {
            let line = format!("1:{}", STANDARD.encode(vec![0xAB; len]));
            assert_eq!(text(&line), Err(KeyRingError::Length { line: 1 }), "{len}");
        }
        assert_eq!(KeyRingError::Length { line: 1 }.to_string(), "line 1: a key must be exactly 32 bytes");
        assert_eq!(text(&format!("1:{}", STANDARD.encode([0xAB; 32]))), Ok(vec![1]));
    }

    #[test]
    fn the_file_form_has_one_spelling() {
        let good = STANDARD.encode([0xAB; 32]);
        for bad in [
            format!("{good}\n"),
            format!("01:{good}"),
            format!("+1:{good}"),
            format!("0:{good}"),
            format!(":{good}"),
            format!("4294967296:{good}"),
            format!("1: {good}"),
            format!("1:{}", good.trim_end_matches('=')),
            format!("1:{}t=", &good[..42]),
            format!("1:{}", good.replace('+', "-").replace('q', "_")),
            format!("\n1:{good}"),
        ] {
            assert_eq!(text(&bad), Err(KeyRingError::Line { line: 1 }), "{bad:?}");
        }
        assert_eq!(text(&format!("1:{good}\n2:x")), Err(KeyRingError::Line { line: 2 }));
        assert_eq!(text(""), Err(KeyRingError::Empty));
        assert_eq!(text(&format!("1:{good}\r\n3:{good}\r\n")), Ok(vec![3, 1]));
    }
}
