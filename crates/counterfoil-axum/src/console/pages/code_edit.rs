//! A security code's expiry and description, edited.

use std::num::NonZeroU32;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use counterfoil::{Invalid, Listed, ManageError, RecordId};
use http::StatusCode;

use super::tokens::record;
use crate::console::answer;
use crate::console::filled::Filled;
use crate::console::posted::{Posted, wrong};
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
        let page = page.map_err(|error| Stop::of(console, visitor.language, error))?;
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
    let shell = Shell::of(console, visitor, SECTION);
    let expires_hint = (visitor.language.words().in_zone)(&visitor.zone);
    let action = console.path(&format!("{SECTION}/{id}/edit"));
    answer::page(status, &Edit { shell, action, expires_hint, filled })
}

/// Keeps what was changed. An expiry that was left alone, or left empty, stays as it is to the microsecond.
pub(crate) async fn edit(
    State(console): State<Shared>,
    Path(id): Path<String>,
    Posted { visitor, form }: Posted,
) -> Result<Response, Stop> {
    let id = record(&console, &visitor, &id)?;
    let Some(code) = find(&console, &visitor, &id).await? else {
        return Err(Stop::page(&console, visitor.language, Why::NotFound));
    };
    let (clock, typed) = (visitor.clock(&console), form.one("expires_at"));
    let untouched = typed.is_empty() || code.expires_at.is_some_and(|at| clock.typed(at) == typed);
    let expires_at = match (untouched, clock.read(typed)) {
        (true, _) => Ok(None),
        (false, Some(at)) => Ok(Some(at)),
        (false, None) => Err(ManageError::Invalid(Invalid::ExpiresAt)),
    };
    let edited = match expires_at {
        Ok(expires_at) => {
            let description = Some(form.one("description"));
            console.foil.edit_security_code(&visitor.presenter(), &id, expires_at, description).await
        }
        Err(error) => Err(error),
    };
    match edited {
        Ok(_) => Ok(redirect(&console.path("/codes?told=saved"))),
        Err(error) => {
            let wrong = wrong(&console, &visitor, error)?;
            let filled = Filled::with(form.shown_again(&["expires_at", "description"]));
            let filled = filled.wrong(wrong.reason.field.unwrap_or("expires_at"), wrong.reason.text);
            Ok(page(&console, &visitor, &id, filled, wrong.status))
        }
    }
}
