//! The built-in texts of messages in English and Russian.

use std::time::Duration;

use askama::Template;
use counterfoil::notice::{ClaimedNotice, NoticeText};
use counterfoil::types::TokenKind;

use super::renewal::RenewalPages;
use super::when::Local;
use super::{RenderError, Rendered, Templates, english, one_line, russian};
use crate::digest::Digest;

/// The built-in texts of messages in English and Russian. A message is in Russian if the account's language is `ru` or
/// begins with `ru-` or `ru_`. Otherwise it is in English.
///
/// For each credential, a message contains the label, the id and what the owner can do. A message about an expiry also
/// contains the expiry and the time left. The expiry is in the account's time zone and contains the abbreviation of the
/// zone. A message about a secret that was found in a public place says whether the credential was ended. If the secret
/// had already been replaced, the message advises the owner to delete the token, unless the owner replaced the secret.
/// A message never contains a secret.
#[derive(Clone, Debug, Default)]
pub struct BuiltIn {
    product: Option<String>,
    manage_url: Option<String>,
    codes_url: Option<String>,
    renewal: Option<RenewalPages>,
}

/// The maximum length of a person's name and of the product's name, in characters.
const NAME: usize = 100;

impl BuiltIn {
    /// Sets the product's name, which is shown below the text.
    #[must_use]
    pub fn product(self, name: &str) -> Self {
        Self { product: Some(one_line(name, NAME)), ..self }
    }

    /// Sets the URL at which the host serves the console of counterfoil-axum, such as `https://example.com/console`.
    /// Each message then links to the console's pages. For each personal access token, it links to the page on which
    /// this token is renewed: the page suggests the present lifetime, and one more click renews the token under its
    /// label. A message about a leak has no such link. A URL that does not begin with `https://` or `http://`, has more
    /// than 2,000 characters or contains a control character is ignored.
    ///
    /// ```
    /// use counterfoil_notify::BuiltIn;
    ///
    /// let texts = BuiltIn::default().product("Example").console_url("https://example.com/console");
    /// ```
    #[must_use]
    pub fn console_url(self, url: &str) -> Self {
        let Some(base) = web(url.trim_end_matches('/')) else { return self };
        let texts = self.manage_url(&format!("{base}/tokens")).codes_url(&format!("{base}/codes"));
        Self { renewal: Some(RenewalPages::Console(base)), ..texts }
    }

    /// Sets the URL of the host's own page on which a person renews a personal access token. The text `{id}` in it
    /// stands for the id of the token. A message about an expiry links to this page for each personal access token of a
    /// person. A URL that does not contain `{id}` is ignored, and so is one that
    /// [`console_url`](BuiltIn::console_url) ignores.
    ///
    /// ```
    /// use counterfoil_notify::BuiltIn;
    ///
    /// let texts = BuiltIn::default().renew_url("https://example.com/account/tokens/{id}/renew");
    /// ```
    #[must_use]
    pub fn renew_url(self, url: &str) -> Self {
        match web(url).filter(|url| url.contains("{id}")) {
            Some(url) => Self { renewal: Some(RenewalPages::Host(url)), ..self },
            None => self,
        }
    }

    /// Sets the URL of the host's page on which people manage their tokens. Each message links to this page. The URLs
    /// that [`console_url`](BuiltIn::console_url) ignores are ignored here too.
    ///
    /// ```
    /// use counterfoil_notify::BuiltIn;
    ///
    /// let texts = BuiltIn::default().product("Example").manage_url("https://example.com/console/tokens");
    /// ```
    #[must_use]
    pub fn manage_url(self, url: &str) -> Self {
        Self { manage_url: web(url).or(self.manage_url), ..self }
    }

    /// Sets the URL of the host's page for security codes. A message about a security code links to this page. If this
    /// URL is not set, the message links to the page for tokens instead. The URLs that
    /// [`console_url`](BuiltIn::console_url) ignores are ignored here too.
    #[must_use]
    pub fn codes_url(self, url: &str) -> Self {
        Self { codes_url: web(url).or(self.codes_url), ..self }
    }

    /// Returns the links to show in a message: to the page for tokens, to the page for security codes, or both.
    fn links<'a>(&'a self, texts: &Texts, digest: &Digest<'_>) -> Vec<Link<'a>> {
        let is_code = |notice: &ClaimedNotice| notice.kind() == TokenKind::SecurityCode;
        let codes = self.codes_url.as_deref().filter(|_| digest.notices().iter().any(is_code));
        let only_codes = codes.is_some() && digest.notices().iter().all(is_code);
        let tokens = self.manage_url.as_deref().filter(|_| !only_codes);
        let named = [(texts.tokens, tokens), (texts.codes, codes)];
        named.into_iter().filter_map(|(name, url)| Some(Link { name, url: url? })).collect()
    }
}

/// Returns the URL if it begins with `https://` or `http://`, and if it is already one line of at most 2,000
/// characters, as [`one_line`] makes it.
fn web(url: &str) -> Option<String> {
    let opens = url.starts_with("https://") || url.starts_with("http://");
    Some(one_line(url, 2_000)).filter(|clean| opens && clean == url)
}

/// A link to a page of the host.
struct Link<'a> {
    name: &'static str,
    url: &'a str,
}

/// What a message says about a leaked credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leak {
    /// The credential was ended.
    Ended,
    /// The credential still works with the text that was found.
    StillWorks,
    /// The text that was found does not work any more, because it had been replaced. The credential works with a newer
    /// text.
    OldText,
}

/// What a message shows for one credential.
struct Line {
    kind: &'static str,
    /// The label of the credential. Empty if the credential has no label.
    label: String,
    id: String,
    /// The expiry. Empty if the credential never expires.
    at: String,
    /// The time until the credential expires. `None` if it has expired, or if the notice is about a leak.
    left: Option<String>,
    /// What the notice says about a leak. `None` if the notice is about an expiry.
    leak: Option<Leak>,
    /// The URL of the page on which the credential is renewed. `None` if there is no such page, or if the notice is
    /// about a leak.
    renew: Option<String>,
}

/// The credentials of a message that have the same state: they expire soon, or have expired.
struct Group {
    lines: Vec<Line>,
    /// Whether at least one of these credentials has a link to the page on which it is renewed.
    renews: bool,
    /// Whether at least one of these credentials has no such link.
    replaces: bool,
}

impl Group {
    fn new(lines: Vec<Line>) -> Self {
        let renews = lines.iter().any(|line| line.renew.is_some());
        Self { renews, replaces: lines.iter().any(|line| line.renew.is_none()), lines }
    }
}

/// The values that the templates of both languages show.
struct Page<'a> {
    name: String,
    expiring: Group,
    expired: Group,
    /// The credentials whose secrets were found in a public place.
    leaked: Vec<Line>,
    product: Option<&'a str>,
    links: Vec<Link<'a>>,
}

impl Page<'_> {
    /// Whether at least one of the texts that were found still works, or worked until the leak was reported.
    fn has_working_leak(&self) -> bool {
        self.leaked.iter().any(|line| line.leak != Some(Leak::OldText))
    }

    /// Whether at least one of the texts that were found had already been replaced by a newer text.
    fn has_old_leak(&self) -> bool {
        self.leaked.iter().any(|line| line.leak == Some(Leak::OldText))
    }
}

#[derive(Template)]
#[template(path = "en.txt", escape = "none")]
struct EnglishText<'a>(&'a Page<'a>);

#[derive(Template)]
#[template(path = "en.html")]
struct EnglishHtml<'a>(&'a Page<'a>, &'a str);

#[derive(Template)]
#[template(path = "ru.txt", escape = "none")]
struct RussianText<'a>(&'a Page<'a>);

#[derive(Template)]
#[template(path = "ru.html")]
struct RussianHtml<'a>(&'a Page<'a>, &'a str);

/// The fixed texts of one language.
struct Texts {
    instant: fn(&Local) -> String,
    date: fn(&Local) -> String,
    left: fn(Duration) -> String,
    kind: fn(TokenKind) -> &'static str,
    quotes: [char; 2],
    subject: fn(Option<&str>, usize, usize, &str) -> String,
    leak_subject: fn(Option<&str>, usize) -> String,
    old_leak_subject: fn(Option<&str>, usize) -> String,
    tokens: &'static str,
    codes: &'static str,
    service_account: &'static str,
}

const ENGLISH: Texts = Texts {
    instant: english::instant,
    date: english::date,
    left: english::left,
    kind: english::kind,
    quotes: ['“', '”'],
    subject: english::subject,
    leak_subject: english::leak_subject,
    old_leak_subject: english::old_leak_subject,
    tokens: "Your tokens",
    codes: "Security codes",
    service_account: "service account",
};

const RUSSIAN: Texts = Texts {
    instant: russian::instant,
    date: russian::date,
    left: russian::left,
    kind: russian::kind,
    quotes: ['«', '»'],
    subject: russian::subject,
    leak_subject: russian::leak_subject,
    old_leak_subject: russian::old_leak_subject,
    tokens: "Ваши токены",
    codes: "Коды безопасности",
    service_account: "сервисный аккаунт",
};

impl Texts {
    fn line(&self, notice: &ClaimedNotice, zone: &str, renewal: Option<&RenewalPages>) -> Line {
        let (left, leak) = match notice.text() {
            NoticeText::ExpiresIn(left) => (Some((self.left)(left)), None),
            NoticeText::Leaked { ended: true } => (None, Some(Leak::Ended)),
            NoticeText::Leaked { ended: false } => (None, Some(Leak::StillWorks)),
            NoticeText::ReplacedLeaked => (None, Some(Leak::OldText)),
            _ => (None, None),
        };
        Line {
            kind: (self.kind)(notice.kind()),
            label: self.named(notice),
            id: notice.id().to_string(),
            at: notice.expires_at().map_or_else(String::new, |at| (self.instant)(&Local::of(at, zone))),
            left,
            leak,
            renew: renewal.filter(|_| leak.is_none()).and_then(|pages| pages.of(notice)),
        }
    }

    /// Returns the label or description of a credential, and the service account that owns it: `“runner” (service
    /// account “build”)`.
    fn named(&self, notice: &ClaimedNotice) -> String {
        let label = self.quoted(notice.label());
        match notice.service_account() {
            Some(account) => format!("{label} ({} {})", self.service_account, self.quoted(account)),
            None => label,
        }
    }

    /// Returns a label or description in quotation marks on one line. A description may contain line breaks.
    fn quoted(&self, label: &str) -> String {
        let [open, close] = self.quotes;
        let label = one_line(label, 120);
        if label.is_empty() { label } else { format!("{open}{label}{close}") }
    }

    fn subject_of(&self, digest: &Digest<'_>, page: &Page<'_>) -> String {
        let one = match digest.notices() {
            [only] => Some(format!("{} {}", (self.kind)(only.kind()), self.named(only))),
            _ => None,
        };
        let one = one.as_deref().map(str::trim_end);
        if !page.leaked.is_empty() {
            let subject = if page.has_working_leak() { self.leak_subject } else { self.old_leak_subject };
            return subject(one, page.leaked.len());
        }
        let first = digest.notices().first().and_then(ClaimedNotice::expires_at);
        let first = first.map_or_else(String::new, |at| (self.date)(&Local::of(at, digest.account().zone())));
        (self.subject)(one, page.expiring.lines.len(), page.expired.lines.len(), &first)
    }
}

fn is_russian(language: &str) -> bool {
    let (first, _) = language.split_once(['-', '_']).unwrap_or((language, ""));
    first.eq_ignore_ascii_case("ru")
}

impl Templates for BuiltIn {
    fn render(&self, digest: &Digest<'_>) -> Result<Rendered, RenderError> {
        let account = digest.account();
        let russian = is_russian(account.language());
        let texts = if russian { RUSSIAN } else { ENGLISH };
        let line = |notice| texts.line(notice, account.zone(), self.renewal.as_ref());
        let (leaked, lines): (Vec<_>, Vec<_>) = digest.notices().iter().map(line).partition(|line| line.leak.is_some());
        let (expiring, expired) = lines.into_iter().partition(|line| line.left.is_some());
        let (expiring, expired) = (Group::new(expiring), Group::new(expired));
        let (product, links) = (self.product.as_deref(), self.links(&texts, digest));
        let page = Page { name: one_line(account.name(), NAME), expiring, expired, leaked, product, links };
        let subject = texts.subject_of(digest, &page);
        let rendered = if russian {
            (RussianText(&page).render(), RussianHtml(&page, &subject).render())
        } else {
            (EnglishText(&page).render(), EnglishHtml(&page, &subject).render())
        };
        match rendered {
            (Ok(text), Ok(html)) => Ok(Rendered::new(&subject, text, html)),
            (Err(error), _) | (_, Err(error)) => Err(RenderError(error.into())),
        }
    }
}
