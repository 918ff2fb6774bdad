//! One's own personal access tokens.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use counterfoil::{
    Forbidden, Intent, Invalid, Lifetime, ManageError, NewPersonalAccessToken, Overlap, RecordId, TokenLimits,
};
use http::StatusCode;

use super::confirm::{Confirm, span, token_overlaps};
use super::rows::TokenRow;
use super::{PAGE, after, secret};
use crate::console::answer;
use crate::console::filled::Filled;
use crate::console::posted::{Posted, wrong};
use crate::console::shell::Shell;
use crate::console::state::{Console, Shared};
use crate::console::stop::{Stop, Why, redirect};
use crate::console::visitor::Visitor;
use crate::cursor::List;
use crate::query::Query;

const SECTION: &str = "/tokens";

#[derive(Template)]
#[template(path = "console/tokens.html")]
struct Tokens {
    shell: Shell,
    /// Why there is no list.
    closed: Option<&'static str>,
    /// Why there is no form.
    no_creation: Option<&'static str>,
    label_hint: String,
    days_hint: String,
    filled: Filled,
    rows: Vec<TokenRow>,
    next: Option<String>,
}

/// The first page: one's tokens.
pub(crate) async fn start(State(console): State<Shared>, _visitor: Visitor) -> Response {
    redirect(&console.path(SECTION))
}

/// The list, with the form that makes one.
pub(crate) async fn list(
    State(console): State<Shared>,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Response, Stop> {
    let words = visitor.language.words();
    let told = match Query::parse(query.as_deref()).one("told") {
        Ok(Some("revoked")) => Some(words.revoked),
        _ => None,
    };
    let shell = Shell::of(&console, &visitor, SECTION).telling(told);
    show(&console, &visitor, shell, Filled::default(), StatusCode::OK, query.as_deref()).await
}

async fn show(
    console: &Console,
    visitor: &Visitor,
    shell: Shell,
    filled: Filled,
    status: StatusCode,
    query: Option<&str>,
) -> Result<Response, Stop> {
    let (by, words, clock) = (visitor.presenter(), visitor.language.words(), visitor.clock(console));
    let list =
        List { name: "tokens", realm: console.foil.realm().as_str(), owner: visitor.principal.subject().as_str() };
    let after = after(query, list, |key| key.parse().ok());
    let below = console.path(SECTION);
    let stopped = |error| Stop::of(console, visitor.language, error);
    let mut page = Tokens {
        shell,
        closed: None,
        no_creation: None,
        label_hint: String::new(),
        days_hint: String::new(),
        filled,
        rows: Vec::new(),
        next: None,
    };
    match console.foil.own_tokens(&by, after.as_ref(), PAGE).await {
        Ok(found) => {
            page.rows = found.items.iter().map(|listed| TokenRow::new(listed, &clock, &below, true)).collect();
            page.next = found.next.map(|next| format!("{below}?cursor={}", list.cursor(&next.to_string())));
        }
        Err(ManageError::Forbidden(gate @ Forbidden::Gate { .. })) => page.closed = Some(words.forbidden_because(gate)),
        Err(error) => return Err(stopped(error)),
    }
    match console.foil.may(&by, Intent::CreateToken).await {
        Ok(()) => {
            let limits = console.foil.token_limits().await.map_err(|error| stopped(ManageError::Unavailable(error)))?;
            (page.label_hint, page.days_hint) = hints(visitor, limits);
        }
        Err(ManageError::Forbidden(why)) => page.no_creation = Some(words.forbidden_because(why)),
        Err(error) => return Err(stopped(error)),
    }
    Ok(answer::page(status, &page))
}

fn hints(visitor: &Visitor, limits: TokenLimits) -> (String, String) {
    let words = visitor.language.words();
    let lead = limits.notice_lead.whole_seconds() / 86_400;
    ((words.at_most_characters)(limits.label_max), (words.days_hint)(limits.max_days, lead))
}

/// Makes one, and shows its text once.
pub(crate) async fn create(State(console): State<Shared>, Posted { visitor, form }: Posted) -> Result<Response, Stop> {
    let days = form.one("days").trim();
    let lifetime = match days {
        "" => Lifetime::Permanent,
        // What is no number is no number of days: the same rule is told.
        days => Lifetime::Days(days.parse().unwrap_or(0)),
    };
    let new = NewPersonalAccessToken { label: form.one("label"), lifetime, scope: None };
    let error = match console.foil.create_personal_access_token(&visitor.presenter(), &new).await {
        Ok(issued) => {
            let shell = Shell::of(&console, &visitor, SECTION);
            let (caption, done) = (visitor.language.words().token_caption, console.path(SECTION));
            return Ok(secret::token(shell, &issued.token, caption, Some(&issued.listed.label), &done));
        }
        Err(error) => error,
    };
    let wrong = wrong(&console, &visitor, error)?;
    let filled = Filled::with(form.shown_again(&["label", "days"]));
    let shell = Shell::of(&console, &visitor, SECTION);
    let (shell, filled) = match wrong.reason.field {
        Some(field) => (shell, filled.wrong(field, wrong.reason.text)),
        None => (shell.wrong(Some(wrong.reason.text)), filled),
    };
    show(&console, &visitor, shell, filled, wrong.status, None).await
}

/// The id in a path; nothing bears one that is none.
pub(super) fn record(console: &Console, visitor: &Visitor, text: &str) -> Result<RecordId, Stop> {
    text.parse().map_err(|_| Stop::page(console, visitor.language, Why::NotFound))
}

/// The label of one's own token, among all of them: there are as many as the policy allows.
async fn label(console: &Console, visitor: &Visitor, id: &RecordId) -> Result<String, Stop> {
    let (by, mut after) = (visitor.presenter(), None);
    loop {
        let page = console.foil.own_tokens(&by, after.as_ref(), PAGE).await;
        let page = page.map_err(|error| Stop::of(console, visitor.language, error))?;
        if let Some(found) = page.items.into_iter().find(|token| token.id == *id) {
            return Ok(found.label);
        }
        after = page.next;
        if after.is_none() {
            return Err(Stop::page(console, visitor.language, Why::NotFound));
        }
    }
}

/// Asks before one is revoked.
pub(crate) async fn ask_delete(
    State(console): State<Shared>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Stop> {
    let id = record(&console, &visitor, &id)?;
    let label = label(&console, &visitor, &id).await?;
    let words = visitor.language.words();
    let confirm = Confirm {
        shell: Shell::of(&console, &visitor, SECTION),
        title: words.revoke_token,
        question: words.revoke_token_question,
        name: Some(&label),
        action: console.path(&format!("{SECTION}/{id}/delete")),
        cancel: console.path(SECTION),
        yes: words.revoke,
        danger: true,
        proof: false,
        overlaps: Vec::new(),
        filled: Filled::default(),
    };
    Ok(confirm.answer(StatusCode::OK))
}

/// Revokes one.
pub(crate) async fn delete(
    State(console): State<Shared>,
    Path(id): Path<String>,
    Posted { visitor, .. }: Posted,
) -> Result<Response, Stop> {
    let id = record(&console, &visitor, &id)?;
    let deleted = console.foil.delete_token(&visitor.presenter(), &id).await;
    deleted.map_err(|error| Stop::of(&console, visitor.language, error))?;
    Ok(redirect(&console.path("/tokens?told=revoked")))
}

/// Asks for how long the old one is to work beside the new one.
pub(crate) async fn ask_rotate(
    State(console): State<Shared>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Stop> {
    let id = record(&console, &visitor, &id)?;
    let label = label(&console, &visitor, &id).await?;
    Ok(rotation(&console, &visitor, &id, &label, Filled::default()).answer(StatusCode::OK))
}

fn rotation<'a>(console: &Console, visitor: &Visitor, id: &RecordId, label: &'a str, filled: Filled) -> Confirm<'a> {
    let words = visitor.language.words();
    Confirm {
        shell: Shell::of(console, visitor, SECTION),
        title: words.replace_token,
        question: words.replace_token_question,
        name: Some(label),
        action: console.path(&format!("{SECTION}/{id}/rotate")),
        cancel: console.path(SECTION),
        yes: words.replace,
        danger: false,
        proof: false,
        overlaps: token_overlaps(words),
        filled,
    }
}

/// Replaces one, and shows the new one's text once.
pub(crate) async fn rotate(
    State(console): State<Shared>,
    Path(id): Path<String>,
    Posted { visitor, form }: Posted,
) -> Result<Response, Stop> {
    let id = record(&console, &visitor, &id)?;
    let asked = form.one("overlap_seconds");
    let overlap = match (asked, span(asked)) {
        ("first-use", _) => Ok(Overlap::UntilFirstUse),
        (_, Some(span)) if span.micros() == 0 => Ok(Overlap::Immediate),
        (_, Some(span)) => Ok(Overlap::For(span)),
        (_, None) => Err(ManageError::Invalid(Invalid::Overlap { most: 0 })),
    };
    let rotated = match overlap {
        Ok(overlap) => console.foil.rotate_token(&visitor.presenter(), &id, overlap).await,
        Err(error) => Err(error),
    };
    match rotated {
        Ok(issued) => {
            let shell = Shell::of(&console, &visitor, SECTION);
            let (caption, done) = (visitor.language.words().token_caption, console.path(SECTION));
            Ok(secret::token(shell, &issued.token, caption, Some(&issued.listed.label), &done))
        }
        Err(error) => {
            let wrong = wrong(&console, &visitor, error)?;
            let filled = Filled::with(form.shown_again(&["overlap_seconds"]));
            let filled = filled.wrong("overlap_seconds", wrong.reason.text);
            let label = label(&console, &visitor, &id).await?;
            Ok(rotation(&console, &visitor, &id, &label, filled).answer(wrong.status))
        }
    }
}
