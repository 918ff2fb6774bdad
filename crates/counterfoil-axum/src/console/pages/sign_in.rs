//! Signing in and out.

use askama::Template;
use axum::extract::{RawQuery, Request, State};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use counterfoil::directory::Login;
use counterfoil::{Entropy as _, LoginError, ManageError, Secret, SystemEntropy, Ts};
use http::header::{RETRY_AFTER, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};
use zeroize::Zeroize as _;

use super::languages::own_path;
use crate::console::cookie::Cookie;
use crate::console::filled::Filled;
use crate::console::language::Language;
use crate::console::posted::{self, Posted};
use crate::console::shell::Shell;
use crate::console::state::{Console, Shared};
use crate::console::stop::{Stop, Why, redirect};
use crate::console::visitor::{MADE_ROOM, receive};
use crate::console::{answer, csrf};
use crate::host::Asked;
use crate::patience::patiently;
use crate::query::Query;

#[derive(Template)]
#[template(path = "console/sign_in.html")]
struct SignIn<'a> {
    shell: Shell,
    filled: Filled,
    next: &'a str,
}

/// The form.
pub(crate) async fn show(
    State(console): State<Shared>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, Stop> {
    let (language, headers) = (receive(&console, Asked::of(&request))?, request.headers());
    let query = Query::parse(query.as_deref());
    let next = query.one("next").ok().flatten().unwrap_or("/");
    let told = (query.one("told") == Ok(Some("signed-out"))).then_some(language.words().signed_out);
    let (visit, cookie) = visit(&console, headers, language)?;
    let mut shell = Shell::bare(&console, language).telling(told);
    shell.csrf = csrf::token(&visit);
    shell.path = "/sign-in".to_owned();
    let mut response = answer::page(StatusCode::OK, &SignIn { shell, filled: Filled::default(), next });
    if let Some(cookie) = cookie {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// What a browser without a session is known by: what it brings, or something new.
fn visit(console: &Console, headers: &HeaderMap, language: Language) -> Result<(Secret, Option<HeaderValue>), Stop> {
    if let Some(visit) = console.transport.read(headers, Cookie::Visit) {
        return Ok((visit, None));
    }
    let mut bytes = [0; 32];
    SystemEntropy.fill(&mut bytes).map_err(|reason| Stop::unavailable(console, language, &reason))?;
    let text = URL_SAFE_NO_PAD.encode(bytes);
    bytes.zeroize();
    let cookie = console.transport.set(Cookie::Visit, &text);
    Ok((Secret::from(text), cookie))
}

/// Signs in: a new session each time, whatever cookie came along.
pub(crate) async fn sign_in(State(console): State<Shared>, request: Request) -> Result<Response, Stop> {
    let (parts, body) = request.into_parts();
    let language = receive(&console, Asked::from(&parts))?;
    let form = posted::read(&console, language, &parts, body).await?;
    let Some(visit) = console.transport.read(&parts.headers, Cookie::Visit) else {
        return Err(Stop::page(&console, language, Why::Forged));
    };
    if !csrf::fits(&visit, form.one(csrf::FIELD)) {
        return Err(Stop::page(&console, language, Why::Forged));
    }
    let (name, next) = (form.one("name"), form.one("next"));
    let empty = Secret::from(String::new());
    let login = Login { name, password: form.secret("password").unwrap_or(&empty), mfa_key: None, machine_key: None };
    let source = match console.sources.of(&parts.extensions) {
        Ok(source) => source,
        Err(reason) => return Err(Stop::unavailable(&console, language, &reason)),
    };
    let refused = match patiently(&console.foil, || console.foil.open_session(&login, &source)).await {
        Ok(opened) => {
            leave(&console, &parts.headers).await;
            let mut response = redirect(&after(&console, next, opened.ended));
            let transport = console.transport;
            let cookies = [
                transport.set(Cookie::Session, opened.token.expose_secret()),
                transport.clear(Cookie::Visit),
                transport.clear(Cookie::Before),
            ];
            for cookie in cookies.into_iter().flatten() {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
            return Ok(response);
        }
        Err(error) => error,
    };
    let (status, error) = refusal(&console, language, &refused)?;
    let mut shell = Shell::bare(&console, language).wrong(Some(error.to_owned()));
    shell.csrf = csrf::token(&visit);
    shell.path = "/sign-in".to_owned();
    let filled = Filled::with(form.shown_again(&["name"]));
    let mut response = answer::page(status, &SignIn { shell, filled, next });
    match refused {
        LoginError::SlowDown { until } => {
            response.headers_mut().insert(RETRY_AFTER, seconds_until(until, console.foil.now()));
        }
        LoginError::Busy { .. } => {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        _ => {}
    }
    Ok(response)
}

/// Where signing in leads; where it ended older sessions, the page there says so.
fn after(console: &Console, next: &str, ended: usize) -> String {
    let mut path = own_path(console, Some(next));
    if ended > 0 {
        let separator = if path.contains('?') { '&' } else { '?' };
        // The start leads on, and would lose it.
        if path == console.path("/") {
            path = console.path("/tokens");
        }
        path.push(separator);
        path.push_str(MADE_ROOM);
        path.push_str("=true");
    }
    path
}

/// Ends the session that the browser came with, if it still lives: nobody can use what nobody sees any more. Where that fails it ends by itself.
async fn leave(console: &Console, headers: &HeaderMap) {
    let Some(session) = console.transport.read(headers, Cookie::Session) else { return };
    if let Ok(principal) = console.foil.verify_session(session.expose_secret()).await {
        let _ended = console.foil.end_session(&principal).await;
    }
}

/// What is said of a login that came to nothing.
pub(crate) fn refusal(
    console: &Console,
    language: Language,
    error: &LoginError,
) -> Result<(StatusCode, &'static str), Stop> {
    let words = language.words();
    match error {
        LoginError::Refused => Ok((StatusCode::FORBIDDEN, words.sign_in_refused)),
        LoginError::SlowDown { .. } => Ok((StatusCode::TOO_MANY_REQUESTS, words.slow_down)),
        LoginError::Busy { .. } => Ok((StatusCode::TOO_MANY_REQUESTS, words.busy)),
        LoginError::TooManySessions => Ok((StatusCode::CONFLICT, words.too_many_sessions)),
        other => Err(Stop::unavailable(console, language, other)),
    }
}

fn seconds_until(until: Ts, now: Ts) -> HeaderValue {
    HeaderValue::from(until.since(now).seconds_up())
}

/// Signs out: the session ends at the server, and the cookie goes.
pub(crate) async fn sign_out(State(console): State<Shared>, posted: Posted) -> Result<Response, Stop> {
    match console.foil.end_session(&posted.visitor.principal).await {
        Ok(()) => {}
        Err(ManageError::Unavailable(reason)) => {
            return Err(Stop::unavailable(&console, posted.visitor.language, &reason));
        }
        Err(error) => return Err(Stop::of(&console, &posted.visitor, error)),
    }
    let mut response = redirect(&console.path("/sign-in?told=signed-out"));
    for cookie in [Cookie::Session, Cookie::Before].into_iter().filter_map(|cookie| console.transport.clear(cookie)) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}
