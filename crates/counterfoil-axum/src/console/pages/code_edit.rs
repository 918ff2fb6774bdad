//! A security code's expiry and description, edited.

use std::num::NonZeroU32;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use counterfoil::{Invalid, Listed, RecordId, Secret};
use http::StatusCode;

use super::tokens::record;
use crate::console::answer;
use crate::console::filled::Filled;
use crate::console::form::Form;
use crate::console::posted::{Posted, Wrong, wrong};
use crate::console::proof::demand;
use crate::console::shell::Shell;
use crate::console::state::{Console, Shared};
use crate::console::stop::{Stop, Why, redirect};
use crate::console::visitor::Visitor;

const SECTION: &str = "/codes";
const MOST: NonZeroU32 = NonZeroU32::MIN.saturating_add(99);

#[derive(Template)]
#[template(path = "console/code_edit.html")]
struct Edit {
    shell: Shell,
    action: String,
    expires_hint: String,
    filled: Filled,
    /// Whether the password is to be given where the expiry is changed.
    proof: bool,
}

/// The form, with what stands there now.
pub(crate) async fn show(
    State(console): State<Shared>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Stop> {
    let id = record(&console, &visitor, &id)?;
    let Some(code) = find(&console, &visitor, &id).await? else {
        return Err(Stop::page(&console, visitor.language, Why::NotFound));
    };
    let clock = visitor.clock(&console);
    let expires_at = code.expires_at.map(|at| clock.typed(at)).unwrap_or_default();
    let filled = Filled::with(vec![("expires_at", expires_at), ("description", code.description.unwrap_or_default())]);
    Ok(page(&console, &visitor, &id, filled, StatusCode::OK))
}

/// The code among all of them: there are as many as people made by hand.
pub(super) async fn find(console: &Console, visitor: &Visitor, id: &RecordId) -> Result<Option<Listed>, Stop> {
    let (by, mut after) = (visitor.presenter(), None);
    loop {
        let page = console.foil.security_codes(&by, true, after.as_ref(), MOST).await;
        let page = page.map_err(|error| Stop::of(console, visitor, error))?;
        if let Some(found) = page.items.into_iter().find(|code| code.id == *id) {
            return Ok(Some(found));
        }
        after = page.next;
        if after.is_none() {
            return Ok(None);
        }
    }
}

fn page(console: &Console, visitor: &Visitor, id: &RecordId, filled: Filled, status: StatusCode) -> Response {
    page_in(Shell::of(console, visitor, SECTION), console, visitor, id, filled, status)
}

fn page_in(
    shell: Shell,
    console: &Console,
    visitor: &Visitor,
    id: &RecordId,
    filled: Filled,
    status: StatusCode,
) -> Response {
    let expires_hint = (visitor.language.words().in_zone)(&visitor.zone);
    let action = console.path(&format!("{SECTION}/{id}/edit"));
    let proof = visitor.needs_proof(console);
    answer::page(status, &Edit { shell, action, expires_hint, filled, proof })
}

/// Keeps what was changed. An expiry that was left alone stays as it is to the microsecond.
pub(crate) async fn edit(
    State(console): State<Shared>,
    Path(id): Path<String>,
    Posted { mut visitor, form }: Posted,
) -> Response {
    let answer = edited(&console, &mut visitor, &id, &form).await;
    visitor.seal(answer.into_response())
}

const FIELDS: [&str; 2] = ["expires_at", "description"];

async fn edited(console: &Console, visitor: &mut Visitor, id: &str, form: &Form) -> Result<Response, Stop> {
    let id = record(console, visitor, id)?;
    let Some(code) = find(console, visitor, &id).await? else {
        return Err(Stop::page(console, visitor.language, Why::NotFound));
    };
    let Err(wrong) = kept(console, visitor, &code, form).await? else {
        return Ok(redirect(&console.path("/codes?told=saved")));
    };
    let (shell, filled) = (Shell::of(console, visitor, SECTION), Filled::with(form.shown_again(&FIELDS)));
    let (shell, filled) = wrong.place(shell, filled, &["expires_at", "description", "password"]);
    Ok(wrong.seal(page_in(shell, console, visitor, &id, filled, wrong.status)))
}

async fn kept(console: &Console, visitor: &mut Visitor, code: &Listed, form: &Form) -> Result<Result<(), Wrong>, Stop> {
    if let Err(field) = form.check(&FIELDS, &[]) {
        return Ok(Err(Wrong::refused(visitor, field)));
    }
    let (clock, typed) = (visitor.clock(console), form.one("expires_at"));
    let expires_at = match clock.read(typed) {
        _ if typed == code.expires_at.map(|at| clock.typed(at)).unwrap_or_default() => None,
        Some(at) => Some(at),
        None => return wrong(console, visitor, Invalid::ExpiresAt.into()).map(Err),
    };
    if expires_at.is_some()
        && let Err(wrong) = demand(console, visitor, form).await?
    {
        return Ok(Err(wrong));
    }
    let description = form.secret("description").map(Secret::expose_secret);
    match console.foil.edit_security_code(&visitor.presenter(), &code.id, expires_at, description).await {
        Ok(_) => Ok(Ok(())),
        Err(error) => wrong(console, visitor, error).map(Err),
    }
}
