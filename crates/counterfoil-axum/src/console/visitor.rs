//! Who visits a page: somebody who is signed in by a session's cookie, in a language, in a time zone.

use axum::extract::FromRequestParts;
use counterfoil::directory::Login;
use counterfoil::http_auth::Gate;
use counterfoil::operations::{LoginError, Operation};
use counterfoil::types::{RecordId, Source};
use counterfoil::{Denied, Forbidden, ManageError, Presenter, Principal, Role, Secret};
use http::header::SET_COOKIE;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method};
use subtle::ConstantTimeEq as _;

use crate::console::cookie::Cookie;
use crate::console::language::Language;
use crate::console::state::{Console, Shared};
use crate::console::stop::{Stop, Why};
use crate::console::when::{Clock, zone_in_use};
use crate::console::{csrf, paths};
use crate::host::{Asked, InvalidHost};
use crate::patience::patiently;
use crate::query::Query;

/// Somebody who is signed in.
pub(crate) struct Visitor {
    pub(crate) principal: Principal,
    pub(crate) language: Language,
    /// The IANA time zone.
    pub(crate) zone: String,
    /// The session that the form was shown in: what its number belongs to.
    pub(crate) form_session: RecordId,
    /// Where the visitor is: the section's path.
    pub(crate) section: &'static str,
    /// The page where the visitor is, below the base: of a form that was sent, the one that it stands on.
    pub(crate) here: String,
    /// Whether an older session of the visitor ended to make room for this one, lately.
    pub(crate) made_room: bool,
    session: Secret,
    /// The session whose place this one took a moment ago.
    before: Option<Before>,
    source: Source,
    /// What keeps the visitor from personal access tokens, if anything does.
    gate: Option<Gate>,
    /// The cookies of a session that took this one's place.
    renewed: Vec<HeaderValue>,
}

/// A session that a proof of the password replaced: its forms, in other tabs and on the way back, are still this browser's own.
struct Before {
    csrf: String,
    id: RecordId,
}

impl Before {
    /// The cookie's text, sealed with the new session's: a cookie that somebody else made up names no form.
    fn text(session: &Secret, id: RecordId, now: &Secret) -> String {
        let csrf = csrf::token(session);
        let seal = csrf::seal(now, &csrf, id);
        format!("{csrf}.{id}.{seal}")
    }

    fn read(text: &Secret, now: &Secret) -> Option<Self> {
        let (csrf, rest) = text.expose_secret().split_once('.')?;
        let (id, seal) = rest.split_once('.')?;
        let id = id.parse().ok()?;
        let sealed: bool = csrf::seal(now, csrf, id).as_bytes().ct_eq(seal.as_bytes()).into();
        sealed.then(|| Self { csrf: csrf.to_owned(), id })
    }
}

/// The sections, by their paths.
const SECTIONS: [&str; 7] = ["/tokens", "/profile", "/users", "/codes", "/clients", "/settings", "/events"];

impl Visitor {
    pub(crate) fn presenter(&self) -> Presenter {
        Presenter::from(&self.principal)
    }

    /// The token of this visitor's forms.
    pub(crate) fn csrf(&self) -> String {
        csrf::token(&self.session)
    }

    /// Whether a form's token is the visitor's; one of the session before is, and then the form belongs to that.
    pub(crate) fn sent(&mut self, token: &str) -> bool {
        if csrf::fits(&self.session, token) {
            return true;
        }
        let own = self.before.as_ref().filter(|before| before.csrf.as_bytes().ct_eq(token.as_bytes()).into());
        if let Some(before) = own {
            self.form_session = before.id;
        }
        own.is_some()
    }

    /// The zone that times are told in.
    pub(crate) fn zone_in_use(&self) -> String {
        zone_in_use(&self.zone).to_owned()
    }

    pub(crate) fn clock(&self, console: &Console) -> Clock {
        Clock::new(Some(&self.zone), console.counterfoil.now(), self.language.words())
    }

    /// The sections that are open to the visitor, with their names. The tab of personal access tokens goes where a gate is closed.
    pub(crate) fn sections(&self, console: &Console) -> Vec<(&'static str, &'static str)> {
        let words = self.language.words();
        let role = self.principal.role();
        let administers = role >= Role::Administrator;
        let manages = administers || self.principal.manages_profiles();
        [
            (self.gate.is_none(), "/tokens", words.tokens),
            (console.profiles.is_some(), "/profile", words.profile),
            (manages, "/users", words.users),
            (role == Role::SuperAdministrator, "/codes", words.codes),
            (administers, "/clients", words.clients),
            (administers, "/settings", words.settings),
            (administers && console.events.is_some(), "/events", words.events),
        ]
        .into_iter()
        .filter_map(|(open, path, name)| open.then_some((path, name)))
        .collect()
    }

    /// Whether the visitor's password is old enough to be asked for again before what is grave.
    pub(crate) fn needs_proof(&self, console: &Console) -> bool {
        !console.counterfoil.is_fresh(&self.principal)
    }

    /// Proves the password again where that is due: a new session takes the old one's place.
    pub(crate) async fn prove(&mut self, console: &Console, password: Option<&Secret>) -> Result<(), LoginError> {
        if !self.needs_proof(console) {
            return Ok(());
        }
        let Some(password) = password.filter(|password| !password.expose_secret().is_empty()) else {
            return Err(LoginError::Refused);
        };
        let name = self.principal.name().to_owned();
        let login = Login { name: &name, password, mfa_key: None, machine_key: None };
        let counterfoil = &console.counterfoil;
        let opened =
            patiently(counterfoil, || counterfoil.reauthenticate(&self.principal, &login, &self.source)).await?;
        let text = opened.token.expose_secret();
        let sealed_by = Secret::from(text.to_owned());
        let before = Before::text(&self.session, self.principal.credential_id(), &sealed_by);
        let cookies = [(Cookie::Session, text), (Cookie::Before, &before)];
        self.renewed = cookies.into_iter().filter_map(|(cookie, text)| console.cookies.set(cookie, text)).collect();
        self.made_room |= opened.ended > 0;
        self.session = Secret::from(text.to_owned());
        self.principal = opened.principal;
        Ok(())
    }

    /// Lets an answer take a new session's cookie along, whatever the answer says: the old session has ended.
    pub(crate) fn seal<R>(&mut self, mut response: http::Response<R>) -> http::Response<R> {
        for cookie in self.renewed.drain(..) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        response
    }
}

/// Whether a request may be served at all, and in which language.
pub(crate) fn receive(console: &Console, asked: Asked<'_>) -> Result<Language, Stop> {
    let language = Language::asked(asked.headers, &console.cookies);
    let stop = |why| Err(Stop::bare(console, language, why));
    match asked.host() {
        Err(InvalidHost) => stop(Why::Host),
        Ok(host) if console.cookies.transport.serves(host.unwrap_or_default()) => Ok(language),
        Ok(_) => stop(Why::Insecure),
    }
}

/// Nobody is signed in.
pub(crate) struct Nobody {
    /// Whether there was a session, which has ended.
    pub(crate) ended: bool,
    pub(crate) language: Language,
}

/// Who is signed in, if anybody is.
pub(crate) async fn session(
    console: &Console,
    language: Language,
    headers: &HeaderMap,
    source: &Source,
) -> Result<Result<(Secret, Principal), Nobody>, Stop> {
    let Some(session) = console.cookies.read(headers, Cookie::Session) else {
        return Ok(Err(Nobody { ended: false, language }));
    };
    match console.counterfoil.from_source(source).verify_session(session.expose_secret()).await {
        Ok(principal) => Ok(Ok((session, principal))),
        Err(Denied::Refused(_)) => Ok(Err(Nobody { ended: true, language })),
        Err(Denied::Unavailable(reason)) => Err(Stop::outage(console, language, &reason)),
    }
}

impl Visitor {
    /// Whoever made a request, where somebody is signed in.
    pub(crate) async fn of(console: &Console, parts: &Parts) -> Result<Result<Self, Nobody>, Stop> {
        let language = receive(console, Asked::from(parts))?;
        let known = console.sources.known(&parts.extensions);
        let (session, principal) = match session(console, language, &parts.headers, &known).await? {
            Ok(found) => found,
            Err(nobody) => return Ok(Err(nobody)),
        };
        let gate = match console.counterfoil.authorize(&Presenter::from(&principal), Operation::CreateToken).await {
            Err(ManageError::Forbidden(Forbidden::Gate { gate })) => Some(gate),
            Err(ManageError::Unavailable(reason)) => return Err(Stop::outage(console, language, &reason)),
            _ => None,
        };
        let zone = match &console.profiles {
            Some(profiles) => match profiles.profile(principal.subject()).await {
                Ok(profile) => profile.zone,
                Err(reason) => return Err(Stop::outage(console, language, &reason)),
            },
            None => None,
        };
        let zone = zone.unwrap_or_else(|| "UTC".to_owned());
        let source = match console.sources.of(&parts.extensions) {
            Ok(source) => source,
            Err(reason) => return Err(Stop::outage(console, language, &reason)),
        };
        let before = console.cookies.read(&parts.headers, Cookie::Before);
        let before = before.as_ref().and_then(|text| Before::read(text, &session));
        let form_session = principal.credential_id();
        let made_room = Query::parse(parts.uri.query()).one(MADE_ROOM).is_ok_and(|value| value.is_some());
        Ok(Ok(Self {
            principal,
            language,
            zone,
            form_session,
            section: section(parts.uri.path()),
            here: page(parts),
            made_room,
            session,
            before,
            source,
            gate,
            renewed: Vec::new(),
        }))
    }
}

impl FromRequestParts<Shared> for Visitor {
    type Rejection = Stop;

    async fn from_request_parts(parts: &mut Parts, console: &Shared) -> Result<Self, Stop> {
        Self::of(console, parts).await?.map_err(|nobody| to_sign_in(console, &nobody, &page(parts)))
    }
}

/// The parameter that says, after signing in, that an older session ended.
pub(crate) const MADE_ROOM: &str = "made-room";

/// The section that a path is about.
fn section(path: &str) -> &'static str {
    let within =
        |section: &&str| path.strip_prefix(*section).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    SECTIONS.into_iter().find(within).unwrap_or("/")
}

/// The page that a request is about: of a form that was sent, the one that it stands on. The router's paths are those below its base.
pub(crate) fn page(parts: &Parts) -> String {
    let path = parts.uri.path();
    if parts.method == Method::GET { paths::lasting(path, parts.uri.query()) } else { paths::page_of(path) }
}

/// Signing in comes first, and then that page.
pub(crate) fn to_sign_in(console: &Console, nobody: &Nobody, page: &str) -> Stop {
    let path = paths::sign_in(page, nobody.ended.then_some("ended"));
    Stop::Redirect(console.path(&path))
}
