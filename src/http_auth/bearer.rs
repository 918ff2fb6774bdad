//! The grammar of the `Authorization` header (RFC 9110 §11.6.2, RFC 6750 §2.1).

use crate::types::secret::Secret;

/// The credentials in the `Authorization` header of a request.
#[derive(Debug)]
pub enum Credentials {
    /// The request has no `Authorization` header.
    Absent,
    /// The header has a scheme other than Bearer.
    OtherScheme,
    /// A bearer token with the syntax of RFC 6750. `Prefixes::parse` tells whether it is a token of this library.
    Bearer(Secret),
}

/// The `Authorization` header occurs twice or has invalid syntax. The response is 400 `invalid_request`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("authorization header is malformed")]
pub struct MalformedHeader;

/// The longest header value that is processed, in bytes. The limit bounds the memory for copies of the value. A token
/// of this library has at most 88 characters.
pub(crate) const MAX_VALUE: usize = 4096;

/// Reads the credentials of a request from all its `Authorization` values. More than one value is an error.
///
/// A bearer token is the word `Bearer` in upper, lower or mixed case, then one or more SP (RFC 6750 §2.1, RFC 9110
/// §11.4), then a b64token. A blank anywhere else is an error.
///
/// ```
/// use counterfoil::http_auth::{Credentials, credentials};
///
/// let headers: [&[u8]; 1] = [b"bearer abc"];
/// assert!(matches!(credentials(headers), Ok(Credentials::Bearer(token)) if token.expose_secret() == "abc"));
/// assert!(matches!(credentials([]), Ok(Credentials::Absent)));
/// ```
///
/// # Errors
///
/// [`MalformedHeader`] if there are two values, or if the value has invalid syntax.
pub fn credentials<'a>(headers: impl IntoIterator<Item = &'a [u8]>) -> Result<Credentials, MalformedHeader> {
    let mut headers = headers.into_iter();
    let Some(header) = headers.next() else { return Ok(Credentials::Absent) };
    if headers.next().is_some() {
        return Err(MalformedHeader);
    }
    let Some(token) = after_scheme(header, b"Bearer")? else { return Ok(Credentials::OtherScheme) };
    let text = std::str::from_utf8(token).map_err(|_| MalformedHeader)?;
    if is_b64token(token) { Ok(Credentials::Bearer(text.to_owned().into())) } else { Err(MalformedHeader) }
}

/// The token of another system in the value of the header `Authorization`. `None` if the value begins with none of
/// `schemes`.
///
/// The token consists of visible ASCII characters other than `"` and `,`. RFC 6750 allows fewer characters, but Laravel
/// Sanctum sends `Bearer 1|secret`. This function is called only if the host imports tokens. Otherwise a token with
/// such characters is refused.
///
/// # Errors
///
/// [`MalformedHeader`] if the value has invalid syntax.
pub(crate) fn foreign_token<'a>(
    header: &[u8],
    schemes: impl Iterator<Item = &'a str>,
) -> Result<Option<Secret>, MalformedHeader> {
    for scheme in schemes {
        let Some(token) = after_scheme(header, scheme.as_bytes())? else { continue };
        let is_letter = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b',');
        let text = std::str::from_utf8(token).map_err(|_| MalformedHeader)?;
        let is_token = !token.is_empty() && token.iter().all(is_letter);
        return if is_token { Ok(Some(text.to_owned().into())) } else { Err(MalformedHeader) };
    }
    Ok(None)
}

/// The part of a header value after `scheme` and `1*SP` (RFC 9110 §11.4). `None` if the header has another scheme. An
/// error if the header has no valid scheme. Also an error if the scheme fits, but no SP follows or the header is longer
/// than [`MAX_VALUE`].
pub(crate) fn after_scheme<'a>(header: &'a [u8], scheme: &[u8]) -> Result<Option<&'a [u8]>, MalformedHeader> {
    let (name, rest) = header.split_at_checked(scheme.len()).unwrap_or((header, &[]));
    let ends = !rest.first().is_some_and(|&byte| is_tchar(byte));
    if !(name.eq_ignore_ascii_case(scheme) && ends) {
        return if header.first().is_some_and(|&byte| is_tchar(byte)) { Ok(None) } else { Err(MalformedHeader) };
    }
    match rest {
        [b' ', value @ ..] if header.len() <= MAX_VALUE => {
            let blanks = value.iter().take_while(|&&byte| byte == b' ').count();
            Ok(Some(&value[blanks..]))
        }
        _ => Err(MalformedHeader),
    }
}

/// Whether the byte is a `tchar`. A scheme is a `token = 1*tchar` (RFC 9110 §5.6.2).
fn is_tchar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Whether the value is a `b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="` (RFC 6750 §2.1).
fn is_b64token(value: &[u8]) -> bool {
    let padding = value.iter().rev().take_while(|&&byte| byte == b'=').count();
    let letters = &value[..value.len() - padding];
    !letters.is_empty() && letters.iter().all(|&byte| B64TOKEN[usize::from(byte)])
}

const B64TOKEN: [bool; 256] = {
    let mut letters = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        letters[byte] =
            (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'-' | b'.' | b'_' | b'~' | b'+' | b'/');
        byte += 1;
    }
    letters
};

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &str) -> Result<Option<String>, MalformedHeader> {
        Ok(match credentials([header.as_bytes()])? {
            Credentials::Absent => panic!("there is a header"),
            Credentials::OtherScheme => None,
            Credentials::Bearer(token) => Some(token.expose_secret().to_owned()),
        })
    }

    #[test]
    fn the_scheme_is_read_in_any_case_and_the_token_as_it_stands() {
        for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
            assert_eq!(read(&format!("{scheme} cfp_aZ09-._~+/==")), Ok(Some("cfp_aZ09-._~+/==".into())));
        }
    }

    #[test]
    fn fault_c6_one_blank_or_more_stand_after_bearer() {
        for blanks in 1..5 {
            assert_eq!(read(&format!("Bearer{}abc", " ".repeat(blanks))), Ok(Some("abc".into())), "{blanks}");
        }
    }

    #[test]
    fn another_scheme_is_not_ours_to_judge() {
        let long = format!("Negotiate {}", "x".repeat(10_000));
        for other in ["Basic", "Basic Og==", "Bearerx abc", "Beare abc", "Be", "Bearer2", "Digest a=\"b, c\"", &long] {
            assert_eq!(read(other), Ok(None), "{other:?}");
        }
    }

    #[test]
    fn bearer_is_followed_by_blanks_and_a_b64token() {
        for bad in [
            "",
            " ",
            "Bearer",
            "Bearer ",
            "Bearer  ",
            "Bearer  \tabc",
            "Bearer\tabc",
            "Bearer \tabc",
            " Bearer abc",
            "\tBearer abc",
            "Bearer abc ",
            "Bearer abc\t",
            "Bearer abc\n",
            "Bearer a b",
            "Bearer =",
            "Bearer ==a",
            "Bearer a=b",
            "Bearer a, Bearer b",
            "Bearer a,Bearer b",
            "Bearer \"abc\"",
            "Bearer abc\u{0}",
            "Bearer abc\u{200B}",
            "Bearer ab\u{e9}",
            "Bearer,abc",
            "Bearer=abc",
            "Bearer a%41",
            ",Bearer a",
            "=",
            "\u{0}",
        ] {
            assert_eq!(read(bad), Err(MalformedHeader), "{bad:?}");
        }
        assert!(credentials([b"Bearer \xFF".as_slice()]).is_err());
        for byte in 0..=255u8 {
            let header = [b"Bearer a", [byte].as_slice(), b"a"].concat();
            let fits = byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
            assert_eq!(credentials([header.as_slice()]).is_ok(), fits, "{byte}");
        }
    }

    #[test]
    fn life_6_a_foreign_token_has_visible_letters_and_one_of_the_schemes() {
        let read = |header: &str| {
            let token = foreign_token(header.as_bytes(), ["Token", "Bearer"].into_iter());
            token.map(|token| token.map(|token| token.expose_secret().to_owned()))
        };
        for good in ["Bearer 1|abc", "bearer  1|abc", "Token 1|abc", "TOKEN 1|abc"] {
            assert_eq!(read(good), Ok(Some("1|abc".into())), "{good}");
        }
        for other in ["Basic 1|abc", "Tokens 1|abc", "Tok"] {
            assert_eq!(read(other), Ok(None), "{other}");
        }
        for bad in ["Token", "Token ", "Token a b", "Token a,b", "Token \"a\"", "Token a\n", "Bearer é", "", "Bearer"]
        {
            assert_eq!(read(bad), Err(MalformedHeader), "{bad}");
        }
    }

    #[test]
    fn none_is_absent_and_two_are_malformed() {
        assert!(matches!(credentials([]), Ok(Credentials::Absent)));
        for pair in [["Bearer a", "Bearer a"], ["Basic a", "Bearer a"], ["Basic a", "Basic a"], ["Bearer a", ""]] {
            assert!(credentials(pair.map(str::as_bytes)).is_err(), "{pair:?}");
        }
    }

    #[test]
    fn four_kibibytes_are_the_most() {
        assert!(read(&format!("Bearer {}", "a".repeat(MAX_VALUE - 7))).is_ok());
        assert_eq!(read(&format!("Bearer {}", "a".repeat(MAX_VALUE - 6))), Err(MalformedHeader));
    }

    #[test]
    fn credentials_do_not_show_their_token() {
        let shown = format!("{:?}", credentials([b"Bearer hunter2".as_slice()]));
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
