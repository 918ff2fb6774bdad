//! Registered clients, for administrators.

use std::str::FromStr as _;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use counterfoil::Invalid;
use counterfoil::client::{ClientChange, ClientId, ClientView, Grant, NewClient, RefreshMode};
use counterfoil::types::RecordId;
use http::StatusCode;

use super::asking::{Asked, proved};
use super::confirm::{Confirm, back_to, client_overlaps, span};
use super::emptiness::Emptiness;
use super::listing::{Around, Wanted, back, came_from, from_here, returned};
use super::rows::tokens;
use super::scopes::{ALLOWED, DEFAULT, Rights};
use super::{PAGE, secret as shown};
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
    allowed: Rights,
    default: Rights,
    rows: Vec<ClientRow>,
    empty: Option<Emptiness>,
    around: Around,
    /// Leads back to the page that is shown.
    back: String,
    here: String,
}

struct ClientRow {
    id: String,
    display_name: String,
    about: String,
    /// What it may ask for; nothing where that is anything.
    rights: Vec<String>,
    /// Whether it asks for tokens at all.
    has_grants: bool,
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
            rights: tokens(client.allowed_scope.as_ref()),
            has_grants: !client.grants.is_empty(),
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
        Ok(Some("saved")) => Some(words.saved),
        Ok(Some("unchanged")) => Some(words.unchanged),
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
    let (below, clock, wanted) = (console.path(SECTION), visitor.clock(console), Wanted::read(query));
    let list = List { name: "clients by id", realm: console.counterfoil.realm().as_str(), owner: "" };
    let (found, next) = found(console, visitor, &wanted, list).await?;
    let rows: Vec<_> = found.iter().map(|client| ClientRow::new(client, &clock, &below)).collect();
    let words = visitor.language.words();
    let around = wanted.view(words, below, next, false);
    let page = Clients {
        empty: Emptiness::of(words, rows.len(), &around, words.no_clients),
        proof: visitor.needs_proof(console),
        once: once::number(console, visitor)?,
        allowed: ALLOWED.shown(console, words, &filled, (words.client_allowed, words.client_any, words.client_limited)),
        default: DEFAULT.shown(
            console,
            words,
            &filled,
            (words.client_default, words.default_any, words.default_limited),
        ),
        back: from_here(visitor),
        here: visitor.here.clone(),
        shell,
        filled,
        rows,
        around,
    };
    Ok(answer::page(status, &page))
}

/// How many pages of clients one page of a search may cost.
const READS: usize = 10;

/// A page of the clients that are wanted, and where the next one begins.
async fn found(
    console: &Console,
    visitor: &Visitor,
    wanted: &Wanted,
    list: List<'_>,
) -> Result<(Vec<ClientView>, Option<String>), Stop> {
    let (by, mut after) = (visitor.presenter(), wanted.after(list, |key| ClientId::from_str(key).ok()));
    let most = usize::try_from(PAGE.get()).unwrap_or(usize::MAX);
    let mut found: Vec<ClientView> = Vec::new();
    for _ in 0..READS {
        let read = console.counterfoil.clients(&by, after.as_ref(), PAGE).await;
        let read = read.map_err(|error| Stop::of(console, visitor, error))?;
        let fits = |client: &ClientView| wanted.finds(&[client.id.as_str(), &client.display_name]);
        found.extend(read.items.into_iter().filter(fits));
        after = read.next;
        if after.is_none() || found.len() >= most {
            break;
        }
    }
    if found.len() > most {
        found.truncate(most);
        after = found.last().map(|last| last.id.clone());
    }
    Ok((found, after.map(|next| list.cursor(next.as_str()))))
}

/// Registers one, and shows its secret once.
pub(crate) async fn create(State(console): State<Shared>, Posted { mut visitor, form }: Posted) -> Response {
    let answer = created(&console, &mut visitor, &form).await;
    visitor.seal(answer.into_response())
}

/// The fields that stand once, and then those that may stand more often.
const ONCE: [&str; 7] = ["display_name", "id", "refresh_mode", "public", "resource_server", ALLOWED.mode, DEFAULT.mode];
const MANY: [&str; 3] = ["grants", ALLOWED.field, DEFAULT.field];
const FIELDS: [&str; 10] = [
    "display_name",
    "id",
    "grants",
    "refresh_mode",
    "public",
    "resource_server",
    ALLOWED.mode,
    ALLOWED.field,
    DEFAULT.mode,
    DEFAULT.field,
];

async fn created(console: &Console, visitor: &mut Visitor, form: &Form) -> Result<Response, Stop> {
    match made(console, visitor, form).await? {
        Ok(response) => Ok(response),
        Err(wrong) => {
            let (shell, filled) = (Shell::of(console, visitor, SECTION), Filled::with(form.shown_again(&FIELDS)));
            let (shell, filled) = wrong.place(shell, filled, &[&FIELDS[..], &["password"]].concat());
            Ok(wrong.seal(show(console, visitor, shell, filled, wrong.status, None).await?))
        }
    }
}

async fn made(console: &Console, visitor: &mut Visitor, form: &Form) -> Result<Result<Response, Wrong>, Stop> {
    if let Err(field) = form.check(&ONCE, &MANY) {
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
    match console.counterfoil.once(key).create_client(&visitor.presenter(), new).await {
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
        allowed_scope: ALLOWED.read(visitor, form)?,
        default_scope: DEFAULT.read(visitor, form)?,
        ..NewClient::named(form.one("display_name"))
    })
}

/// The id in a path; nothing bears one that is none.
pub(super) fn client(console: &Console, visitor: &Visitor, text: &str) -> Result<ClientId, Stop> {
    ClientId::from_str(text).map_err(|_| Stop::page(console, visitor, Why::NotFound))
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
    let (words, back) = (visitor.language.words(), back(Some(form.one("back")), SECTION));
    let asked = Asked {
        title: words.enable,
        question: words.prove_question,
        name: id.as_str(),
        action: console.path(&format!("{SECTION}/{id}/enable")),
        cancel: console.path(&back),
        hidden: vec![back_to(&back)],
    };
    match proved(console, visitor, form, asked).await? {
        Some(asks) => Ok(asks),
        None => switch(console, visitor, form, &id, false).await,
    }
}

/// Refuses a client and all its tokens: that takes rights away, so no password is asked for.
pub(crate) async fn disable(
    State(console): State<Shared>,
    Path(id): Path<String>,
    Posted { visitor, form }: Posted,
) -> Result<Response, Stop> {
    let id = client(&console, &visitor, &id)?;
    switch(&console, &visitor, &form, &id, true).await
}

async fn switch(
    console: &Console,
    visitor: &Visitor,
    form: &Form,
    id: &ClientId,
    disabled: bool,
) -> Result<Response, Stop> {
    let change = ClientChange { disabled: Some(disabled), ..ClientChange::default() };
    let changed = console.counterfoil.change_client(&visitor.presenter(), id, change).await;
    changed.map_err(|error| Stop::of(console, visitor, error))?;
    Ok(redirect(&returned(console, form, SECTION, if disabled { "disabled" } else { "enabled" })))
}

/// The newest secret of a client.
async fn newest_secret(console: &Console, visitor: &Visitor, id: &ClientId) -> Result<Option<RecordId>, Stop> {
    let client = console.counterfoil.client(&visitor.presenter(), id).await;
    let client = client.map_err(|error| Stop::of(console, visitor, error))?;
    Ok(client.secrets.last().map(|newest| newest.id))
}

/// Asks for how long the old secret is to work beside the new one.
pub(crate) async fn ask_secret(
    State(console): State<Shared>,
    visitor: Visitor,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Stop> {
    let id = client(&console, &visitor, &id)?;
    let filled = Filled::asked(query.as_deref(), &["overlap_seconds"]);
    let back = came_from(query.as_deref(), SECTION);
    Ok(replacement(&console, &visitor, &id, &back, filled).await?.answer(StatusCode::OK))
}

/// The field that says beside which secret the form was shown.
const BESIDE: &str = "beside";

async fn replacement<'a>(
    console: &Console,
    visitor: &Visitor,
    id: &'a ClientId,
    back: &str,
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
        cancel: console.path(back),
        yes: words.replace_secret,
        danger: false,
        proof: visitor.needs_proof(console),
        overlaps: client_overlaps(words),
        hidden: vec![
            (once::FIELD, once::number(console, visitor)?),
            (BESIDE, beside.map(|id| id.to_string()).unwrap_or_default()),
            back_to(back),
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
            let back = back(Some(form.one("back")), SECTION);
            let mut again = replacement(console, visitor, &id, &back, filled).await?;
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
    match console.counterfoil.once(key).replace_client_secret(&by, id, overlap, beside).await {
        Ok(registered) => {
            let done = console.path(&back(Some(form.one("back")), SECTION));
            Ok(Ok(shown::client(Shell::of(console, visitor, SECTION), &registered, &done)))
        }
        Err(error) => wrong(console, visitor, error).map(Err),
    }
}

/// Asks before one is deleted.
pub(crate) async fn ask_delete(
    State(console): State<Shared>,
    visitor: Visitor,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Stop> {
    let (id, words) = (client(&console, &visitor, &id)?, visitor.language.words());
    let back = came_from(query.as_deref(), SECTION);
    let confirm = Confirm {
        shell: Shell::of(&console, &visitor, SECTION),
        title: words.delete_client,
        question: words.delete_client_question,
        name: Some(id.as_str()),
        action: console.path(&format!("{SECTION}/{id}/delete")),
        cancel: console.path(&back),
        yes: words.delete,
        danger: true,
        proof: false,
        overlaps: Vec::new(),
        hidden: vec![back_to(&back)],
        filled: Filled::default(),
    };
    Ok(confirm.answer(StatusCode::OK))
}

/// Deletes one.
pub(crate) async fn delete(
    State(console): State<Shared>,
    Path(id): Path<String>,
    Posted { visitor, form }: Posted,
) -> Result<Response, Stop> {
    let id = client(&console, &visitor, &id)?;
    let deleted = console.counterfoil.delete_client(&visitor.presenter(), &id).await;
    deleted.map_err(|error| Stop::of(&console, &visitor, error))?;
    Ok(redirect(&returned(&console, &form, SECTION, "deleted")))
}
