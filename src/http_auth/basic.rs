//! Client authentication with HTTP Basic (RFC 7617). RFC 6749 §2.3.1 adds a form encoding of the client's id and
//! secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::http_auth::bearer::{MalformedHeader, after_scheme};
use crate::http_auth::client_fault::ClientFault;
use crate::types::secret::Secret;

/// The client id and the secret from an `Authorization: Basic` header. `Debug` redacts the secret.
#[derive(Debug)]
pub(crate) struct BasicPair {
    pub(crate) client_id: String,
    /// The secret. `None` if it is empty. Public clients send an empty secret, which RFC 6749 §2.3.1 treats as omitted.
    pub(crate) secret: Option<Secret>,
}

/// Parses one `Authorization` value. `None` if its scheme is not Basic. An error if the rest of the value has invalid
/// syntax.
///
/// The parser requires `1*SP`, standard base64 with padding and without stray bits, and UTF-8 without control
/// characters (RFC 7617 §2). The parser splits the decoded text at the first colon, and form-decodes each half once.
pub(crate) fn basic(header: &[u8]) -> Result<Option<BasicPair>, MalformedHeader> {
    let Some(encoded) = after_scheme(header, b"Basic")? else { return Ok(None) };
    // `decode_slice` needs a buffer for the largest possible result.
    let mut bytes = Zeroizing::new(vec![0; base64::decoded_len_estimate(encoded.len())]);
    let len = STANDARD.decode_slice(encoded, &mut bytes).map_err(|_| MalformedHeader)?;
    let text = bytes.get(..len).and_then(|bytes| std::str::from_utf8(bytes).ok()).ok_or(MalformedHeader)?;
    if text.chars().any(char::is_control) {
        return Err(MalformedHeader);
    }
    let (client_id, secret) = text.split_once(':').ok_or(MalformedHeader)?;
    let decoded = |half: &str| form_decoded(half.as_bytes()).ok_or(MalformedHeader);
    let secret = Secret::from(decoded(secret)?);
    let secret = (!secret.expose_secret().is_empty()).then_some(secret);
    Ok(Some(BasicPair { client_id: decoded(client_id)?, secret }))
}

/// The `Authorization: Basic` header of a request to an OAuth endpoint. A header with another scheme is treated as
/// absent.
#[derive(Debug)]
pub(crate) enum ClientHeader {
    /// The request has no `Authorization` header with the scheme Basic.
    Absent,
    /// The request has one `Authorization` header with the scheme Basic, and its syntax is valid.
    Basic(BasicPair),
    /// The header has invalid syntax or occurs twice, so it authenticates no client.
    Unusable(ClientFault),
}

/// Reads all `Authorization` values of a request, and parses the one with the scheme Basic. If there are two such
/// values, returns [`ClientHeader::Unusable`].
pub(crate) fn client_header<'a>(headers: impl IntoIterator<Item = &'a [u8]>) -> ClientHeader {
    let mut tried = headers.into_iter().filter(|header| is_basic(header));
    match (tried.next(), tried.next()) {
        (None, _) => ClientHeader::Absent,
        (Some(_), Some(_)) => ClientHeader::Unusable(ClientFault::HeaderTwice),
        (Some(header), None) => match basic(header) {
            Ok(Some(pair)) => ClientHeader::Basic(pair),
            Ok(None) | Err(MalformedHeader) => ClientHeader::Unusable(ClientFault::Malformed),
        },
    }
}

/// Whether the scheme is Basic. The rest of the header is not checked.
fn is_basic(header: &[u8]) -> bool {
    const SCHEME: &[u8] = b"Basic";
    let names = header.get(..SCHEME.len()).is_some_and(|name| name.eq_ignore_ascii_case(SCHEME));
    names && !matches!(after_scheme(header, SCHEME), Ok(None))
}

/// Decodes `+` to a blank and `%XX` to a byte (application/x-www-form-urlencoded). `None` if an escape is invalid or
/// the result is not UTF-8.
pub(crate) fn form_decoded(text: &[u8]) -> Option<String> {
    // Decoding never lengthens the text, so the buffer is never reallocated, and no copy remains in memory.
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        (rest, _) = match (first, tail) {
            (b'+', _) => (tail, bytes.push(b' ')),
            (b'%', [high, low, tail @ ..]) => (tail, bytes.push(nibble(*high)? << 4 | nibble(*low)?)),
            (b'%', _) => return None,
            (byte, _) => (tail, bytes.push(*byte)),
        };
    }
    std::str::from_utf8(&bytes).map(str::to_owned).ok()
}

fn nibble(digit: u8) -> Option<u8> {
    u8::try_from(char::from(digit).to_digit(16)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(encoded: &str) -> Result<(String, String), MalformedHeader> {
        let pair = basic(format!("Basic {encoded}").as_bytes())?.expect("the scheme is Basic");
        Ok((pair.client_id, pair.secret.map_or(String::new(), |secret| secret.expose_secret().to_owned())))
    }

    fn of(pair: &str) -> Result<(String, String), MalformedHeader> {
        read(&STANDARD.encode(pair))
    }

    fn pair(client_id: &str, secret: &str) -> Result<(String, String), MalformedHeader> {
        Ok((client_id.into(), secret.into()))
    }

    #[test]
    fn syn_token_1_the_pair_is_split_at_the_first_colon_and_form_decoded_once() {
        assert_eq!(read("dGVzdC50b2tlbjphYmM="), pair("test.token", "abc"));
        assert_eq!(of("a:b:c"), pair("a", "b:c"));
        assert_eq!(of("a%3Ab:c%3ad"), pair("a:b", "c:d"));
        assert_eq!(of("a+b:c%2Bd"), pair("a b", "c+d"));
        assert_eq!(of("a:%2541"), pair("a", "%41"), "once, not twice");
        assert_eq!(of("a:%D0%B6"), pair("a", "ж"));
        assert_eq!(of("ж:ж"), pair("ж", "ж"));
        assert_eq!(of(":"), pair("", ""));
    }

    #[test]
    fn syn_token_1_a_second_spelling_is_malformed() {
        for bad in ["a", "a:%", "a:%4", "a:%4G", "a:%+4", "%zz:a", "a:%FF", "a:%C3", "a:\u{7f}", "a:b\n", "a\0:b"] {
            assert_eq!(of(bad), Err(MalformedHeader), "{bad:?}");
        }
        for bad in
            ["", "dGVzdDph=", "dGVzdDphYg", "dGVzdDphYh==", "\tdGVzdDph", "dGVzdDph ", "dGVz dDph", "_-8=", "YTr/"]
        {
            assert_eq!(read(bad), Err(MalformedHeader), "{bad:?}");
        }
        for bad in ["Basic", "Basic  ", "Basic\tYTpi", " Basic YTpi", "Basic YTpi, Basic YTpi", ""] {
            assert!(basic(bad.as_bytes()).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_scheme_is_read_in_any_case_and_another_is_none() {
        assert!(basic(b"bAsIc YTpi").is_ok_and(|pair| pair.is_some()));
        for other in ["Bearer YTpi", "Basics YTpi", "Bas"] {
            assert!(basic(other.as_bytes()).is_ok_and(|pair| pair.is_none()), "{other:?}");
        }
    }

    #[test]
    fn fault_c2_any_scheme_but_basic_is_as_if_absent() {
        let read = |headers: &[&str]| client_header(headers.iter().map(|header| header.as_bytes()));
        assert!(matches!(read(&[]), ClientHeader::Absent));
        let others = ["Bearer old", "Negotiate YTpi", "Basics YTpi", "Bas", "", " ", "Digest a=\"b\"", "\u{0}"];
        for other in others {
            assert!(matches!(read(&[other]), ClientHeader::Absent), "{other:?}");
            assert!(matches!(read(&[other, "Basic YTpi"]), ClientHeader::Basic(_)), "{other:?}");
            assert!(matches!(read(&["Basic YTpi", other]), ClientHeader::Basic(_)), "{other:?}");
        }
        assert!(matches!(read(&others), ClientHeader::Absent));
    }

    #[test]
    fn syn_token_1_a_second_basic_header_is_told_from_one_that_proves_nobody() {
        let read = |headers: &[&str]| client_header(headers.iter().map(|header| header.as_bytes()));
        assert!(matches!(read(&["Basic YTpi"]), ClientHeader::Basic(_)));
        for malformed in ["Basic", "Basic ", "Basic !", "basic\tYTpi", "Basic=YTpi"] {
            assert!(matches!(read(&[malformed]), ClientHeader::Unusable(ClientFault::Malformed)), "{malformed:?}");
        }
        let twice = read(&["Basic YTpi", "basic !"]);
        assert!(matches!(twice, ClientHeader::Unusable(ClientFault::HeaderTwice)), "{twice:?}");
    }

    #[test]
    fn fault_c3_an_empty_secret_is_an_omitted_one() {
        let pair = |text: &str| basic(format!("Basic {}", STANDARD.encode(text)).as_bytes());
        assert!(pair("a:").is_ok_and(|pair| pair.is_some_and(|pair| pair.secret.is_none())));
        assert!(pair("a:b").is_ok_and(|pair| pair.is_some_and(|pair| pair.secret.is_some())));
    }

    #[test]
    fn fault_c6_one_blank_or_more_stand_after_basic() {
        for blanks in 1..5 {
            assert_eq!(read(&format!("{}YTpi", " ".repeat(blanks - 1))), pair("a", "b"), "{blanks}");
        }
    }

    #[test]
    fn four_kibibytes_are_the_most() {
        assert!(of(&format!("a:{}", "x".repeat(3064))).is_ok());
        assert_eq!(of(&format!("a:{}", "x".repeat(3067))), Err(MalformedHeader));
    }

    #[test]
    fn a_pair_does_not_show_its_secret() {
        let shown = format!("{:?}", basic(b"Basic dGVzdC50b2tlbjpodW50ZXIy"));
        assert!(shown.contains("test.token") && !shown.contains("hunter2"), "{shown}");
    }
}
