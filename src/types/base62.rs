//! Base62: the letters `0-9A-Za-z` are the digits 0 to 61. The most significant digit is first.

use zeroize::Zeroizing;

use crate::types::secret::SecretBytes;

pub(crate) const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The digit of each byte, or 0xFF if the byte is not a base62 letter.
const VALUES: [u8; 256] = {
    let mut values = [0xFF; 256];
    let mut i = 0;
    while i < 62 {
        values[ALPHABET[i] as usize] = i as u8;
        i += 1;
    }
    values
};

/// The digit of `letter`, or 0xFF if `letter` is not a base62 letter. The caller must check for 0xFF.
pub(crate) const fn raw_value(letter: u8) -> u8 {
    VALUES[letter as usize]
}

/// Encodes 16 bytes, read as one big-endian number, as 22 letters.
pub(crate) fn encode_id(id: &[u8; 16]) -> [u8; 22] {
    // The number is divided into two halves of 11 letters, because 2^64 < 62^11 < 2^66. One division by 62^11 separates
    // the halves. All other divisions are by 62.
    const HALF: u128 = 62u128.pow(11);
    let number = u128::from_be_bytes(*id);
    let mut text = [b'0'; 22];
    let (mut high, mut low) = (number / HALF, number % HALF);
    for slot in text[..11].iter_mut().rev() {
        *slot = ALPHABET[(high % 62) as usize];
        high /= 62;
    }
    for slot in text[11..].iter_mut().rev() {
        *slot = ALPHABET[(low % 62) as usize];
        low /= 62;
    }
    text
}

/// Decodes 22 letters to 16 bytes. `None` for an invalid letter, or for a number that does not fit in 16 bytes (62^22
/// is 1.1 times 2^128).
pub(crate) fn decode_id(text: &[u8; 22]) -> Option<[u8; 16]> {
    // Ten letters are a number below 62^10 < 2^60, so three parts of 10, 10 and 2 letters each fit in a `u64`.
    let mut bad = 0u8;
    let mut part = |letters: &[u8]| {
        letters.iter().fold(0u64, |sum, &letter| {
            let value = raw_value(letter);
            bad |= value;
            sum.wrapping_mul(62).wrapping_add(u64::from(value))
        })
    };
    let (high, middle, low) = (part(&text[..10]), part(&text[10..20]), part(&text[20..]));
    if bad & 0xC0 != 0 {
        return None;
    }
    let number = u128::from(high)
        .checked_mul(62u128.pow(10))?
        .checked_add(u128::from(middle))?
        .checked_mul(62 * 62)?
        .checked_add(u128::from(low))?;
    Some(number.to_be_bytes())
}

/// Encodes 10 bytes, read as one big-endian number, as 14 letters. Every number fits, because 62^14 is 10 times 2^80.
pub(crate) fn encode_family(family: &[u8; 10]) -> [u8; 14] {
    let mut id = [0; 16];
    id[6..].copy_from_slice(family);
    let mut text = [b'0'; 14];
    text.copy_from_slice(&encode_id(&id)[8..]);
    text
}

/// Decodes 14 letters to 10 bytes. `None` for an invalid letter, or for a number that does not fit in 10 bytes.
pub(crate) fn decode_family(text: &[u8; 14]) -> Option<[u8; 10]> {
    let mut letters = [b'0'; 22];
    letters[8..].copy_from_slice(text);
    let id = decode_id(&letters)?;
    let (above, family) = id.split_first_chunk::<6>()?;
    if *above == [0; 6] { family.try_into().ok() } else { None }
}

/// Encodes 32 bytes, read as one big-endian number, as 43 letters. Every number fits, because 62^43 is 1.02 times
/// 2^256.
///
/// Uses long division with 32-bit limbs. No branch and no memory address depends on the secret number, except the table
/// look-up of its letters.
pub(crate) fn encode_secret(bytes: &[u8; 32]) -> SecretBytes<43> {
    let mut limbs = Zeroizing::new([0u32; 8]);
    for (limb, four) in limbs.iter_mut().zip(bytes.chunks_exact(4)) {
        *limb = four.iter().fold(0, |limb, &byte| limb << 8 | u32::from(byte));
    }
    let mut secret = SecretBytes::new([b'0'; 43]);
    for slot in secret.expose_secret_mut().iter_mut().rev() {
        let mut rest = 0u64;
        for limb in limbs.iter_mut() {
            let part = rest << 32 | u64::from(*limb);
            *limb = (part / 62) as u32; // rest < 62, so the quotient is below 2^32
            rest = part % 62;
        }
        *slot = ALPHABET[rest as usize];
    }
    secret
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_go_there_and_back() {
        for number in [0u128, 1, 61, 62, u128::from(u64::MAX), 1 << 127, u128::MAX - 1, u128::MAX] {
            let id = number.to_be_bytes();
            assert_eq!(decode_id(&encode_id(&id)), Some(id));
        }
        assert_eq!(&encode_id(&[0; 16]), b"0000000000000000000000");
        assert_eq!(&encode_id(&[0xFF; 16]), b"7n42DGM5Tflk9n8mt7Fhc7");
    }

    #[test]
    fn overflow_and_foreign_letters_are_refused() {
        assert_eq!(decode_id(b"7n42DGM5Tflk9n8mt7Fhc8"), None, "2^128");
        assert_eq!(decode_id(b"zzzzzzzzzzzzzzzzzzzzzz"), None, "62^22 - 1");
        for byte in 0..=255u8 {
            for at in [0, 9, 10, 19, 20, 21] {
                let mut text = *b"0000000000000000000000";
                text[at] = byte;
                assert_eq!(decode_id(&text).is_some(), byte.is_ascii_alphanumeric() && (at > 0 || byte <= b'7'));
            }
        }
    }

    #[test]
    fn sight_1_ten_bytes_are_14_letters() {
        let bytes = |number: u128| -> [u8; 10] { number.to_be_bytes()[6..].try_into().expect("ten bytes") };
        for number in [0u128, 1, 61, 62, 62u128.pow(13) - 1, 62u128.pow(13), 1 << 79, (1 << 80) - 2, (1 << 80) - 1] {
            assert_eq!(decode_family(&encode_family(&bytes(number))), Some(bytes(number)), "{number}");
        }
        assert_eq!(&encode_family(&[0; 10]), b"00000000000000");
        assert_eq!(&encode_family(&bytes(61)), b"0000000000000z");
        let last = encode_family(&[0xFF; 10]);
        let number = last.iter().fold(0u128, |sum, &letter| sum * 62 + u128::from(raw_value(letter)));
        assert_eq!(number, (1 << 80) - 1);
        let mut beyond = last;
        beyond[13] = ALPHABET[usize::from(raw_value(last[13])) + 1];
        assert_eq!(decode_family(&beyond), None, "2^80");
        assert_eq!(decode_family(b"zzzzzzzzzzzzzz"), None, "62^14 - 1");
        for byte in 0..=255u8 {
            for at in [1, 2, 12, 13] {
                let mut text = *b"00000000000000";
                text[at] = byte;
                assert_eq!(decode_family(&text).is_some(), byte.is_ascii_alphanumeric(), "{byte} {at}");
            }
        }
    }

    #[test]
    fn thirty_two_bytes_are_43_letters() {
        let text = |bytes: [u8; 32]| String::from_utf8_lossy(encode_secret(&bytes).expose_secret()).into_owned();
        let mut bytes = [0; 32];
        assert_eq!(text(bytes), "0".repeat(43));
        bytes[31] = 61;
        assert_eq!(text(bytes), format!("{}z", "0".repeat(42)));
        bytes[30] = 1;
        assert_eq!(text(bytes), format!("{}57", "0".repeat(41)), "317 = 5 * 62 + 7");
        assert_eq!(text([0xFF; 32]), "yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp1");
    }

    #[test]
    fn every_letter_has_its_value() {
        for (i, &letter) in ALPHABET.iter().enumerate() {
            assert_eq!(usize::from(raw_value(letter)), i);
        }
        assert_eq!(raw_value(b'_'), 0xFF);
    }
}
