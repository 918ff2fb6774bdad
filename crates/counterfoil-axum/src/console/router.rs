//! The console as a host mounts it.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use counterfoil::Counterfoil;

use crate::console::assets::asset;
use crate::console::cookie::{CookieName, Cookies, Transport};
use crate::console::pages::{
    client_edit, clients, code_edit, codes, events, languages, profile, settings, sign_in, signature, tokens, users,
};
use crate::console::profiles::Profiles;
use crate::console::recent::RecentEvents;
use crate::console::state::{Console as State, Shared};
use crate::seldom::Seldom;
use crate::source::Sources;

/// The pages that people use: sign-in, their tokens, their profile, and what administrators manage.
///
/// Server-rendered; every action works without JavaScript. Pages are in English and in Russian. Nothing is fetched from elsewhere.
///
/// ```
/// use axum::Router;
/// use counterfoil::Counterfoil;
/// use counterfoil_axum::Sources;
/// use counterfoil_axum::console::{Console, Transport};
///
/// fn service(counterfoil: Counterfoil) -> Router {
///     let console = Console::new(counterfoil, Transport::Https, "/console", Sources::Extension).product("Our product");
///     Router::new().nest_service("/console", console.router())
/// }
/// ```
///
/// Where a password is asked for again, it is tested under the account's name: the host's directory takes that for a login's name too.
///
/// Failed sign-ins are counted by account and source; [`Sources`] says how the console learns the source.
#[must_use]
pub struct Console(State);

impl Console {
    /// Pages over that handle, to be nested under `base`: a path that begins with a slash and does not end with one.
    /// `sources` says where requests come from.
    pub fn new(counterfoil: Counterfoil, transport: Transport, base: &str, sources: Sources) -> Self {
        let (base, product) = (base.trim_end_matches('/').to_owned(), "counterfoil".to_owned());
        let cookies = Cookies::new(transport, CookieName::of(counterfoil.realm(), &base));
        Self(State {
            counterfoil,
            sources,
            cookies,
            base,
            product,
            profiles: None,
            events: None,
            origins: Seldom::default(),
        })
    }

    /// With cookies of that name instead of one made from realm and base. [`SessionLayer`](crate::console::SessionLayer) needs the same.
    pub fn cookie_name(mut self, name: CookieName) -> Self {
        self.0.cookies = Cookies::new(self.0.cookies.transport, name);
        self
    }

    /// What the pages call the product.
    pub fn product(mut self, name: &str) -> Self {
        name.clone_into(&mut self.0.product);
        self
    }

    /// With time zones and signatures. Without it there is no such section, and times are told in UTC.
    pub fn profiles(mut self, profiles: impl Profiles) -> Self {
        self.0.profiles = Some(Arc::new(profiles));
        self
    }

    /// With a feed of what happened lately.
    pub fn events(mut self, events: RecentEvents) -> Self {
        self.0.events = Some(events);
        self
    }

    /// The router.
    pub fn router(self) -> Router {
        let state: Shared = Arc::new(self.0);
        Router::new()
            .route("/", get(tokens::start))
            .route("/sign-in", get(sign_in::show).post(sign_in::sign_in))
            .route("/sign-out", post(sign_in::sign_out))
            .route("/language", get(languages::choose))
            .route("/tokens", get(tokens::list).post(tokens::create))
            .route("/tokens/{id}/delete", get(tokens::ask_delete).post(tokens::delete))
            .route("/tokens/{id}/rotate", get(tokens::ask_rotate).post(tokens::rotate))
            .merge(profile(&state))
            .route("/users", get(users::find))
            .route("/users/{subject}", get(users::show))
            .route("/users/{subject}/token-login", post(users::token_login))
            .route("/users/{subject}/tokens/{id}/delete", get(users::ask_delete).post(users::delete))
            .route("/codes", get(codes::list).post(codes::create))
            .route("/codes/{id}/edit", get(code_edit::show).post(code_edit::edit))
            .route("/codes/{id}/make-permanent", get(codes::ask_make_permanent).post(codes::make_permanent))
            .route("/codes/{id}/reset", get(codes::ask_reset).post(codes::reset))
            .route("/codes/{id}/reactivate", get(codes::ask_reactivate).post(codes::reactivate))
            .route("/codes/{id}/delete", get(codes::ask_delete).post(codes::delete))
            .route("/clients", get(clients::list).post(clients::create))
            .route("/clients/{id}/edit", get(client_edit::show).post(client_edit::edit))
            .route("/clients/{id}/enable", post(clients::enable))
            .route("/clients/{id}/disable", post(clients::disable))
            .route("/clients/{id}/secret", get(clients::ask_secret).post(clients::secret))
            .route("/clients/{id}/delete", get(clients::ask_delete).post(clients::delete))
            .route("/settings", get(settings::show).post(settings::save))
            .merge(feed(&state))
            .route("/assets/{name}", get(asset))
            .fallback(languages::nothing_here)
            // Every handler reads its own body, within its own bounds.
            .layer(DefaultBodyLimit::disable())
            .with_state(state)
    }
}

/// The profile's pages, where the host keeps profiles.
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

/// The feed, where the host keeps one.
fn feed(state: &Shared) -> Router<Shared> {
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
