//! Registered clients, for administrators.

use std::str::FromStr as _;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use counterfoil::client::{ClientChange, ClientId, ClientView, Grant, NewClient, RefreshMode};
use counterfoil::{Invalid, RecordId};
use http::StatusCode;

use super::asking::{Asked, proved};
use super::confirm::{Confirm, client_overlaps, span};
use super::emptiness::Emptiness;
use super::{PAGE, after, secret as shown};
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
use crate::console::when::{Clock, Moment};
use crate::cursor::List;
use crate::query::Query;

const SECTION: &str = "/clients";

#[derive(Template)]
#[template(path = "console/clients.html")]
struct Clients {
    shell: Shell,
    filled: Filled,
    proof: bool,
    once: String,
    rows: Vec<ClientRow>,
    empty: Option<Emptiness>,
    next: Option<String>,
}

struct ClientRow {
    id: String,
    display_name: String,
    about: String,
    created_at: Moment,
    public: bool,
    disabled: bool,
    path: String,
}

impl ClientRow {
    fn new(client: &ClientView, clock: &Clock, below: &str) -> Self {
        let words = clock.words;
        let mut about: Vec<&str> = client
            .grants
            .iter()
            .map(|grant| match grant {
                Grant::Password => words.grant_password,
                Grant::RefreshToken => words.grant_refresh,
            })
            .collect();
        about.extend(client.public.then_some(words.public_client));
        about.extend(client.resource_server.then_some(words.resource_server));
        Self {
            display_name: client.display_name.clone(),
            about: about.join(" · "),
            created_at: clock.moment(client.created_at),
            public: client.public,
            disabled: client.disabled,
            path: format!("{below}/{}", client.id),
            id: client.id.to_string(),
        }
    }
}

/// The list, with the form that registers one.
pub(crate) async fn list(
    State(console): State<Shared>,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Response, Stop> {
    let words = visitor.language.words();
    let told = match Query::parse(query.as_deref()).one("told") {
        Ok(Some("enabled")) => Some(words.client_enabled),
        Ok(Some("disabled")) => Some(words.client_disabled),
        Ok(Some("deleted")) => Some(words.deleted),
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
    let list = List { name: "clients by id", realm: console.foil.realm().as_str(), owner: "" };
    let after = after(query, list, |key| ClientId::from_str(key).ok());
    let found = console.foil.clients(&visitor.presenter(), after.as_ref(), PAGE).await;
    let found = found.map_err(|error| Stop::of(console, visitor, error))?;
    let rows: Vec<_> = found.items.iter().map(|client| ClientRow::new(client, &clock, &below)).collect();
    let next = found.next.map(|next| format!("{below}?cursor={}", list.cursor(next.as_str())));
    let words = visitor.language.words();
    let empty = Emptiness::of(words, rows.len(), after.is_none(), next.is_none(), words.no_clients);
    let (proof, once) = (visitor.needs_proof(console), once::number(console, visitor.language)?);
    Ok(answer::page(status, &Clients { shell, filled, proof, once, rows, empty, next }))
}

/// Registers one, and shows its secret once.
pub(crate) async fn create(State(console): State<Shared>, Posted { mut visitor, form }: Posted) -> Response {
    let answer = created(&console, &mut visitor, &form).await;
    visitor.seal(answer.into_response())
}

/// The fields that stand once.
const FIELDS: [&str; 5] = ["display_name", "id", "refresh_mode", "public", "resource_server"];

async fn created(console: &Console, visitor: &mut Visitor, form: &Form) -> Result<Response, Stop> {
    match made(console, visitor, form).await? {
        Ok(response) => Ok(response),
        Err(wrong) => {
            let fields = ["display_name", "id", "grants", "refresh_mode", "public", "resource_server", "password"];
            let (shell, filled) = (Shell::of(console, visitor, SECTION), Filled::with(form.shown_again(&fields[..6])));
            let (shell, filled) = wrong.place(shell, filled, &fields);
            Ok(wrong.seal(show(console, visitor, shell, filled, wrong.status, None).await?))
        }
    }
}

async fn made(console: &Console, visitor: &mut Visitor, form: &Form) -> Result<Result<Response, Wrong>, Stop> {
    if let Err(field) = form.check(&FIELDS, &["grants"]) {
        return Ok(Err(Wrong::refused(visitor, field)));
    }
    if let Err(wrong) = demand(console, visitor, form).await? {
        return Ok(Err(wrong));
    }
    let key = match once::key(visitor, form) {
        Ok(key) => key,
        Err(wrong) => return Ok(Err(wrong)),
    };
    let new = match registration(visitor, form) {
        Ok(new) => new,
        Err(wrong) => return Ok(Err(wrong)),
    };
    match console.foil.once(key).create_client(&visitor.presenter(), new).await {
        Ok(registered) => {
            Ok(Ok(shown::client(Shell::of(console, visitor, SECTION), &registered, &console.path(SECTION))))
        }
        Err(error) => wrong(console, visitor, error).map(Err),
    }
}

fn registration(visitor: &Visitor, form: &Form) -> Result<NewClient, Wrong> {
    let refused = |field| Wrong::refused(visitor, Some(field));
    let ticked = |field| form.ticked(field).ok_or_else(|| refused(field));
    let id = match form.one("id").trim() {
        "" => None,
        id => Some(ClientId::from_str(id).map_err(|invalid| {
            let reason = visitor.language.words().invalid_field(&invalid.into());
            Wrong::new(StatusCode::UNPROCESSABLE_ENTITY, Some("id"), &reason.text)
        })?),
    };
    let refresh_mode = match form.one("refresh_mode") {
        "rotate" => RefreshMode::Rotate,
        "reuse" => RefreshMode::Reuse,
        _ => return Err(refused("refresh_mode")),
    };
    let grants = form.all("grants").map(|name| Grant::from_name(name).ok_or_else(|| refused("grants")));
    Ok(NewClient {
        id,
        grants: grants.collect::<Result<_, _>>()?,
        public: ticked("public")?,
        resource_server: ticked("resource_server")?,
        refresh_mode,
        ..NewClient::named(form.one("display_name"))
    })
}

fn client(console: &Console, visitor: &Visitor, text: &str) -> Result<ClientId, Stop> {
    ClientId::from_str(text).map_err(|_| Stop::page(console, visitor.language, Why::NotFound))
}

/// Lets a client in again.
pub(crate) async fn enable(
    State(console): State<Shared>,
    Path(id): Path<String>,
    Posted { mut visitor, form }: Posted,
) -> Response {
    let answer = enabled(&console, &mut visitor, &id, &form).await;
    visitor.seal(answer.into_response())
}

async fn enabled(console: &Console, visitor: &mut Visitor, text: &str, form: &Form) -> Result<Response, Stop> {
    let id = client(console, visitor, text)?;
    let asked = Asked {
        title: visitor.language.words().enable,
        name: id.as_str(),
        action: console.path(&format!("{SECTION}/{id}/enable")),
        cancel: console.path(SECTION),
        hidden: Vec::new(),
    };
    match proved(console, visitor, form, asked).await? {
        Some(asks) => Ok(asks),
        None => switch(console, visitor, &id, false).await,
    }
}

/// Refuses a client and all its tokens: that takes rights away, so no password is asked for.
pub(crate) async fn disable(
    State(console): State<Shared>,
    Path(id): Path<String>,
    Posted { visitor, .. }: Posted,
) -> Result<Response, Stop> {
    let id = client(&console, &visitor, &id)?;
    switch(&console, &visitor, &id, true).await
}

async fn switch(console: &Console, visitor: &Visitor, id: &ClientId, disabled: bool) -> Result<Response, Stop> {
    let change = ClientChange { disabled: Some(disabled), ..ClientChange::default() };
    let changed = console.foil.change_client(&visitor.presenter(), id, change).await;
    changed.map_err(|error| Stop::of(console, visitor, error))?;
    Ok(redirect(&console.path(if disabled { "/clients?told=disabled" } else { "/clients?told=enabled" })))
}

/// The newest secret of a client.
async fn newest_secret(console: &Console, visitor: &Visitor, id: &ClientId) -> Result<Option<RecordId>, Stop> {
    let client = console.foil.client(&visitor.presenter(), id).await;
    let client = client.map_err(|error| Stop::of(console, visitor, error))?;
    Ok(client.secrets.last().map(|newest| newest.id))
}

/// Asks for how long the old secret is to work beside the new one.
pub(crate) async fn ask_secret(
    State(console): State<Shared>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Stop> {
    let id = client(&console, &visitor, &id)?;
    Ok(replacement(&console, &visitor, &id, Filled::default()).await?.answer(StatusCode::OK))
}

/// The field that says beside which secret the form was shown.
const BESIDE: &str = "beside";

async fn replacement<'a>(
    console: &Console,
    visitor: &Visitor,
    id: &'a ClientId,
    filled: Filled,
) -> Result<Confirm<'a>, Stop> {
    let words = visitor.language.words();
    let beside = newest_secret(console, visitor, id).await?;
    Ok(Confirm {
        shell: Shell::of(console, visitor, SECTION),
        title: words.replace_secret,
        question: words.replace_secret_question,
        name: Some(id.as_str()),
        action: console.path(&format!("{SECTION}/{id}/secret")),
        cancel: console.path(SECTION),
        yes: words.replace_secret,
        danger: false,
        proof: visitor.needs_proof(console),
        overlaps: client_overlaps(words),
        hidden: vec![
            (once::FIELD, once::number(console, visitor.language)?),
            (BESIDE, beside.map(|id| id.to_string()).unwrap_or_default()),
        ],
        filled,
    })
}

/// Replaces a client's secret, and shows the new one once.
pub(crate) async fn secret(
    State(console): State<Shared>,
    Path(id): Path<String>,
    Posted { mut visitor, form }: Posted,
) -> Response {
    let answer = renewed(&console, &mut visitor, &id, &form).await;
    visitor.seal(answer.into_response())
}

async fn renewed(console: &Console, visitor: &mut Visitor, id: &str, form: &Form) -> Result<Response, Stop> {
    let id = client(console, visitor, id)?;
    match replaced(console, visitor, &id, form).await? {
        Ok(response) => Ok(response),
        Err(wrong) => {
            let filled = Filled::with(form.shown_again(&["overlap_seconds"]));
            let mut again = replacement(console, visitor, &id, filled).await?;
            (again.shell, again.filled) = wrong.place(again.shell, again.filled, &["overlap_seconds", "password"]);
            Ok(wrong.seal(again.answer(wrong.status)))
        }
    }
}

async fn replaced(
    console: &Console,
    visitor: &mut Visitor,
    id: &ClientId,
    form: &Form,
) -> Result<Result<Response, Wrong>, Stop> {
    if let Err(field) = form.check(&["overlap_seconds"], &[]) {
        return Ok(Err(Wrong::refused(visitor, field)));
    }
    if let Err(wrong) = demand(console, visitor, form).await? {
        return Ok(Err(wrong));
    }
    let key = match once::key(visitor, form) {
        Ok(key) => key,
        Err(wrong) => return Ok(Err(wrong)),
    };
    let Some(overlap) = span(form.one("overlap_seconds")) else {
        return wrong(console, visitor, Invalid::Overlap { most: 0 }.into()).map(Err);
    };
    let (by, beside) = (visitor.presenter(), form.one(BESIDE).parse().ok());
    match console.foil.once(key).replace_client_secret(&by, id, overlap, beside).await {
        Ok(registered) => {
            Ok(Ok(shown::client(Shell::of(console, visitor, SECTION), &registered, &console.path(SECTION))))
        }
        Err(error) => wrong(console, visitor, error).map(Err),
    }
}

/// Asks before one is deleted.
pub(crate) async fn ask_delete(
    State(console): State<Shared>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Stop> {
    let (id, words) = (client(&console, &visitor, &id)?, visitor.language.words());
    let confirm = Confirm {
        shell: Shell::of(&console, &visitor, SECTION),
        title: words.delete_client,
        question: words.delete_client_question,
        name: Some(id.as_str()),
        action: console.path(&format!("{SECTION}/{id}/delete")),
        cancel: console.path(SECTION),
        yes: words.delete,
        danger: true,
        proof: false,
        overlaps: Vec::new(),
        hidden: Vec::new(),
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
    let id = client(&console, &visitor, &id)?;
    let deleted = console.foil.delete_client(&visitor.presenter(), &id).await;
    deleted.map_err(|error| Stop::of(&console, &visitor, error))?;
    Ok(redirect(&console.path("/clients?told=deleted")))
}
