//! A registered client, edited: only what differs from what the form showed is written.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use counterfoil::Scope;
use counterfoil::client::{ClientChange, ClientView, Grant, RefreshMode};
use http::StatusCode;

use super::clients::client;
use super::listing::{back, came_from, returned};
use super::scopes::{ALLOWED, Choice, DEFAULT, Rights};
use crate::console::answer;
use crate::console::filled::Filled;
use crate::console::form::Form;
use crate::console::posted::{Posted, Wrong, wrong};
use crate::console::proof::demand;
use crate::console::shell::Shell;
use crate::console::state::{Console, Shared};
use crate::console::stop::{Stop, redirect};
use crate::console::visitor::Visitor;

const SECTION: &str = "/clients";
/// The fields that stand once, and then those that may stand more often.
const ONCE: [&str; 4] = ["display_name", "refresh_mode", ALLOWED.mode, DEFAULT.mode];
const MANY: [&str; 3] = ["grants", ALLOWED.field, DEFAULT.field];
const FIELDS: [&str; 7] =
    ["display_name", "refresh_mode", ALLOWED.mode, DEFAULT.mode, "grants", ALLOWED.field, DEFAULT.field];

#[derive(Template)]
#[template(path = "console/client_edit.html")]
struct Edit {
    shell: Shell,
    id: String,
    public: bool,
    action: String,
    filled: Filled,
    /// What stands there now, by field.
    was: Vec<(&'static str, String)>,
    allowed: Rights,
    default: Rights,
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
    let client = find(&console, &visitor, &id).await?;
    let filled = Filled::asked(query.as_deref(), &FIELDS);
    let shell = Shell::of(&console, &visitor, SECTION).proposing(&filled);
    let filled = filled.over(standing(&client));
    Ok(page(shell, &console, &visitor, &client, filled, came_from(query.as_deref(), SECTION), StatusCode::OK))
}

async fn find(console: &Console, visitor: &Visitor, text: &str) -> Result<ClientView, Stop> {
    let found = console.counterfoil.client(&visitor.presenter(), &client(console, visitor, text)?).await;
    found.map_err(|error| Stop::of(console, visitor, error))
}

/// What the form shows of a client.
fn standing(client: &ClientView) -> Vec<(&'static str, String)> {
    let mode = match client.refresh_mode {
        RefreshMode::Rotate => "rotate",
        RefreshMode::Reuse => "reuse",
    };
    let mut values = vec![("display_name", client.display_name.clone()), ("refresh_mode", mode.to_owned())];
    values.extend(client.grants.iter().map(|grant| ("grants", grant.as_str().to_owned())));
    values.extend(ALLOWED.standing(client.allowed_scope.as_ref()));
    values.extend(DEFAULT.standing(client.default_scope.as_ref()));
    values
}

fn page(
    shell: Shell,
    console: &Console,
    visitor: &Visitor,
    client: &ClientView,
    filled: Filled,
    back: String,
    status: StatusCode,
) -> Response {
    let words = visitor.language.words();
    let allowed = (words.client_allowed, words.client_any, words.client_limited);
    let default = (words.client_default, words.default_any, words.default_limited);
    let stands = standing(client);
    let together = |field: &'static str| {
        let values: Vec<&str> =
            stands.iter().filter(|(own, _)| *own == field).map(|(_, value)| value.as_str()).collect();
        (field, values.join(" "))
    };
    let edit = Edit {
        id: client.id.to_string(),
        public: client.public,
        action: console.path(&format!("{SECTION}/{}/edit", client.id)),
        was: FIELDS.into_iter().map(together).collect(),
        allowed: ALLOWED.shown(console, words, &filled, allowed),
        default: DEFAULT.shown(console, words, &filled, default),
        proof: visitor.needs_proof(console),
        shell,
        filled,
        back,
    };
    answer::page(status, &edit)
}

/// Keeps what was changed.
pub(crate) async fn edit(
    State(console): State<Shared>,
    Path(id): Path<String>,
    Posted { mut visitor, form }: Posted,
) -> Response {
    let answer = edited(&console, &mut visitor, &id, &form).await;
    visitor.seal(answer.into_response())
}

async fn edited(console: &Console, visitor: &mut Visitor, id: &str, form: &Form) -> Result<Response, Stop> {
    let client = find(console, visitor, id).await?;
    let wrong = match kept(console, visitor, &client, form).await? {
        Ok(told) => return Ok(redirect(&returned(console, form, SECTION, told))),
        Err(wrong) => wrong,
    };
    let (shell, filled) =
        (Shell::of(console, visitor, SECTION), Filled::with(form.shown_over(&FIELDS, &standing(&client))));
    let (shell, filled) = wrong.place(shell, filled, &[&FIELDS[..], &["password"]].concat());
    let back = back(Some(form.one("back")), SECTION);
    Ok(wrong.seal(page(shell, console, visitor, &client, filled, back, wrong.status)))
}

/// Saves what was changed. Returns the name of the message that the next page shows.
async fn kept(
    console: &Console,
    visitor: &mut Visitor,
    client: &ClientView,
    form: &Form,
) -> Result<Result<&'static str, Wrong>, Stop> {
    if let Err(field) = form.check(&ONCE, &MANY) {
        return Ok(Err(Wrong::refused(visitor, field)));
    }
    let change = match change(visitor, client, form) {
        Ok(change) => change,
        Err(wrong) => return Ok(Err(wrong)),
    };
    if change == ClientChange::default() {
        return Ok(Ok("unchanged"));
    }
    if let Err(wrong) = demand(console, visitor, form).await? {
        return Ok(Err(wrong));
    }
    match console.counterfoil.change_client(&visitor.presenter(), &client.id, change).await {
        Ok(_) => Ok(Ok("saved")),
        Err(error) => wrong(console, visitor, error).map(Err),
    }
}

/// What differs from what the form showed; from what stands where it does not say.
fn change(visitor: &Visitor, client: &ClientView, form: &Form) -> Result<ClientChange, Wrong> {
    let refused = |field| Wrong::refused(visitor, Some(field));
    let stands = standing(client);
    let was = |field: &str| {
        let mut standing = stands.iter().filter(|(own, _)| *own == field).map(|(_, value)| value.as_str());
        form.was(field).unwrap_or_else(|| standing.by_ref().collect::<Vec<_>>().join(" "))
    };
    let (name, mode) = (form.one("display_name"), form.one("refresh_mode"));
    let grants: Vec<&str> = form.all("grants").collect();
    let changed = |field: &str, value: &str| was(field) != value;
    let mut change = ClientChange::default();
    if changed("display_name", name) {
        change.display_name = Some(name.to_owned());
    }
    if changed("refresh_mode", mode) {
        let mode = match mode {
            "rotate" => RefreshMode::Rotate,
            "reuse" => RefreshMode::Reuse,
            _ => return Err(refused("refresh_mode")),
        };
        change.refresh_mode = Some(mode);
    }
    if changed("grants", &grants.join(" ")) {
        let grants = grants.into_iter().map(|name| Grant::from_name(name).ok_or_else(|| refused("grants")));
        change.grants = Some(grants.collect::<Result<_, _>>()?);
    }
    let scope = |choice: Choice| -> Result<Option<Option<Scope>>, Wrong> {
        // What a form does not have stays: an absent choice is no choice of everything. A field for text is sent empty.
        if form.one(choice.mode).is_empty() && form.all(choice.field).all(|text| text.trim().is_empty()) {
            return Ok(None);
        }
        let chosen = choice.read(visitor, form)?;
        let before = match was(choice.mode).as_str() {
            "limited" => was(choice.field).parse().ok(),
            _ => None,
        };
        Ok((before != chosen).then_some(chosen))
    };
    change.allowed_scope = scope(ALLOWED)?;
    change.default_scope = scope(DEFAULT)?;
    Ok(change)
}
