//! The language of a page. It is the chosen language, otherwise the browser's preferred language, otherwise English.

use http::HeaderMap;
use http::header::ACCEPT_LANGUAGE;

use crate::console::cookie::{Cookie, Cookies};
use crate::console::text::{ENGLISH, RUSSIAN, Texts};

/// A language in which the console can show its pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    Russian,
}

impl Language {
    pub(crate) const ALL: [Self; 2] = [Self::English, Self::Russian];

    /// Parses a BCP 47 tag. Uses only the primary subtag, such as `en` of `en-GB`. Returns `None` if the console has no
    /// texts in this language.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let primary = name.split('-').next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.code().eq_ignore_ascii_case(primary))
    }

    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Russian => "ru",
        }
    }

    /// Returns the name of the language in that language.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Russian => "Русский",
        }
    }

    pub(crate) const fn texts(self) -> &'static Texts {
        match self {
            Self::English => &ENGLISH,
            Self::Russian => &RUSSIAN,
        }
    }

    /// Returns the language for the response to a request.
    pub(crate) fn of_request(headers: &HeaderMap, cookies: &Cookies) -> Self {
        let chosen = cookies.read(headers, Cookie::Language).and_then(|chosen| Self::of(chosen.expose_secret()));
        chosen.or_else(|| preferred(headers)).unwrap_or(Self::English)
    }
}

/// Returns the supported language with the highest weight in `Accept-Language` (RFC 9110 §12.5.4). If several languages
/// have the highest weight, returns the first of them.
fn preferred(headers: &HeaderMap) -> Option<Language> {
    let text = headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut best: Option<(Language, u16)> = None;
    for range in text.split(',').take(16) {
        let (name, weight) = range.split_once(';').unwrap_or((range, "q=1"));
        let (Some(language), Some(weight)) = (Language::of(name.trim()), thousandths(weight)) else { continue };
        if weight > best.map_or(0, |(_, most)| most) {
            best = Some((language, weight));
        }
    }
    best.map(|(language, _)| language)
}

/// Parses a weight such as `q=0.8`. Returns it in thousandths, here 800. Returns `None` if it is not a valid weight.
fn thousandths(weight: &str) -> Option<u16> {
    let number = weight.trim().strip_prefix("q=")?;
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    if part.len() > 3 || !matches!(whole, "0" | "1") || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part: u16 = format!("{part:0<3}").parse().ok()?;
    Some(if whole == "1" { 1_000 } else { part })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use crate::console::cookie::Transport;

    #[test]
    fn console_1_the_browsers_preference_decides_until_one_is_chosen() {
        let asked = |accept: &'static str, cookie: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(accept));
            if let Some(cookie) = cookie {
                headers.insert(http::header::COOKIE, HeaderValue::from_static(cookie));
            }
            let realm = counterfoil::Realm::new("a").expect("a realm");
            let own = Cookies::of(Transport::PlainLoopback, &realm, "/console").named("x".parse().expect("a name"));
            Language::of_request(&headers, &own)
        };
        let (english, russian) = (Language::English, Language::Russian);
        for (accept, list_query) in [
            ("ru", russian),
            ("ru-RU,ru;q=0.9,en-US;q=0.8", russian),
            ("de, fr;q=0.9", english),
            ("en;q=0.5, ru;q=0.7", russian),
            ("ru;q=0, en;q=0.1", english),
            ("en, ru", english),
            ("ru;q=2", english),
            ("", english),
        ] {
            assert_eq!(asked(accept, None), list_query, "{accept}");
        }
        assert_eq!(asked("en", Some("counterfoil-language-x=ru")), russian);
        assert_eq!(asked("ru", Some("counterfoil-language-x=xx")), russian);
    }
}
