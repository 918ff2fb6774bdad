//! A security code's expiry and description, edited.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use counterfoil::operations::Status;
use counterfoil::types::RecordId;
use counterfoil::{Conflict, CredentialView, Secret};
use http::StatusCode;

use super::listing::{back, came_from, returned};
use super::rows::called;
use super::tokens::record;
use crate::console::answer;
use crate::console::filled::Filled;
use crate::console::form::Form;
use crate::console::posted::{Posted, Wrong, wrong};
use crate::console::proof::demand;
use crate::console::shell::Shell;
use crate::console::state::{Console, Shared};
use crate::console::stop::{Stop, redirect};
use crate::console::visitor::Visitor;

const SECTION: &str = "/codes";

#[derive(Template)]
#[template(path = "console/code_edit.html")]
struct Edit {
    shell: Shell,
    name: String,
    action: String,
    expires_hint: String,
    filled: Filled,
    /// What stands there now, so that only what differs is written.
    was: [String; 2],
    /// Whether it has expired: then its description alone can be edited.
    is_over: bool,
    /// Whether the password is to be given where the expiry is changed.
    proof: bool,
    back: String,
}

/// The form, with what stands there now.
pub(crate) async fn show(
    State(console): State<Shared>,
    visitor: Visitor,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Stop> {
    let id = record(&console, &visitor, &id)?;
    let code = find(&console, &visitor, &id).await?;
    let filled = Filled::asked(query.as_deref(), &FIELDS);
    let shell = Shell::of(&console, &visitor, SECTION).proposing(&filled);
    let [expires_at, description] = standing(&console, &visitor, &code);
    let filled = filled.over(vec![("expires_at", expires_at), ("description", description)]);
    let back = came_from(query.as_deref(), SECTION);
    Ok(page(shell, &console, &visitor, &code, filled, back, StatusCode::OK))
}

/// The code; where nothing bears the id, the page that says so.
pub(super) async fn find(console: &Console, visitor: &Visitor, id: &RecordId) -> Result<CredentialView, Stop> {
    let found = console.counterfoil.security_code(&visitor.presenter(), id).await;
    found.map_err(|error| Stop::of(console, visitor, error))
}

/// The text of an area of several lines as it is kept: a form sends CR LF (HTML, "normalize newlines").
pub(super) fn lines(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// Expiry and description as the form shows them.
fn standing(console: &Console, visitor: &Visitor, code: &CredentialView) -> [String; 2] {
    let clock = visitor.clock(console);
    [code.expires_at.map(|at| clock.typed(at)).unwrap_or_default(), code.description.clone().unwrap_or_default()]
}

fn page(
    shell: Shell,
    console: &Console,
    visitor: &Visitor,
    code: &CredentialView,
    filled: Filled,
    back: String,
    status: StatusCode,
) -> Response {
    let edit = Edit {
        shell,
        name: called(code),
        action: console.path(&format!("{SECTION}/{}/edit", code.id)),
        expires_hint: (visitor.language.words().in_zone)(&visitor.zone_in_use()),
        filled,
        was: standing(console, visitor, code),
        is_over: code.status == Status::Expired,
        proof: visitor.needs_proof(console),
        back,
    };
    answer::page(status, &edit)
}

/// Keeps what was changed, and nothing else. An expiry that was left alone stays as it is to the microsecond.
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
    let code = find(console, visitor, &id).await?;
    let wrong = match kept(console, visitor, &code, form).await? {
        Ok(told) => return Ok(redirect(&returned(console, form, SECTION, told))),
        Err(wrong) => wrong,
    };
    let [expires_at, description] = standing(console, visitor, &code);
    let holds = [(FIELDS[0], expires_at), (FIELDS[1], description)];
    let (shell, filled) = (Shell::of(console, visitor, SECTION), Filled::with(form.shown_over(&FIELDS, &holds)));
    let (shell, filled) = wrong.place(shell, filled, &["expires_at", "description", "password"]);
    let back = back(Some(form.one("back")), SECTION);
    Ok(wrong.seal(page(shell, console, visitor, &code, filled, back, wrong.status)))
}

/// What is said afterwards.
async fn kept(
    console: &Console,
    visitor: &mut Visitor,
    code: &CredentialView,
    form: &Form,
) -> Result<Result<&'static str, Wrong>, Stop> {
    if let Err(field) = form.check(&FIELDS, &[]) {
        return Ok(Err(Wrong::refused(visitor, field)));
    }
    let [expires, description] = standing(console, visitor, code);
    let changed = |name: &str, stands: &str| {
        let typed = form.secret(name).map(Secret::expose_secret).map(lines);
        typed.filter(|typed| lines(&form.was(name).unwrap_or_else(|| stands.to_owned())) != *typed)
    };
    let (expires_at, description) = (changed("expires_at", &expires), changed("description", &description));
    let (clock, words) = (visitor.clock(console), visitor.language.words());
    let refused = |text: &str| Wrong::new(StatusCode::UNPROCESSABLE_ENTITY, Some("expires_at"), text);
    let expires_at = match expires_at.as_deref().map(|typed| (typed, clock.read(typed))) {
        None => None,
        Some(_) if code.status == Status::Expired => {
            return wrong(console, visitor, Conflict::Expired.into()).map(|wrong| Err(wrong.at("expires_at")));
        }
        Some(("", _)) => return Ok(Err(refused(words.expiry_stays))),
        Some((_, None)) => return Ok(Err(refused(words.expires_wrong))),
        Some((_, at)) => at,
    };
    if expires_at.is_none() && description.is_none() {
        return Ok(Ok("unchanged"));
    }
    if expires_at.is_some()
        && let Err(wrong) = demand(console, visitor, form).await?
    {
        return Ok(Err(wrong));
    }
    let edited = console
        .counterfoil
        .edit_security_code(&visitor.presenter(), &code.id, expires_at, description.as_deref())
        .await;
    match edited {
        Ok(_) => Ok(Ok("saved")),
        Err(error) => wrong(console, visitor, error).map(Err),
    }
}
