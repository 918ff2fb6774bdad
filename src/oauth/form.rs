//! A strict parser of `application/x-www-form-urlencoded` (RFC 6749 appendix B).
//!
//! The parser uses the decoder of HTTP Basic. A lenient parser is not suitable: it replaces text that it cannot decode,
//! so different texts give the same value, and it leaves copies of passwords in memory. For valid forms, a test checks
//! that this parser gives the same result as a lenient parser.

use crate::http_auth::basic::form_decoded;
use crate::types::secret::Secret;

/// The largest accepted form, in bytes.
pub const MAX_FORM_BYTES: usize = 8 * 1024;
/// The largest accepted number of parameters. Usual clients send fewer.
const MAX_PARAMETERS: usize = 32;

/// Why a form is refused. The error contains no content of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormFault {
    /// The form has more than 8 KiB or more than 32 parameters. The status is 413.
    #[error("form is over 8 KiB or 32 parameters")]
    TooLarge,
    /// The media type is missing or is not that of a form.
    #[error("content type is not application/x-www-form-urlencoded")]
    MediaType,
    /// The name or the value of a parameter has an invalid escape, invalid UTF-8, or a NUL.
    #[error("form cannot be decoded")]
    Undecodable {
        /// The name of the parameter, if it is one of the parameters that the endpoints define.
        name: Option<&'static str>,
    },
    /// A parameter occurs twice (RFC 6749 §3.2). This also applies to a parameter that the endpoints do not define.
    #[error("a parameter is repeated")]
    Repeated {
        /// The name of the parameter, if it is one of the parameters that the endpoints define.
        name: Option<&'static str>,
    },
    /// The form did not arrive in time. The status is 408. Only adapters return this fault, because the endpoints get a
    /// complete body.
    #[error("form did not arrive in time")]
    TooSlow,
    /// The connection broke while the form was read.
    #[error("form broke off")]
    Broken,
}

/// The names of the parameters that the endpoints define. A fault contains only these names, because any other name is
/// text of the caller.
pub(crate) const PARAMETERS: [&str; 13] = [
    "grant_type",
    "username",
    "password",
    "remember",
    "mfa_key",
    "machine_key",
    "refresh_token",
    "scope",
    "client_id",
    "client_secret",
    "token",
    "token_type_hint",
    "source",
];

fn known(name: &str) -> Option<&'static str> {
    PARAMETERS.into_iter().find(|own| *own == name)
}

/// The parameters of a request. Each name occurs once. All values are treated as secrets, because a caller may send a
/// password under any name.
#[derive(Debug)]
pub(crate) struct Form(Vec<(String, Secret)>);

impl Form {
    /// Parses a body. The `Content-Type` must be that of a form. Checks both size limits before anything is decoded.
    pub(crate) fn parse(content_type: Option<&[u8]>, body: &[u8]) -> Result<Self, FormFault> {
        if body.len() > MAX_FORM_BYTES {
            return Err(FormFault::TooLarge);
        }
        if !content_type.is_some_and(is_form) {
            return Err(FormFault::MediaType);
        }
        let pairs = || body.split(|&byte| byte == b'&').filter(|pair| !pair.is_empty());
        if pairs().count() > MAX_PARAMETERS {
            return Err(FormFault::TooLarge);
        }
        let mut form = Self(Vec::new());
        for pair in pairs() {
            let (name, value) = match pair.iter().position(|&byte| byte == b'=') {
                Some(at) => (&pair[..at], &pair[at + 1..]),
                None => (pair, &[][..]),
            };
            let name = decoded(name).ok_or(FormFault::Undecodable { name: None })?;
            let value = decoded(value).ok_or_else(|| FormFault::Undecodable { name: known(&name) })?;
            let value = Secret::from(value);
            if form.0.iter().any(|(taken, _)| *taken == name) {
                return Err(FormFault::Repeated { name: known(&name) });
            }
            form.0.push((name, value));
        }
        Ok(form)
    }

    /// Removes a parameter and returns its value. `None` if the request does not contain the parameter. A parameter
    /// without a value is treated as omitted (RFC 6749 §3.2).
    pub(crate) fn take(&mut self, name: &str) -> Option<Secret> {
        let at = self.0.iter().position(|(own, _)| own == name)?;
        let (_, value) = self.0.swap_remove(at);
        (!value.expose_secret().is_empty()).then_some(value)
    }
}

/// Whether the media type is that of a form. Case and media type parameters are ignored, because the standard defines
/// no parameters and prescribes UTF-8.
fn is_form(content_type: &[u8]) -> bool {
    let essence = content_type.split(|&byte| byte == b';').next().unwrap_or_default();
    essence.trim_ascii().eq_ignore_ascii_case(b"application/x-www-form-urlencoded")
}

fn decoded(text: &[u8]) -> Option<String> {
    let text = form_decoded(text)?;
    if text.contains('\0') {
        // Dropping the text as a `Secret` wipes it.
        drop(Secret::from(text));
        return None;
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: Option<&[u8]> = Some(b"application/x-www-form-urlencoded");

    fn read(body: &str) -> Result<Vec<(String, String)>, FormFault> {
        let form = Form::parse(TYPE, body.as_bytes())?;
        Ok(form.0.into_iter().map(|(name, value)| (name, value.expose_secret().to_owned())).collect())
    }

    #[test]
    fn syn_token_3_a_backslash_is_data_however_it_is_written() {
        for body in ["username=AD\\bill.posters", "username=AD%5Cbill.posters", "username=AD%5cbill%2Eposters"] {
            assert_eq!(read(body), Ok(vec![("username".into(), "AD\\bill.posters".into())]), "{body}");
        }
    }

    #[test]
    fn t19_what_is_read_is_what_the_lenient_reader_reads() {
        for body in ["", "a=b", "a", "a=", "=b", "a=b=c", "a=b;c=d", "&&a=b&&c=d&", "a+b=c%2Bd+e", "%61=%D0%B6", "ж=ж"]
        {
            let lenient: Vec<_> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
            assert_eq!(read(body), Ok(lenient), "{body}");
        }
    }

    #[test]
    fn t19_any_repeated_parameter_is_refused_known_or_not_and_however_it_is_spelled() {
        for body in ["a=b&a=b", "x=&x=", "grant_type=a&grant%5ftype=b", "a&a", "=1&=2"] {
            assert!(matches!(read(body), Err(FormFault::Repeated { .. })), "{body}");
        }
        let known = Err(FormFault::Repeated { name: Some("grant_type") });
        assert_eq!(read("grant_type=a&grant%5ftype=b"), known);
        assert_eq!(read("zqx=a&zqx=b"), Err(FormFault::Repeated { name: None }), "a name that is the caller's own");
    }

    #[test]
    fn i3_what_cannot_be_decoded_is_refused() {
        for body in
            ["a=%", "a=%4", "a=%zz", "a=%+1", "%zz=a", "a=%00", "a%00=b", "a=%FF", "a=%C3", "a=%ED%A0%80", "a=\0"]
        {
            assert_eq!(read(body), Err(FormFault::Undecodable { name: None }), "{body}");
        }
        let undecodable = |name| Some(FormFault::Undecodable { name });
        assert_eq!(Form::parse(TYPE, b"a=\xFF").err(), undecodable(None));
        assert_eq!(Form::parse(TYPE, b"a=\xC0\x80").err(), undecodable(None), "overlong");
        assert_eq!(Form::parse(TYPE, b"token=%").err(), undecodable(Some("token")));
    }

    #[test]
    fn i3_the_media_type_is_asked_for_in_any_case_with_or_without_parameters() {
        for fits in [
            "application/x-www-form-urlencoded",
            "Application/X-WWW-Form-URLencoded",
            "application/x-www-form-urlencoded; charset=utf-8",
            "application/x-www-form-urlencoded;charset=UTF-8",
        ] {
            assert!(Form::parse(Some(fits.as_bytes()), b"a=b").is_ok(), "{fits}");
        }
        for bad in [
            "",
            ";",
            "text/plain",
            "application/json",
            "multipart/form-data; boundary=x",
            "application/x-www-form-urlencodedx",
            "application/x-www-form-urlencoded, text/plain",
        ] {
            assert_eq!(Form::parse(Some(bad.as_bytes()), b"a=b").err(), Some(FormFault::MediaType), "{bad}");
        }
        assert_eq!(Form::parse(None, b"a=b").err(), Some(FormFault::MediaType));
    }

    #[test]
    fn t13_eight_kibibytes_and_32_parameters_are_the_most() {
        let of = |bytes: usize| format!("a={}", "x".repeat(bytes - 2));
        assert!(read(&of(8 * 1024)).is_ok());
        assert_eq!(read(&of(8 * 1024 + 1)), Err(FormFault::TooLarge));
        assert_eq!(Form::parse(None, &[b'x'; 8 * 1024 + 1]).err(), Some(FormFault::TooLarge), "before the media type");
        let many = |count| (0..count).map(|at| format!("p{at}=1")).collect::<Vec<_>>().join("&");
        assert_eq!(read(&many(32)).map(|pairs| pairs.len()), Ok(32));
        assert_eq!(read(&many(33)), Err(FormFault::TooLarge));
    }

    #[test]
    fn an_empty_value_counts_as_omitted_and_a_value_is_taken_once() {
        let mut form = Form::parse(TYPE, b"a=&b=1").expect("a form");
        assert!(form.take("a").is_none() && form.take("c").is_none());
        assert_eq!(form.take("b").map(|value| value.expose_secret().to_owned()), Some("1".into()));
        assert!(form.take("b").is_none());
    }

    #[test]
    fn t10_a_form_does_not_show_its_values() {
        let form = Form::parse(TYPE, b"password=hunter2").expect("a form");
        assert!(!format!("{form:?}").contains("hunter2"));
    }
}
