//! The switch of languages, and what stands where nothing is.

use axum::extract::{RawQuery, Request, State};
use axum::response::{IntoResponse as _, Response};
use http::header::SET_COOKIE;

use crate::console::cookie::Cookie;
use crate::console::language::Language;
use crate::console::paths;
use crate::console::state::Shared;
use crate::console::stop::{Stop, Why, redirect};
use crate::console::visitor::Visitor;
use crate::query::Query;

/// Remembers a language and leads back.
pub(crate) async fn choose(State(console): State<Shared>, RawQuery(query): RawQuery) -> Response {
    let query = Query::parse(query.as_deref());
    let mut response = redirect(&console.path(paths::own(query.one("back").ok().flatten())));
    let chosen = query.one("to").ok().flatten().and_then(Language::of);
    if let Some(cookie) = chosen.and_then(|chosen| console.cookies.set(Cookie::Language, chosen.code())) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// What stands where nothing is.
pub(crate) async fn nothing_here(State(console): State<Shared>, request: Request) -> Response {
    let (parts, _body) = request.into_parts();
    let stop = match Visitor::of(&console, &parts).await {
        Ok(Ok(visitor)) => Stop::page(&console, &visitor, Why::NotFound),
        Ok(Err(nobody)) => Stop::bare(&console, nobody.language, Why::NotFound),
        Err(stop) => stop,
    };
    stop.into_response()
}
