//! Signs accounts in and out.

use askama::Template;
use axum::extract::{RawQuery, Request, State};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use counterfoil::crypto::{Entropy as _, SystemEntropy};
use counterfoil::directory::Login;
use counterfoil::operations::LoginError;
use counterfoil::types::{Device, Source, seconds_up};
use counterfoil::{ManageError, Secret, Timestamp, Unavailable};
use counterfoil_http::host_of;
use counterfoil_http::request::{Query, retry_while_busy};
use http::header::{RETRY_AFTER, SET_COOKIE, USER_AGENT};
use http::{HeaderMap, HeaderValue, StatusCode};
use zeroize::Zeroize as _;

use crate::console::cookie::Cookie;
use crate::console::form_values::FormValues;
use crate::console::language::Language;
use crate::console::layout::Layout;
use crate::console::paths::MADE_ROOM;
use crate::console::rejection::{Rejection, RejectionReason};
use crate::console::response::redirect;
use crate::console::session::{is_signed_in, receive};
use crate::console::state::{Console, Shared};
use crate::console::submitted_form::{self, SubmittedForm};
use crate::console::{csrf, paths, response};

#[derive(Template)]
#[template(path = "console/sign_in.html")]
struct SignIn<'a> {
    layout: Layout,
    values: FormValues,
    next: &'a str,
    /// Whether the host checks passwords. If not, the page has no form, but a text that tells the user that the host
    /// has no logins.
    has_logins: bool,
}

/// Shows the sign-in form. If the browser has a live session, redirects it to the page in the parameter `next` instead.
pub(crate) async fn show(
    State(console): State<Shared>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, Rejection> {
    let (language, headers) = (receive(&console, request.headers(), host_of(&request))?, request.headers());
    let query = Query::parse(query.as_deref());
    let next = query.one("next").ok().flatten().unwrap_or("/");
    if is_signed_in(&console, language, headers, &console.sources.known(request.extensions())).await? {
        return Ok(redirect(&console.path(paths::own(Some(next)))));
    }
    let (texts, notice) = (language.texts(), query.one("notice").ok().flatten());
    let mut layout = Layout::signed_out(&console, language, &at(next));
    layout.notice = match notice {
        Some("signed-out") => Some(texts.sessions.signed_out),
        Some("ended") => Some(texts.sessions.session_ended),
        Some("kept") => Some(texts.sessions.session_kept),
        _ => None,
    };
    layout.notice_is_warning = matches!(notice, Some("ended" | "kept"));
    form(&console, language, headers, layout, FormValues::default(), next, StatusCode::OK)
}

/// Returns the path of the sign-in page with the parameter `next`. After signing in, that page leads to `next`.
fn at(next: &str) -> String {
    paths::with_parameter("/sign-in", "next", next)
}

/// Makes the sign-in page, which contains a CSRF token. The token is derived from the visit cookie, which is set if the
/// browser does not have it.
fn form(
    console: &Console,
    language: Language,
    headers: &HeaderMap,
    mut layout: Layout,
    values: FormValues,
    next: &str,
    status: StatusCode,
) -> Result<Response, Rejection> {
    let (visit, cookie) = visit(console, headers, language)?;
    layout.csrf = csrf::token(&visit);
    let mut response = response::page(status, &SignIn { layout, values, next, has_logins: console.has_logins() });
    if let Some(cookie) = cookie {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Returns the random value that identifies a browser without a session. If the browser sends no such value in a
/// cookie, returns a new value and the header that sets the cookie.
fn visit(
    console: &Console,
    headers: &HeaderMap,
    language: Language,
) -> Result<(Secret, Option<HeaderValue>), Rejection> {
    if let Some(visit) = console.cookies.read(headers, Cookie::Visit) {
        return Ok((visit, None));
    }
    let mut bytes = [0; 32];
    SystemEntropy.fill(&mut bytes).map_err(|reason| Rejection::outage(console, language, &reason))?;
    let text = URL_SAFE_NO_PAD.encode(bytes);
    bytes.zeroize();
    let cookie = console.cookies.set(Cookie::Visit, &text);
    Ok((Secret::from(text), cookie))
}

/// Signs in. Always opens a new session, to prevent session fixation.
pub(crate) async fn sign_in(State(console): State<Shared>, request: Request) -> Result<Response, Rejection> {
    let (parts, body) = request.into_parts();
    let language = receive(&console, &parts.headers, host_of(&parts))?;
    let sent = submitted_form::read(&console, &parts, body)
        .await
        .map_err(|reason| Rejection::signed_out(&console, language, reason))?;
    let (name, next) = (sent.one("name"), sent.one("next"));
    let values = || FormValues::new(sent.values_of(&["name"]));
    let visit = console.cookies.read(&parts.headers, Cookie::Visit);
    if !visit.is_some_and(|visit| csrf::fits(&visit, sent.one(csrf::FIELD))) {
        // If the browser has a live session, another tab has signed in, and this form is outdated. The browser then
        // continues with the session of that tab.
        if is_signed_in(&console, language, &parts.headers, &console.sources.known(&parts.extensions)).await? {
            return Ok(redirect(&console.path(paths::own(Some(next)))));
        }
        let layout = Layout::signed_out(&console, language, &at(next))
            .with_error(Some(language.texts().sessions.form_expired.to_owned()));
        return form(&console, language, &parts.headers, layout, values(), next, StatusCode::FORBIDDEN);
    }
    let empty = Secret::from(String::new());
    let login = Login::new(name, sent.secret("password").unwrap_or(&empty));
    let source = match console.sources.of(&parts.extensions) {
        Ok(source) => source,
        Err(reason) => return Err(Rejection::outage(&console, language, &reason)),
    };
    let counterfoil = console.with_running_clock();
    let agent = parts.headers.get(USER_AGENT).map(HeaderValue::as_bytes).map(String::from_utf8_lossy);
    let device = Device::of_user_agent(agent.as_deref().unwrap_or_default(), None);
    let from = counterfoil.from_source(&source).on_device(&device);
    let refused = match retry_while_busy(counterfoil, || from.open_session(&login)).await {
        Ok(opened) => {
            leave(&console, &parts.headers, &source).await;
            let mut response = redirect(&after(&console, next, opened.ended));
            // The visit cookie is not removed, because sign-in forms in other tabs need it.
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
    let layout = Layout::signed_out(&console, language, &at(next)).with_error(Some(error.to_owned()));
    let mut response = form(&console, language, &parts.headers, layout, values(), next, status)?;
    match refused {
        LoginError::SlowDown { until } => {
            response.headers_mut().insert(RETRY_AFTER, seconds_until(until, console.now()));
        }
        LoginError::Busy { .. } => {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        _ => {}
    }
    Ok(response)
}

/// Returns the path to which signing in leads. If signing in ended older sessions (`ended` is not 0), a parameter in
/// the path makes the page show a notice about this.
fn after(console: &Console, next: &str, ended: usize) -> String {
    match (paths::own(Some(next)), ended) {
        (page, 0) => console.path(page),
        // The start page would redirect to the list of tokens and lose the parameter. So the address of that list is
        // used.
        ("/", _) => console.path(&paths::with_parameter("/tokens", MADE_ROOM, "true")),
        (page, _) => console.path(&paths::with_parameter(page, MADE_ROOM, "true")),
    }
}

/// Ends the session that the browser had before it signed in. If this fails, that session expires by itself.
async fn leave(console: &Console, headers: &HeaderMap, source: &Source) {
    let Some(session) = console.cookies.read(headers, Cookie::Session) else { return };
    let counterfoil = console.at_present();
    if let Ok(principal) = counterfoil.from_source(source).verify_session(session.expose_secret()).await {
        let _ended = counterfoil.end_session(&principal).await;
    }
}

/// Returns the status and the message for a failed sign-in.
pub(crate) fn refusal(
    console: &Console,
    language: Language,
    error: &LoginError,
) -> Result<(StatusCode, &'static str), Rejection> {
    let texts = language.texts();
    match error {
        LoginError::Refused => Ok((StatusCode::FORBIDDEN, texts.sessions.refused)),
        LoginError::SlowDown { .. } => Ok((StatusCode::TOO_MANY_REQUESTS, texts.sessions.slow_down)),
        LoginError::Busy { .. } => Ok((StatusCode::TOO_MANY_REQUESTS, texts.sessions.busy)),
        LoginError::TooManySessions => Ok((StatusCode::CONFLICT, texts.sessions.too_many_sessions)),
        LoginError::Unavailable(Unavailable::NotGiven { .. }) => {
            Err(Rejection::signed_out(console, language, RejectionReason::NoLogins))
        }
        other => Err(Rejection::outage(console, language, other)),
    }
}

fn seconds_until(until: Timestamp, now: Timestamp) -> HeaderValue {
    HeaderValue::from(seconds_up(until.since(now)))
}

/// Signs out. Ends the session on the server and removes the cookies.
pub(crate) async fn sign_out(State(console): State<Shared>, submitted: SubmittedForm) -> Result<Response, Rejection> {
    match submitted.viewer.counterfoil.end_session(&submitted.viewer.principal).await {
        Ok(()) => {}
        Err(ManageError::Unavailable(reason)) => {
            return Err(Rejection::unavailable(&console, &submitted.viewer, &reason));
        }
        Err(error) => return Err(Rejection::of(&console, &submitted.viewer, error)),
    }
    let mut response = redirect(&console.path("/sign-in?notice=signed-out"));
    for cookie in [Cookie::Session, Cookie::Before].into_iter().filter_map(|cookie| console.cookies.clear(cookie)) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}
