//! The language switch, and the page for unknown paths.

use axum::extract::{RawQuery, Request, State};
use axum::response::{IntoResponse as _, Response};
use counterfoil_http::request::Query;
use http::header::SET_COOKIE;

use crate::console::cookie::Cookie;
use crate::console::language::Language;
use crate::console::paths;
use crate::console::rejection::{Rejection, RejectionReason};
use crate::console::response::redirect;
use crate::console::state::Shared;
use crate::console::viewer::Viewer;

/// Stores the chosen language in a cookie and redirects back.
pub(crate) async fn choose(State(console): State<Shared>, RawQuery(query): RawQuery) -> Response {
    let query = Query::parse(query.as_deref());
    let mut response = redirect(&console.path(paths::own(query.one("back").ok().flatten())));
    let chosen = query.one("to").ok().flatten().and_then(Language::of);
    if let Some(cookie) = chosen.and_then(|chosen| console.cookies.set(Cookie::Language, chosen.code())) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// The page for unknown paths.
pub(crate) async fn not_found(State(console): State<Shared>, request: Request) -> Response {
    let (parts, _body) = request.into_parts();
    let rejection = match Viewer::of(&console, &parts).await {
        Ok(Ok(viewer)) => Rejection::page(&console, &viewer, RejectionReason::NotFound),
        Ok(Err(signed_out)) => Rejection::signed_out(&console, signed_out.language, RejectionReason::NotFound),
        Err(rejection) => rejection,
    };
    rejection.into_response()
}
