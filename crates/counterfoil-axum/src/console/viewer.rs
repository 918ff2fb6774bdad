//! The signed-in account that requests a page, with its session, language and time zone.

use counterfoil::directory::Login;
use counterfoil::http_auth::Gate;
use counterfoil::operations::LoginError;
use counterfoil::types::{RecordId, Source};
use counterfoil::{Counterfoil, Presenter, Principal, Role, Secret, Unavailable};
use counterfoil_http::request::retry_while_busy;
use http::HeaderValue;
use http::header::SET_COOKIE;
use subtle::ConstantTimeEq as _;

use crate::console::clock::Clock;
use crate::console::cookie::Cookie;
use crate::console::csrf;
use crate::console::language::Language;
use crate::console::state::Console;
use crate::console::zones::zone_in_use;

/// The paths of all sections of the console below its base path, in the order in which a page links to them.
pub(crate) const SECTIONS: [&str; 10] = [
    "/tokens",
    "/sign-ins",
    "/profile",
    "/users",
    "/credentials",
    "/codes",
    "/clients",
    "/service-accounts",
    "/settings",
    "/events",
];

/// The signed-in account that requests a page.
pub(crate) struct Viewer {
    /// The handle on which the page calls all operations. Its clock is stopped at the instant of the viewer's latest
    /// proof: the verification of the session, or the start of a reauthentication.
    pub(crate) counterfoil: Counterfoil,
    pub(crate) principal: Principal,
    pub(crate) language: Language,
    /// The IANA time zone in the profile of the account, or `UTC` if there is none.
    pub(crate) zone: String,
    /// The id of the session in which the submitted form was shown. The random number of the form is valid in this
    /// session.
    pub(crate) form_session: RecordId,
    /// The path of the section to which the page belongs.
    pub(crate) section: &'static str,
    /// The path of the current page, relative to the console's base path. For a submitted form, this is the page that
    /// shows the form.
    pub(crate) here: String,
    /// Whether the page says that an older session of this account was ended because the present session was opened.
    pub(crate) made_room: bool,
    pub(super) session: Secret,
    /// The session that the present session replaced in a reauthentication. `None` if there was none.
    pub(super) previous: Option<PreviousSession>,
    pub(super) source: Source,
    /// The reason why this account may not use personal access tokens: the setting or the account's own switch is off.
    /// `None` if the account may use them.
    pub(super) gate: Option<Gate>,
    /// The cookies of the session that a reauthentication opened during this request. Empty if no session was opened.
    pub(super) new_cookies: Vec<HeaderValue>,
}

/// A session that a reauthentication replaced. Forms that were shown during this session stay valid. The browser may
/// still show them in other tabs or after the user goes back.
pub(super) struct PreviousSession {
    csrf: String,
    id: RecordId,
}

impl PreviousSession {
    /// Makes the value of the cookie [`Cookie::Before`] for the replaced session `session` and its id. The value
    /// contains a tag that is computed with the present session `now`, so a forged cookie is recognised.
    fn text(session: &Secret, id: RecordId, now: &Secret) -> String {
        let csrf = csrf::token(session);
        let tag = csrf::previous_session_tag(now, &csrf, id);
        format!("{csrf}.{id}.{tag}")
    }

    pub(super) fn read(text: &Secret, now: &Secret) -> Option<Self> {
        let (csrf, rest) = text.expose_secret().split_once('.')?;
        let (id, tag) = rest.split_once('.')?;
        let id = id.parse().ok()?;
        let is_valid: bool = csrf::previous_session_tag(now, csrf, id).as_bytes().ct_eq(tag.as_bytes()).into();
        is_valid.then(|| Self { csrf: csrf.to_owned(), id })
    }
}

impl Viewer {
    pub(crate) fn presenter(&self) -> Presenter {
        Presenter::from(&self.principal)
    }

    /// Returns the CSRF token for the forms of this session.
    pub(crate) fn csrf(&self) -> String {
        csrf::token(&self.session)
    }

    /// Whether a submitted CSRF token belongs to this session or to the previous session. If it belongs to the previous
    /// session, sets [`Self::form_session`] to that session.
    pub(crate) fn accepts_token(&mut self, token: &str) -> bool {
        if csrf::fits(&self.session, token) {
            return true;
        }
        let matching =
            self.previous.as_ref().filter(|previous| previous.csrf.as_bytes().ct_eq(token.as_bytes()).into());
        if let Some(previous) = matching {
            self.form_session = previous.id;
        }
        matching.is_some()
    }

    /// Returns the time zone in which the page shows times.
    pub(crate) fn zone_in_use(&self) -> String {
        zone_in_use(&self.zone).to_owned()
    }

    pub(crate) fn clock(&self) -> Clock {
        Clock::new(Some(&self.zone), self.counterfoil.now(), self.language.texts())
    }

    /// Returns the paths and the names of the sections that this account may open. They depend on the role of the
    /// account, on whether it may use personal access tokens, and on whether the host offers profiles, a search for
    /// users and a list of events.
    pub(crate) fn sections(&self, console: &Console) -> Vec<(&'static str, &'static str)> {
        let texts = self.language.texts();
        let role = self.principal.role();
        let administers = role >= Role::Administrator;
        let manages = administers || self.principal.manages_profiles();
        // In the order of `SECTIONS`.
        let sections: [(bool, &'static str); SECTIONS.len()] = [
            (self.gate.is_none(), texts.tokens.title),
            (true, texts.sign_ins.title),
            (console.profiles.is_some(), texts.profile.title),
            (manages && self.counterfoil.has_search(), texts.users.title),
            (administers, texts.credentials.title),
            (role == Role::SuperAdministrator, texts.codes.title),
            (administers, texts.clients.title),
            (administers, texts.service_accounts.title),
            (administers, texts.settings.title),
            (administers && console.events.is_some(), texts.events.title),
        ];
        SECTIONS.into_iter().zip(sections).filter_map(|(path, (open, name))| open.then_some((path, name))).collect()
    }

    /// Whether a form for a critical action has a password field: the account signed in too long ago, and the host has
    /// logins. A host without logins cannot check a password.
    pub(crate) fn needs_password(&self) -> bool {
        self.counterfoil.has_logins() && self.is_stale()
    }

    /// Whether the account signed in too long ago for a critical action.
    pub(crate) fn is_stale(&self) -> bool {
        !self.counterfoil.is_fresh(&self.principal)
    }

    /// Does nothing if the account signed in recently. Otherwise checks `password`, and opens a new session in place of
    /// the present one. Returns an error if the password is missing or wrong, or if the host has no logins.
    pub(crate) async fn reauthenticate(
        &mut self,
        console: &Console,
        password: Option<&Secret>,
    ) -> Result<(), LoginError> {
        if !self.is_stale() {
            return Ok(());
        }
        if !self.counterfoil.has_logins() {
            return Err(Unavailable::NotGiven { part: "logins" }.into());
        }
        let Some(password) = password.filter(|password| !password.expose_secret().is_empty()) else {
            return Err(LoginError::Refused);
        };
        let name = self.principal.name().to_owned();
        let login = Login::new(&name, password);
        // The check of the password is a new proof. Each attempt takes the present instant before its check, and the
        // new session begins at this instant. So if the password is changed during the check, the new session and all
        // that it creates are refused.
        let attempt = || {
            let counterfoil = console.at_present();
            let (principal, login, source) = (&self.principal, &login, &self.source);
            async move {
                let opened = counterfoil.reauthenticate(principal, login, source).await?;
                Ok::<_, LoginError>((counterfoil, opened))
            }
        };
        let (counterfoil, opened) = retry_while_busy(&self.counterfoil, attempt).await?;
        let text = opened.token.expose_secret();
        let session = Secret::from(text.to_owned());
        let previous = PreviousSession::text(&self.session, self.principal.credential_id(), &session);
        let cookies = [(Cookie::Session, text), (Cookie::Before, &previous)];
        self.new_cookies = cookies.into_iter().filter_map(|(cookie, text)| console.cookies.set(cookie, text)).collect();
        self.made_room |= opened.ended > 0;
        self.counterfoil = counterfoil;
        self.session = session;
        self.principal = opened.principal;
        Ok(())
    }

    /// Adds the cookies of a new session to a response. Every response needs them, because the old session has ended.
    pub(crate) fn with_new_cookies<R>(&mut self, mut response: http::Response<R>) -> http::Response<R> {
        for cookie in self.new_cookies.drain(..) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        response
    }
}
