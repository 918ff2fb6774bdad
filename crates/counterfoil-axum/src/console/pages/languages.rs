//! The switch of languages, and what stands where nothing is.

use axum::extract::{RawQuery, Request, State};
use axum::response::{IntoResponse as _, Response};
use http::header::SET_COOKIE;

use crate::console::cookie::Cookie;
use crate::console::language::Language;
use crate::console::state::{Console, Shared};
use crate::console::stop::{Stop, Why, redirect};
use crate::console::visitor::receive;
use crate::host::Asked;
use crate::query::Query;

/// Remembers a language and leads back.
pub(crate) async fn choose(State(console): State<Shared>, RawQuery(query): RawQuery) -> Response {
    let query = Query::parse(query.as_deref());
    let back = own_path(&console, query.one("back").ok().flatten());
    let mut response = redirect(&back);
    let chosen = query.one("to").ok().flatten().and_then(Language::of);
    if let Some(cookie) = chosen.and_then(|chosen| console.transport.set(Cookie::Language, chosen.code())) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// A path below the base that a request named; the start where it leads elsewhere.
pub(crate) fn own_path(console: &Console, below: Option<&str>) -> String {
    let safe = |path: &&str| {
        path.starts_with('/')
            && !path.starts_with("//")
            && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
            // A browser takes both for the folder above.
            && !path.contains("..")
            && !path.to_ascii_lowercase().contains("%2e")
    };
    console.path(below.filter(safe).unwrap_or("/"))
}

/// What stands where nothing is.
pub(crate) async fn nothing_here(State(console): State<Shared>, request: Request) -> Response {
    match receive(&console, Asked::of(&request)) {
        Ok(language) => Stop::page(&console, language, Why::NotFound).into_response(),
        Err(stop) => stop.into_response(),
    }
}
