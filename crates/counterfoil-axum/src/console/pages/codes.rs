//! Security codes, for super administrators.

use std::future::Future;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use counterfoil::{Listed, ManageError, NewAccess, NewSecurityCode};
use http::StatusCode;

use super::code_edit::find;
use super::confirm::Confirm;
use super::rows::CodeRow;
use super::tokens::record;
use super::{PAGE, after, secret};
use crate::console::answer;
use crate::console::filled::Filled;
use crate::console::form::Form;
use crate::console::posted::{Posted, Wrong, wrong};
use crate::console::proof::demand;
use crate::console::shell::Shell;
use crate::console::state::{Console, Shared};
use crate::console::stop::{Stop, Why, redirect};
use crate::console::visitor::Visitor;
use crate::console::words::Reason;
use crate::cursor::List;
use crate::query::Query;

const SECTION: &str = "/codes";

#[derive(Template)]
#[template(path = "console/codes.html")]
struct Codes {
    shell: Shell,
    filled: Filled,
    proof: bool,
    rows: Vec<CodeRow>,
    next: Option<String>,
}

/// The list, expired ones too, with the form that makes one.
pub(crate) async fn list(
    State(console): State<Shared>,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Response, Stop> {
    let words = visitor.language.words();
    let told = match Query::parse(query.as_deref()).one("told") {
        Ok(Some("deleted")) => Some(words.deleted),
        Ok(Some("saved")) => Some(words.saved),
        Ok(Some("permanent")) => Some(words.made_permanent),
        Ok(Some("reset")) => Some(words.copied_reset),
        Ok(Some("reactivated")) => Some(words.reactivated),
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
    let (below, clock) = (console.path(SECTION), visitor.clock(console));
    let list = List { name: "codes, expired ones too", realm: console.foil.realm().as_str(), owner: "" };
    let after = after(query, list, |key| key.parse().ok());
    let found = console.foil.security_codes(&visitor.presenter(), true, after.as_ref(), PAGE).await;
    let found = found.map_err(|error| Stop::of(console, visitor.language, error))?;
    let rows = found.items.iter().map(|listed| CodeRow::new(listed, &clock, &below)).collect();
    let next = found.next.map(|next| format!("{below}?cursor={}", list.cursor(&next.to_string())));
    let proof = visitor.needs_proof(console);
    Ok(answer::page(status, &Codes { shell, filled, proof, rows, next }))
}

/// Makes one, and shows its text once.
pub(crate) async fn create(State(console): State<Shared>, Posted { mut visitor, form }: Posted) -> Response {
    let answer = created(&console, &mut visitor, &form).await;
    visitor.seal(answer.into_response())
}

async fn created(console: &Console, visitor: &mut Visitor, form: &Form) -> Result<Response, Stop> {
    match made(console, visitor, form).await? {
        Ok(response) => Ok(response),
        Err(wrong) => {
            let filled = Filled::with(form.shown_again(&["access", "user", "description"]));
            let shell = Shell::of(console, visitor, SECTION);
            let (shell, filled) = match wrong.reason.field {
                Some(field) => (shell, filled.wrong(field, wrong.reason.text)),
                None => (shell.wrong(Some(wrong.reason.text)), filled),
            };
            show(console, visitor, shell, filled, wrong.status, None).await
        }
    }
}

async fn made(console: &Console, visitor: &mut Visitor, form: &Form) -> Result<Result<Response, Wrong>, Stop> {
    if let Err(wrong) = demand(console, visitor, form).await? {
        return Ok(Err(wrong));
    }
    let access = match form.one("access") {
        "same_as_user" => NewAccess::SameAsUser(form.one("user")),
        "super_administrator" => NewAccess::SuperAdministrator,
        _ => {
            let reason = Reason { field: Some("access"), text: visitor.language.words().invalid.to_owned() };
            return Ok(Err(Wrong { status: StatusCode::UNPROCESSABLE_ENTITY, reason }));
        }
    };
    let description = Some(form.one("description")).filter(|text| !text.is_empty());
    match console.foil.create_security_code(&visitor.presenter(), &NewSecurityCode { access, description }).await {
        Ok(issued) => {
            let shell = Shell::of(console, visitor, SECTION);
            let (caption, done) = (visitor.language.words().code_caption, console.path(SECTION));
            Ok(Ok(secret::token(shell, &issued.token, caption, issued.listed.description.as_deref(), &done)))
        }
        Err(error) => wrong(console, visitor, error).map(Err),
    }
}

/// What a button of a row did.
async fn changed(
    console: &Console,
    visitor: &Visitor,
    change: impl Future<Output = Result<Listed, ManageError>>,
    told: &str,
) -> Result<Response, Stop> {
    change.await.map_err(|error| Stop::of(console, visitor.language, error))?;
    Ok(redirect(&console.path(&format!("{SECTION}?told={told}"))))
}

/// Makes a live one permanent.
pub(crate) async fn make_permanent(
    State(console): State<Shared>,
    Path(id): Path<String>,
    Posted { visitor, .. }: Posted,
) -> Result<Response, Stop> {
    let (id, by) = (record(&console, &visitor, &id)?, visitor.presenter());
    changed(&console, &visitor, console.foil.make_security_code_permanent(&by, &id), "permanent").await
}

/// Gives a live one the default life from now.
pub(crate) async fn reset(
    State(console): State<Shared>,
    Path(id): Path<String>,
    Posted { visitor, .. }: Posted,
) -> Result<Response, Stop> {
    let (id, by) = (record(&console, &visitor, &id)?, visitor.presenter());
    changed(&console, &visitor, console.foil.reset_security_code(&by, &id), "reset").await
}

/// Brings an expired one back.
pub(crate) async fn reactivate(
    State(console): State<Shared>,
    Path(id): Path<String>,
    Posted { visitor, .. }: Posted,
) -> Result<Response, Stop> {
    let (id, by) = (record(&console, &visitor, &id)?, visitor.presenter());
    changed(&console, &visitor, console.foil.reactivate_security_code(&by, &id), "reactivated").await
}

/// Asks before one is deleted.
pub(crate) async fn ask_delete(
    State(console): State<Shared>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Stop> {
    let (id, words) = (record(&console, &visitor, &id)?, visitor.language.words());
    let Some(code) = find(&console, &visitor, &id).await? else {
        return Err(Stop::page(&console, visitor.language, Why::NotFound));
    };
    let confirm = Confirm {
        shell: Shell::of(&console, &visitor, SECTION),
        title: words.delete_code,
        question: words.delete_code_question,
        name: code.description.as_deref().filter(|text| !text.is_empty()),
        action: console.path(&format!("{SECTION}/{id}/delete")),
        cancel: console.path(SECTION),
        yes: words.delete,
        danger: true,
        proof: false,
        overlaps: Vec::new(),
        filled: Filled::default(),
    };
    Ok(confirm.answer(StatusCode::OK))
}

/// Deletes one.
pub(crate) async fn delete(
    State(console): State<Shared>,
    Path(id): Path<String>,
    Posted { visitor, .. }: Posted,
) -> Result<Response, Stop> {
    let id = record(&console, &visitor, &id)?;
    let deleted = console.foil.delete_security_code(&visitor.presenter(), &id).await;
    deleted.map_err(|error| Stop::of(&console, visitor.language, error))?;
    Ok(redirect(&console.path("/codes?told=deleted")))
}
