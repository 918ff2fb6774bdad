//! The router of the console.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{Next, from_fn};
use axum::routing::{get, post};
use counterfoil::Counterfoil;
use counterfoil_http::Sources;
use counterfoil_http::request::to_the_end;

use crate::console::assets::asset;
use crate::console::cookie::{CookieName, Cookies, Transport};
use crate::console::pages::{
    clients, credentials, events, languages, personal_access_tokens, profile, revocation, security_codes,
    service_accounts, sessions, settings, sign_ins, signature, token_forms, user_sign_ins, users,
};
use crate::console::profiles::Profiles;
use crate::console::recent_events::RecentEvents;
use crate::console::state::{Console as State, Shared};

/// The web console: sign-in, personal access tokens, profile, and the pages of administrators.
///
/// Pages are rendered on the server, in English and Russian. Every action works without JavaScript. All files come from
/// the console's own origin.
///
/// ```
/// use axum::Router;
/// use counterfoil::Counterfoil;
/// use counterfoil_axum::Sources;
/// use counterfoil_axum::console::{Console, Transport};
///
/// fn service(counterfoil: Counterfoil) -> Router {
///     let console = Console::new(counterfoil, Transport::Https, "/console", Sources::Extension);
///     let console = console.product("Our product");
///     Router::new().nest_service("/console", console.router())
/// }
/// ```
///
/// Some actions are critical: they create, renew or widen a credential, or allow the use of credentials. If the
/// password was entered too long ago, the console asks for it again before a critical action. It checks the password
/// with the account's name as the login name. So the host's directory must accept account names as login names.
///
/// Without [`Logins`](counterfoil::directory::Logins), nobody can sign in with a password. The sign-in page then has no
/// form and says so, and the host must open the sessions itself ([`Counterfoil::open_session_for`]). A critical action
/// needs a session that the host opened recently. Otherwise the response to the action is 501. If there are no logins,
/// [`Console::router`] logs this once at level info.
///
/// Without [`Search`](counterfoil::directory::Search), no page links to the page that searches for users. The response
/// for that page is 501 and says that there is no search. The page of a user still works.
///
/// Failed sign-ins are counted for each account and each source. [`Sources`] says how the source of a request is found.
#[must_use]
pub struct Console(State);

impl Console {
    /// Makes a console. The host must nest the console's router under `base`, a path that begins with a slash and does
    /// not end with a slash. `sources` says how the console finds the source of a request, which is usually the
    /// client's address.
    pub fn new(counterfoil: Counterfoil, transport: Transport, base: &str, sources: Sources) -> Self {
        let base = base.trim_end_matches('/').to_owned();
        let cookies = Cookies::of(transport, counterfoil.realm(), &base);
        Self(State::new(counterfoil, sources, cookies, base))
    }

    /// Sets the suffix of the names of the cookies. The default suffix is derived from the realm and the base path. A
    /// [`SessionLayer`](crate::console::SessionLayer) for this console needs the same suffix.
    pub fn cookie_name(mut self, name: CookieName) -> Self {
        self.0.cookies = self.0.cookies.named(name);
        self
    }

    /// Sets the name of the product. Each page shows it.
    pub fn product(mut self, name: &str) -> Self {
        name.clone_into(&mut self.0.product);
        self
    }

    /// Adds the profile section, in which users set their time zone and their signature. Without it, times are shown in
    /// UTC.
    pub fn profiles(mut self, profiles: impl Profiles) -> Self {
        self.0.profiles = Some(Arc::new(profiles));
        self
    }

    /// Adds the section that shows recent events.
    pub fn events(mut self, events: RecentEvents) -> Self {
        self.0.events = Some(events);
        self
    }

    /// Makes the router. If the host has no logins, logs this at level info.
    pub fn router(self) -> Router {
        if !self.0.has_logins() {
            tracing::info!(target: "counterfoil", "console without logins: nobody can sign in with a password");
        }
        let state: Shared = Arc::new(self.0);
        Router::new()
            .route("/", get(personal_access_tokens::start))
            .route("/sign-in", get(sessions::show).post(sessions::sign_in))
            .route("/sign-out", post(sessions::sign_out))
            .route("/language", get(languages::choose))
            .route("/tokens", get(personal_access_tokens::list).post(personal_access_tokens::create))
            .merge(token_pages("/tokens/{token}"))
            .merge(sign_in_pages())
            .merge(profile(&state))
            .route("/users", get(users::find))
            .route("/users/{subject}", get(users::show))
            .route("/users/{subject}/token-login", post(users::token_login))
            .route("/users/{subject}/tokens/{id}/delete", get(users::ask_delete).post(users::delete))
            .route("/credentials", get(credentials::list))
            .route("/codes", get(security_codes::list).post(security_codes::create))
            .route("/codes/{id}/edit", get(security_codes::edit::show).post(security_codes::edit::edit))
            .route(
                "/codes/{id}/make-permanent",
                get(security_codes::ask_make_permanent).post(security_codes::make_permanent),
            )
            .route("/codes/{id}/reset", get(security_codes::ask_reset).post(security_codes::reset))
            .route("/codes/{id}/reactivate", get(security_codes::ask_reactivate).post(security_codes::reactivate))
            .route("/codes/{id}/delete", get(security_codes::ask_delete).post(security_codes::delete))
            .route("/clients", get(clients::list).post(clients::create))
            .route("/clients/{id}/edit", get(clients::edit::show).post(clients::edit::edit))
            .route("/clients/{id}/enable", post(clients::enable))
            .route("/clients/{id}/disable", post(clients::disable))
            .route("/clients/{id}/secret", get(clients::ask_secret).post(clients::secret))
            .route("/clients/{id}/revoke", get(clients::ask_revoke).post(clients::revoke))
            .route("/clients/{id}/delete", get(clients::ask_delete).post(clients::delete))
            .merge(service_account_pages())
            .route("/settings", get(settings::show).post(settings::save))
            .merge(events(&state))
            .route("/assets/{name}", get(asset))
            .fallback(languages::not_found)
            // Each handler limits the size of its request body itself.
            .layer(DefaultBodyLimit::disable())
            .layer(from_fn(|request: Request, next: Next| to_the_end(next.run(request))))
            .with_state(state)
    }
}

/// Returns the routes of the pages about sign-ins, and of the pages that end all credentials of a user.
fn sign_in_pages() -> Router<Shared> {
    Router::new()
        .route("/sign-ins", get(sign_ins::list))
        .route("/sign-ins/end-others", get(sign_ins::ask_end_others).post(sign_ins::end_others))
        .route("/sign-ins/{id}/end", get(sign_ins::ask_end).post(sign_ins::end))
        .route("/users/{subject}/sign-ins", get(user_sign_ins::list))
        .route("/users/{subject}/sign-ins/{id}/end", get(user_sign_ins::ask_end).post(user_sign_ins::end))
        .route("/users/{subject}/revoke", get(revocation::ask_revoke).post(revocation::revoke))
}

/// Returns the routes of the profile section. A console without profiles has no such routes.
fn profile(state: &Shared) -> Router<Shared> {
    if state.profiles.is_none() {
        return Router::new();
    }
    Router::new()
        .route("/profile", get(profile::show))
        .route("/profile/zone", post(profile::set_zone))
        .route("/profile/signature", get(signature::file).post(signature::save))
        .route("/profile/signature/clear", post(signature::clear))
}

/// Returns the routes of the pages about one token. `path` is the path of the token.
fn token_pages(path: &str) -> Router<Shared> {
    Router::new()
        .route(&format!("{path}/delete"), get(token_forms::ask_delete).post(token_forms::delete))
        .route(&format!("{path}/rotate"), get(token_forms::ask_rotate).post(token_forms::rotate))
        .route(&format!("{path}/renew"), get(token_forms::ask_renew).post(token_forms::renew))
        .route(&format!("{path}/extend"), get(token_forms::ask_extend).post(token_forms::extend))
        .route(&format!("{path}/edit"), get(token_forms::ask_edit).post(token_forms::edit))
        .route(&format!("{path}/networks"), get(token_forms::ask_sources).post(token_forms::sources))
}

/// Returns the routes of the pages about service accounts.
fn service_account_pages() -> Router<Shared> {
    Router::new()
        .route("/service-accounts", get(service_accounts::list).post(service_accounts::create))
        .route("/service-accounts/{id}", get(service_accounts::show).post(service_accounts::create_token))
        .route("/service-accounts/{id}/edit", get(service_accounts::edit::show).post(service_accounts::edit::edit))
        .route("/service-accounts/{id}/enable", post(service_accounts::enable))
        .route("/service-accounts/{id}/disable", post(service_accounts::disable))
        .route("/service-accounts/{id}/adopt", post(service_accounts::adopt))
        .route("/service-accounts/{id}/delete", get(service_accounts::ask_delete).post(service_accounts::delete))
        .merge(token_pages("/service-accounts/{id}/tokens/{token}"))
}

/// Returns the route of the events section. A console without events has no such route.
fn events(state: &Shared) -> Router<Shared> {
    if state.events.is_none() { Router::new() } else { Router::new().route("/events", get(events::list)) }
}

impl std::fmt::Debug for Console {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Console")
            .field("base", &self.0.base)
            .field("transport", &self.0.cookies.transport)
            .finish_non_exhaustive()
    }
}
