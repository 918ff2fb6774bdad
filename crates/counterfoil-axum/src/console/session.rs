//! Finds the viewer of a request. The session cookie identifies the viewer.

use axum::extract::FromRequestParts;
use counterfoil::operations::Operation;
use counterfoil::types::Source;
use counterfoil::{Counterfoil, Denied, Forbidden, ManageError, Presenter, Principal, Secret};
use counterfoil_http::request::Query;
use counterfoil_http::{InvalidHost, host_of};
use http::request::Parts;
use http::{HeaderMap, Method};

use crate::console::cookie::Cookie;
use crate::console::language::Language;
use crate::console::paths::{self, MADE_ROOM};
use crate::console::rejection::{Rejection, RejectionReason};
use crate::console::state::{Console, Shared};
use crate::console::viewer::{PreviousSession, SECTIONS, Viewer};

/// The host that a request names: the result of [`host_of`].
pub(crate) type Host<'a> = Result<Option<&'a str>, InvalidHost>;

/// Checks the host and the transport of a request. If they are valid, returns the language of the response.
pub(crate) fn receive(console: &Console, headers: &HeaderMap, host: Host<'_>) -> Result<Language, Rejection> {
    let language = Language::of_request(headers, &console.cookies);
    let reject = |reason| Err(Rejection::signed_out(console, language, reason));
    match host {
        Err(InvalidHost) => reject(RejectionReason::Host),
        Ok(host) if console.cookies.transport.serves(host.unwrap_or_default()) => Ok(language),
        Ok(_) => reject(RejectionReason::Insecure),
    }
}

/// A request without a live session.
pub(crate) struct SignedOut {
    /// Whether the request has a session cookie that was refused, for example because the session has ended.
    pub(crate) ended: bool,
    pub(crate) language: Language,
}

/// Whether the session cookie of a request belongs to a live session.
pub(crate) async fn is_signed_in(
    console: &Console,
    language: Language,
    headers: &HeaderMap,
    source: &Source,
) -> Result<bool, Rejection> {
    Ok(session(console, &console.at_present(), language, headers, source).await?.is_ok())
}

/// Verifies the session cookie of a request. Returns [`SignedOut`] as the inner error if the request has no live
/// session. Returns the outer error if the store or the directory is unavailable.
async fn session(
    console: &Console,
    counterfoil: &Counterfoil,
    language: Language,
    headers: &HeaderMap,
    source: &Source,
) -> Result<Result<(Secret, Principal), SignedOut>, Rejection> {
    let Some(session) = console.cookies.read(headers, Cookie::Session) else {
        return Ok(Err(SignedOut { ended: false, language }));
    };
    match counterfoil.from_source(source).verify_session(session.expose_secret()).await {
        Ok(principal) => Ok(Ok((session, principal))),
        Err(Denied::Refused(_)) => Ok(Err(SignedOut { ended: true, language })),
        Err(Denied::Unavailable(cause)) => Err(Rejection::outage(console, language, &cause)),
    }
}

impl Viewer {
    /// Returns the viewer of a request. If the request has no live session, returns [`SignedOut`] as the inner error.
    /// Returns the outer error for a refused host, for a request without a source if the host must set one, and if a
    /// store, the directory or the storage of profiles is unavailable.
    pub(crate) async fn of(console: &Console, parts: &Parts) -> Result<Result<Self, SignedOut>, Rejection> {
        let language = receive(console, &parts.headers, host_of(parts))?;
        let known = console.sources.known(&parts.extensions);
        // The body of the form can arrive seconds after the headers. A credential that the request creates must not be
        // newer than the authentication. Otherwise the credential would stay valid if the password was changed in
        // between (`Account::with_valid_since`).
        let counterfoil = console.at_present();
        let (session, principal) = match session(console, &counterfoil, language, &parts.headers, &known).await? {
            Ok(found) => found,
            Err(signed_out) => return Ok(Err(signed_out)),
        };
        let gate = match counterfoil.authorize(&Presenter::from(&principal), Operation::CreateToken).await {
            Err(ManageError::Forbidden(Forbidden::Gate { gate })) => Some(gate),
            Err(ManageError::Unavailable(cause)) => return Err(Rejection::outage(console, language, &cause)),
            _ => None,
        };
        let zone = match &console.profiles {
            Some(profiles) => match profiles.profile(principal.subject()).await {
                Ok(profile) => profile.zone,
                Err(cause) => return Err(Rejection::outage(console, language, &cause)),
            },
            None => None,
        };
        let zone = zone.unwrap_or_else(|| "UTC".to_owned());
        let source = match console.sources.of(&parts.extensions) {
            Ok(source) => source,
            Err(cause) => return Err(Rejection::outage(console, language, &cause)),
        };
        let previous = console.cookies.read(&parts.headers, Cookie::Before);
        let previous = previous.as_ref().and_then(|text| PreviousSession::read(text, &session));
        let form_session = principal.credential_id();
        let made_room = Query::parse(parts.uri.query()).one(MADE_ROOM).is_ok_and(|value| value.is_some());
        Ok(Ok(Self {
            counterfoil,
            principal,
            language,
            zone,
            form_session,
            section: section(parts.uri.path()),
            here: page(parts),
            made_room,
            session,
            previous,
            source,
            gate,
            new_cookies: Vec::new(),
        }))
    }
}

impl FromRequestParts<Shared> for Viewer {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, console: &Shared) -> Result<Self, Rejection> {
        Self::of(console, parts).await?.map_err(|signed_out| to_sign_in(console, &signed_out, &page(parts)))
    }
}

/// Returns the section in [`SECTIONS`] to which a path belongs, or `/` if it belongs to none of them.
fn section(path: &str) -> &'static str {
    let within =
        |section: &&str| path.strip_prefix(*section).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    SECTIONS.into_iter().find(within).unwrap_or("/")
}

/// Returns the page to which a request belongs, as a path below the base. For a submitted form, this is the page that
/// shows the form. For any other request, it is the requested page with its query.
pub(crate) fn page(parts: &Parts) -> String {
    let path = parts.uri.path();
    if parts.method == Method::GET { paths::without_notices(path, parts.uri.query()) } else { paths::page_of(path) }
}

/// Makes a redirect to the sign-in page. After signing in, that page leads back to `page`.
fn to_sign_in(console: &Console, signed_out: &SignedOut, page: &str) -> Rejection {
    let path = paths::sign_in(page, signed_out.ended.then_some("ended"));
    Rejection::Redirect(console.path(&path))
}
