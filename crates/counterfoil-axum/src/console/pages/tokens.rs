//! One's own personal access tokens.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use counterfoil::operations::{Operation, Overlap, TokenLimits};
use counterfoil::types::RecordId;
use counterfoil::{Forbidden, Invalid, IssuedCredential, Lifetime, ManageError, NewPersonalAccessToken};
use http::StatusCode;

use super::confirm::{Confirm, back_to, span, token_overlaps};
use super::emptiness::Emptiness;
use super::listing::{Around, Wanted, Whose, back, came_from, from_here, returned};
use super::rows::TokenRow;
use super::scopes::{OF_TOKEN, Rights};
use super::secret;
use crate::console::answer;
use crate::console::filled::Filled;
use crate::console::form::Form;
use crate::console::once;
use crate::console::posted::{Posted, Wrong, wrong};
use crate::console::proof::demand;
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
    /// Whether the password is to be given with the form.
    proof: bool,
    once: String,
    rights: Rights,
    rows: Vec<TokenRow>,
    empty: Option<Emptiness>,
    around: Around,
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
    let filled = Filled::asked(query.as_deref(), &FIELDS);
    let shell = Shell::of(&console, &visitor, SECTION).telling(told).proposing(&filled);
    show(&console, &visitor, shell, filled, StatusCode::OK, query.as_deref()).await
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
    let list = List {
        name: "tokens",
        realm: console.counterfoil.realm().as_str(),
        owner: visitor.principal.subject().as_str(),
    };
    let (below, wanted) = (console.path(SECTION), Wanted::read(query));
    let stopped = |error| Stop::of(console, visitor, error);
    let mut page = Tokens {
        shell,
        closed: None,
        no_creation: None,
        label_hint: String::new(),
        days_hint: String::new(),
        rights: OF_TOKEN.shown(console, words, &filled, (words.scope_legend, words.scope_all, words.scope_limited)),
        filled,
        proof: visitor.needs_proof(console),
        once: once::number(console, visitor)?,
        rows: Vec::new(),
        empty: None,
        around: wanted.view(words, below.clone(), None, true),
    };
    match Whose::Own.page(console, &by, &wanted, list).await {
        Ok((found, next)) => {
            let back = from_here(visitor);
            page.rows = found.iter().map(|listed| TokenRow::new(listed, &clock, &below, true, &back)).collect();
            page.around = wanted.view(words, below, next, true);
            page.empty = Emptiness::of(words, page.rows.len(), &page.around, words.no_tokens);
        }
        Err(ManageError::Forbidden(gate @ Forbidden::Gate { .. })) => page.closed = Some(words.forbidden_because(gate)),
        Err(error) => return Err(stopped(error)),
    }
    match console.counterfoil.authorize(&by, Operation::CreateToken).await {
        // A stale session makes one with the password.
        Ok(()) | Err(ManageError::Forbidden(Forbidden::StaleSession)) => {
            let limits =
                console.counterfoil.token_limits().await.map_err(|error| stopped(ManageError::Unavailable(error)))?;
            (page.label_hint, page.days_hint) = hints(visitor, limits);
        }
        Err(ManageError::Forbidden(why)) => page.no_creation = Some(words.forbidden_because(why)),
        Err(error) => return Err(stopped(error)),
    }
    Ok(answer::page(status, &page))
}

fn hints(visitor: &Visitor, limits: TokenLimits) -> (String, String) {
    let words = visitor.language.words();
    let lead = (words.duration)(limits.notice_lead);
    ((words.at_most_characters)(limits.label_max), (words.days_hint)(limits.max_days, &lead))
}

/// Makes one, and shows its text once.
pub(crate) async fn create(State(console): State<Shared>, Posted { mut visitor, form }: Posted) -> Response {
    let answer = created(&console, &mut visitor, &form).await;
    visitor.seal(answer.into_response())
}

const FIELDS: [&str; 4] = ["label", "days", "rights", "scope"];

async fn created(console: &Console, visitor: &mut Visitor, form: &Form) -> Result<Response, Stop> {
    let wrong = match made(console, visitor, form).await? {
        Ok(response) => return Ok(response),
        Err(wrong) => wrong,
    };
    let (shell, filled) = (Shell::of(console, visitor, SECTION), Filled::with(form.shown_again(&FIELDS)));
    let (shell, filled) = wrong.place(shell, filled, &["label", "days", "rights", "scope", "password"]);
    Ok(wrong.seal(show(console, visitor, shell, filled, wrong.status, None).await?))
}

async fn made(console: &Console, visitor: &mut Visitor, form: &Form) -> Result<Result<Response, Wrong>, Stop> {
    if let Err(field) = form.check(&FIELDS[..3], &FIELDS[3..]) {
        return Ok(Err(Wrong::refused(visitor, field)));
    }
    let scope = match OF_TOKEN.read(visitor, form) {
        Ok(scope) => scope,
        Err(wrong) => return Ok(Err(wrong)),
    };
    if let Err(wrong) = demand(console, visitor, form).await? {
        return Ok(Err(wrong));
    }
    let key = match once::key(visitor, form) {
        Ok(key) => key,
        Err(wrong) => return Ok(Err(wrong)),
    };
    let lifetime = match form.one("days").trim() {
        "" => Lifetime::Permanent,
        // What is no number is no number of days: the same rule is told.
        days => Lifetime::Days(days.parse().unwrap_or(0)),
    };
    let new = NewPersonalAccessToken { label: form.one("label"), lifetime, scope };
    match console.counterfoil.once(key).create_personal_access_token(&visitor.presenter(), &new).await {
        Ok(issued) => Ok(Ok(shown(console, visitor, &issued, SECTION))),
        Err(error) => wrong(console, visitor, error).map(Err),
    }
}

/// The page that shows a new one's text, once, and leads back to that page.
fn shown(console: &Console, visitor: &Visitor, issued: &IssuedCredential, back: &str) -> Response {
    let shell = Shell::of(console, visitor, SECTION);
    let (caption, done) = (visitor.language.words().token_caption, console.path(back));
    secret::token(shell, &issued.token, caption, Some(&issued.listed.label), &done)
}

/// The id in a path; nothing bears one that is none.
pub(super) fn record(console: &Console, visitor: &Visitor, text: &str) -> Result<RecordId, Stop> {
    text.parse().map_err(|_| Stop::page(console, visitor, Why::NotFound))
}

/// The label of one's own token.
async fn label(console: &Console, visitor: &Visitor, id: &RecordId) -> Result<Option<String>, Stop> {
    match console.counterfoil.own_token(&visitor.presenter(), id).await {
        Ok(found) => Ok(Some(found.label)),
        Err(ManageError::NotFound) => Ok(None),
        Err(error) => Err(Stop::of(console, visitor, error)),
    }
}

/// The same of one that must be there.
async fn known_label(console: &Console, visitor: &Visitor, id: &RecordId) -> Result<String, Stop> {
    let label = label(console, visitor, id).await?;
    label.ok_or_else(|| Stop::page(console, visitor, Why::NotFound))
}

/// Asks before one is revoked.
pub(crate) async fn ask_delete(
    State(console): State<Shared>,
    visitor: Visitor,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Stop> {
    let id = record(&console, &visitor, &id)?;
    let label = known_label(&console, &visitor, &id).await?;
    let (words, back) = (visitor.language.words(), came_from(query.as_deref(), SECTION));
    let confirm = Confirm {
        shell: Shell::of(&console, &visitor, SECTION),
        title: words.revoke_token,
        question: words.revoke_token_question,
        name: Some(&label),
        action: console.path(&format!("{SECTION}/{id}/delete")),
        cancel: console.path(&back),
        yes: words.revoke,
        danger: true,
        proof: false,
        overlaps: Vec::new(),
        hidden: vec![back_to(&back)],
        filled: Filled::default(),
    };
    Ok(confirm.answer(StatusCode::OK))
}

/// Revokes one.
pub(crate) async fn delete(
    State(console): State<Shared>,
    Path(id): Path<String>,
    Posted { visitor, form }: Posted,
) -> Result<Response, Stop> {
    let id = record(&console, &visitor, &id)?;
    let deleted = console.counterfoil.delete_token(&visitor.presenter(), &id).await;
    deleted.map_err(|error| Stop::of(&console, &visitor, error))?;
    Ok(redirect(&returned(&console, &form, SECTION, "revoked")))
}

/// Asks for how long the old one is to work beside the new one.
pub(crate) async fn ask_rotate(
    State(console): State<Shared>,
    visitor: Visitor,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Stop> {
    let id = record(&console, &visitor, &id)?;
    let label = known_label(&console, &visitor, &id).await?;
    let filled = Filled::asked(query.as_deref(), &OVERLAP);
    let back = came_from(query.as_deref(), SECTION);
    Ok(rotation(&console, &visitor, (&id, &label), &back, filled)?.answer(StatusCode::OK))
}

const OVERLAP: [&str; 1] = ["overlap_seconds"];

fn rotation<'a>(
    console: &Console,
    visitor: &Visitor,
    (id, label): (&RecordId, &'a str),
    back: &str,
    filled: Filled,
) -> Result<Confirm<'a>, Stop> {
    let words = visitor.language.words();
    Ok(Confirm {
        shell: Shell::of(console, visitor, SECTION),
        title: words.replace_token,
        question: words.replace_token_question,
        name: Some(label),
        action: console.path(&format!("{SECTION}/{id}/rotate")),
        cancel: console.path(back),
        yes: words.replace,
        danger: false,
        proof: visitor.needs_proof(console),
        overlaps: token_overlaps(words),
        hidden: vec![(once::FIELD, once::number(console, visitor)?), back_to(back)],
        filled,
    })
}

/// Replaces one, and shows the new one's text once.
pub(crate) async fn rotate(
    State(console): State<Shared>,
    Path(id): Path<String>,
    Posted { mut visitor, form }: Posted,
) -> Response {
    let answer = rotated(&console, &mut visitor, &id, &form).await;
    visitor.seal(answer.into_response())
}

async fn rotated(console: &Console, visitor: &mut Visitor, id: &str, form: &Form) -> Result<Response, Stop> {
    let id = record(console, visitor, id)?;
    let wrong = match replaced(console, visitor, &id, form).await? {
        Ok(response) => return Ok(response),
        Err(wrong) => wrong,
    };
    // One that was replaced may be listed no more: then no form of it can be shown again.
    let Some(label) = label(console, visitor, &id).await? else { return Err(Stop::wrong(console, visitor, &wrong)) };
    let filled = Filled::with(form.shown_again(&OVERLAP));
    let back = back(Some(form.one("back")), SECTION);
    let mut rotation = rotation(console, visitor, (&id, &label), &back, filled)?;
    let fields = ["overlap_seconds", "password"];
    (rotation.shell, rotation.filled) = wrong.place(rotation.shell, rotation.filled, &fields);
    Ok(wrong.seal(rotation.answer(wrong.status)))
}

async fn replaced(
    console: &Console,
    visitor: &mut Visitor,
    id: &RecordId,
    form: &Form,
) -> Result<Result<Response, Wrong>, Stop> {
    if let Err(field) = form.check(&OVERLAP, &[]) {
        return Ok(Err(Wrong::refused(visitor, field)));
    }
    if let Err(wrong) = demand(console, visitor, form).await? {
        return Ok(Err(wrong));
    }
    let asked = form.one("overlap_seconds");
    let overlap = match (asked, span(asked)) {
        ("first-use", _) => Overlap::UntilFirstUse,
        (_, Some(span)) if span.micros() == 0 => Overlap::Immediate,
        (_, Some(span)) => Overlap::For(span),
        (_, None) => return wrong(console, visitor, Invalid::Overlap { most: 0 }.into()).map(Err),
    };
    let key = match once::key(visitor, form) {
        Ok(key) => key,
        Err(wrong) => return Ok(Err(wrong)),
    };
    match console.counterfoil.once(key).rotate_token(&visitor.presenter(), id, overlap).await {
        Ok(issued) => Ok(Ok(shown(console, visitor, &issued, &back(Some(form.one("back")), SECTION)))),
        Err(error) => wrong(console, visitor, error).map(Err),
    }
}
