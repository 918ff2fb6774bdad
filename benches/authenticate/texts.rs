//! Makes texts that `verify` refuses, each of them from the text of a valid token.

/// The position of the first letter of the id. A token consists of `cfp_`, an id of 22 letters, a secret of 43 letters,
/// and a checksum of 6 letters.
pub(crate) const ID: usize = 4;
/// The position of the first letter of the secret.
pub(crate) const SECRET: usize = 26;
/// The position of the last letter of the secret.
pub(crate) const LAST: usize = 68;

pub(crate) fn unknown_id(token: &str) -> String {
    changed(token, ID)
}

pub(crate) fn wrong_secret(token: &str) -> String {
    changed(token, SECRET)
}

/// Returns the token with another last letter. This letter is part of the checksum, so the checksum is wrong, and the
/// parser refuses the token only after it has read every letter.
pub(crate) fn malformed(token: &str) -> String {
    let other = if token.ends_with('1') { '2' } else { '1' };
    format!("{}{other}", &token[..token.len() - 1])
}

/// Changes one letter of the token and corrects the checksum. So `verify` reads the store before it refuses the token.
pub(crate) fn changed(token: &str, at: usize) -> String {
    let mut text = token.as_bytes()[..=LAST].to_vec();
    // The first letter of an id is at most `7`, so it must be replaced by a small digit too.
    text[at] = if text[at] == b'1' { b'2' } else { b'1' };
    let mut check = crc32fast::hash(&text[ID..]);
    let letters = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut digits = [0; 6];
    for digit in digits.iter_mut().rev() {
        *digit = letters[(check % 62) as usize];
        check /= 62;
    }
    text.extend(digits);
    String::from_utf8(text).expect("ASCII")
}
