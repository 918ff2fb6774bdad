//! Signing in and out.

use askama::Template;
use axum::extract::{RawQuery, Request, State};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use counterfoil::crypto::{Entropy as _, SystemEntropy};
use counterfoil::directory::Login;
use counterfoil::operations::LoginError;
use counterfoil::types::Source;
use counterfoil::{ManageError, Secret, Timestamp};
use http::header::{RETRY_AFTER, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};
use zeroize::Zeroize as _;

use crate::console::cookie::Cookie;
use crate::console::filled::Filled;
use crate::console::language::Language;
use crate::console::posted::{self, Posted};
use crate::console::shell::Shell;
use crate::console::state::{Console, Shared};
use crate::console::stop::{Stop, redirect};
use crate::console::visitor::{MADE_ROOM, receive, session};
use crate::console::{answer, csrf, paths};
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

/// The form; a live session just goes on.
pub(crate) async fn show(
    State(console): State<Shared>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, Stop> {
    let (language, headers) = (receive(&console, Asked::of(&request))?, request.headers());
    let query = Query::parse(query.as_deref());
    let next = query.one("next").ok().flatten().unwrap_or("/");
    if session(&console, language, headers, &console.sources.known(request.extensions())).await?.is_ok() {
        return Ok(redirect(&console.path(paths::own(Some(next)))));
    }
    let (words, told) = (language.words(), query.one("told").ok().flatten());
    let mut shell = Shell::bare(&console, language, &at(next));
    shell.notice = match told {
        Some("signed-out") => Some(words.signed_out),
        Some("ended") => Some(words.session_ended),
        Some("kept") => Some(words.session_kept),
        _ => None,
    };
    shell.warns = matches!(told, Some("ended" | "kept"));
    form(&console, language, headers, shell, Filled::default(), next, StatusCode::OK)
}

/// The path of the form that leads there.
fn at(next: &str) -> String {
    paths::saying("/sign-in", "next", next)
}

/// The form with its token, and the cookie that this is made from.
fn form(
    console: &Console,
    language: Language,
    headers: &HeaderMap,
    mut shell: Shell,
    filled: Filled,
    next: &str,
    status: StatusCode,
) -> Result<Response, Stop> {
    let (visit, cookie) = visit(console, headers, language)?;
    shell.csrf = csrf::token(&visit);
    let mut response = answer::page(status, &SignIn { shell, filled, next });
    if let Some(cookie) = cookie {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// What a browser without a session is known by: what it brings, or something new.
fn visit(console: &Console, headers: &HeaderMap, language: Language) -> Result<(Secret, Option<HeaderValue>), Stop> {
    if let Some(visit) = console.cookies.read(headers, Cookie::Visit) {
        return Ok((visit, None));
    }
    let mut bytes = [0; 32];
    SystemEntropy.fill(&mut bytes).map_err(|reason| Stop::outage(console, language, &reason))?;
    let text = URL_SAFE_NO_PAD.encode(bytes);
    bytes.zeroize();
    let cookie = console.cookies.set(Cookie::Visit, &text);
    Ok((Secret::from(text), cookie))
}

/// Signs in: a new session each time, whatever cookie came along.
pub(crate) async fn sign_in(State(console): State<Shared>, request: Request) -> Result<Response, Stop> {
    let (parts, body) = request.into_parts();
    let language = receive(&console, Asked::from(&parts))?;
    let sent = posted::read(&console, &parts, body).await.map_err(|why| Stop::bare(&console, language, why))?;
    let (name, next) = (sent.one("name"), sent.one("next"));
    let filled = || Filled::with(sent.shown_again(&["name"]));
    let visit = console.cookies.read(&parts.headers, Cookie::Visit);
    if !visit.is_some_and(|visit| csrf::fits(&visit, sent.one(csrf::FIELD))) {
        // A form that lay open while somebody signed in here: that session goes on.
        if session(&console, language, &parts.headers, &console.sources.known(&parts.extensions)).await?.is_ok() {
            return Ok(redirect(&console.path(paths::own(Some(next)))));
        }
        let shell = Shell::bare(&console, language, &at(next)).wrong(Some(language.words().form_expired.to_owned()));
        return form(&console, language, &parts.headers, shell, filled(), next, StatusCode::FORBIDDEN);
    }
    let empty = Secret::from(String::new());
    let login = Login { name, password: sent.secret("password").unwrap_or(&empty), mfa_key: None, machine_key: None };
    let source = match console.sources.of(&parts.extensions) {
        Ok(source) => source,
        Err(reason) => return Err(Stop::outage(&console, language, &reason)),
    };
    let refused = match patiently(&console.counterfoil, || console.counterfoil.open_session(&login, &source)).await {
        Ok(opened) => {
            leave(&console, &parts.headers, &source).await;
            let mut response = redirect(&after(&console, next, opened.ended));
            // The visit stays: forms of other tabs belong to it.
            let cookies = [
                console.cookies.set(Cookie::Session, opened.token.expose_secret()),
                console.cookies.clear(Cookie::Before),
            ];
            for cookie in cookies.into_iter().flatten() {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
            return Ok(response);
        }
        Err(error) => error,
    };
    let (status, error) = refusal(&console, language, &refused)?;
    let shell = Shell::bare(&console, language, &at(next)).wrong(Some(error.to_owned()));
    let mut response = form(&console, language, &parts.headers, shell, filled(), next, status)?;
    match refused {
        LoginError::SlowDown { until } => {
            response.headers_mut().insert(RETRY_AFTER, seconds_until(until, console.counterfoil.now()));
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
    match (paths::own(Some(next)), ended) {
        (page, 0) => console.path(page),
        // The start leads on, and would lose it.
        ("/", _) => console.path(&paths::saying("/tokens", MADE_ROOM, "true")),
        (page, _) => console.path(&paths::saying(page, MADE_ROOM, "true")),
    }
}

/// Ends the session that the browser came with, if it still lives: nobody can use what nobody sees any more. Where that fails it ends by itself.
async fn leave(console: &Console, headers: &HeaderMap, source: &Source) {
    let Some(session) = console.cookies.read(headers, Cookie::Session) else { return };
    if let Ok(principal) = console.counterfoil.from_source(source).verify_session(session.expose_secret()).await {
        let _ended = console.counterfoil.end_session(&principal).await;
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
        other => Err(Stop::outage(console, language, other)),
    }
}

fn seconds_until(until: Timestamp, now: Timestamp) -> HeaderValue {
    HeaderValue::from(until.since(now).seconds_up())
}

/// Signs out: the session ends at the server, and the cookie goes.
pub(crate) async fn sign_out(State(console): State<Shared>, posted: Posted) -> Result<Response, Stop> {
    match console.counterfoil.end_session(&posted.visitor.principal).await {
        Ok(()) => {}
        Err(ManageError::Unavailable(reason)) => {
            return Err(Stop::unavailable(&console, &posted.visitor, &reason));
        }
        Err(error) => return Err(Stop::of(&console, &posted.visitor, error)),
    }
    let mut response = redirect(&console.path("/sign-in?told=signed-out"));
    for cookie in [Cookie::Session, Cookie::Before].into_iter().filter_map(|cookie| console.cookies.clear(cookie)) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}
