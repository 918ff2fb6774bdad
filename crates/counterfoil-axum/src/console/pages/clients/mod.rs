//! Registered clients, for administrators.

pub(crate) mod edit;

use std::str::FromStr as _;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use counterfoil::Invalid;
use counterfoil::client::{ClientId, ClientUpdate, ClientView, Grant, NewClient, RefreshMode};
use counterfoil::types::RecordId;
use http::StatusCode;

use crate::console::clock::Clock;
use crate::console::form::Form;
use crate::console::form_error::FormError;
use crate::console::form_number;
use crate::console::form_values::FormValues;
use crate::console::layout::Layout;
use crate::console::pages::confirmation::{Confirmation, back_field, client_overlaps, seconds};
use crate::console::pages::empty_list::EmptyList;
use crate::console::pages::list::{ListControls, ListQuery, back, back_from_query, back_to_here, list_with_notice};
use crate::console::pages::password_page::{ButtonAction, reauthenticate};
use crate::console::pages::scopes::{ALLOWED, DEFAULT, ScopeField};
use crate::console::pages::table_rows::tokens;
use crate::console::pages::{PAGE_SIZE, secret_page};
use crate::console::reauthentication::require_password;
use crate::console::rejection::{Rejection, RejectionReason};
use crate::console::response;
use crate::console::response::redirect;
use crate::console::state::{Console, Shared};
use crate::console::submitted_form::{SubmittedForm, form_error_of};
use crate::console::time::Moment;
use crate::console::viewer::Viewer;
use crate::cursor::List;
use crate::query::Query;

const SECTION: &str = "/clients";

#[derive(Template)]
#[template(path = "console/clients.html")]
struct Clients {
    layout: Layout,
    values: FormValues,
    needs_password: bool,
    form_number: String,
    allowed: ScopeField,
    default: ScopeField,
    rows: Vec<ClientRow>,
    empty: Option<EmptyList>,
    controls: ListControls,
    /// The link back to this page, encoded for a query.
    back: String,
    here: String,
}

struct ClientRow {
    id: String,
    display_name: String,
    about: String,
    /// The allowed scope tokens; empty if there is no restriction.
    rights: Vec<String>,
    /// Whether the client may request tokens.
    has_grants: bool,
    created_at: Moment,
    public: bool,
    disabled: bool,
    path: String,
}

impl ClientRow {
    fn new(client: &ClientView, clock: &Clock, below: &str) -> Self {
        let texts = clock.texts;
        let mut about: Vec<&str> = client
            .grants
            .iter()
            .map(|grant| match grant {
                Grant::Password => texts.grant_password,
                Grant::RefreshToken => texts.grant_refresh,
                _ => grant.as_str(),
            })
            .collect();
        about.extend(client.public.then_some(texts.public_client));
        about.extend(client.resource_server.then_some(texts.resource_server));
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

/// Shows the list and the form for a new client.
pub(crate) async fn list(
    State(console): State<Shared>,
    viewer: Viewer,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let texts = viewer.language.texts();
    let notice = match Query::parse(query.as_deref()).one("notice") {
        Ok(Some("enabled")) => Some(texts.client_enabled),
        Ok(Some("disabled")) => Some(texts.client_disabled),
        Ok(Some("deleted")) => Some(texts.deleted),
        Ok(Some("saved")) => Some(texts.saved),
        Ok(Some("unchanged")) => Some(texts.unchanged),
        _ => None,
    };
    let values = FormValues::from_query(query.as_deref(), &FIELDS);
    let layout = Layout::of(&console, &viewer, SECTION).with_notice(notice).with_prefilled(&values);
    show(&console, &viewer, layout, values, StatusCode::OK, query.as_deref()).await
}

async fn show(
    console: &Console,
    viewer: &Viewer,
    layout: Layout,
    values: FormValues,
    status: StatusCode,
    query: Option<&str>,
) -> Result<Response, Rejection> {
    let (below, clock, list_query) = (console.path(SECTION), viewer.clock(console), ListQuery::read(query));
    let list = List { name: "clients by id", realm: console.counterfoil.realm().as_str(), owner: "" };
    let (found, next) = matching_clients(console, viewer, &list_query, list).await?;
    let rows: Vec<_> = found.iter().map(|client| ClientRow::new(client, &clock, &below)).collect();
    let texts = viewer.language.texts();
    let controls = list_query.controls(texts, below, next, false);
    let page = Clients {
        empty: EmptyList::of(texts, rows.len(), &controls, texts.no_clients),
        needs_password: viewer.needs_password(console),
        form_number: form_number::draw(console, viewer)?,
        allowed: ALLOWED.shown(console, texts, &values, (texts.client_allowed, texts.client_any, texts.client_limited)),
        default: DEFAULT.shown(
            console,
            texts,
            &values,
            (texts.client_default, texts.default_any, texts.default_limited),
        ),
        back: back_to_here(viewer),
        here: viewer.here.clone(),
        layout,
        values,
        rows,
        controls,
    };
    Ok(response::page(status, &page))
}

/// The most store pages that one page of search results reads.
const READS: usize = 10;

/// A page of matching clients, and the cursor of the next page.
async fn matching_clients(
    console: &Console,
    viewer: &Viewer,
    list_query: &ListQuery,
    list: List<'_>,
) -> Result<(Vec<ClientView>, Option<String>), Rejection> {
    let (by, mut after) = (viewer.presenter(), list_query.after(list, |key| ClientId::from_str(key).ok()));
    let most = usize::try_from(PAGE_SIZE.get()).unwrap_or(usize::MAX);
    let mut found: Vec<ClientView> = Vec::new();
    for _ in 0..READS {
        let read = console.counterfoil.list_clients(&by, after.as_ref(), PAGE_SIZE).await;
        let read = read.map_err(|error| Rejection::of(console, viewer, error))?;
        let fits = |client: &ClientView| list_query.matches(&[client.id.as_str(), &client.display_name]);
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

/// Registers a client and shows its secret once.
pub(crate) async fn create(
    State(console): State<Shared>,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let response = create_or_show_form(&console, &mut viewer, &form).await;
    viewer.with_new_cookies(response.into_response())
}

/// The fields that may occur once, and those that may be repeated.
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

async fn create_or_show_form(console: &Console, viewer: &mut Viewer, form: &Form) -> Result<Response, Rejection> {
    match try_create(console, viewer, form).await? {
        Ok(response) => Ok(response),
        Err(form_error) => {
            let (layout, values) = (Layout::of(console, viewer, SECTION), FormValues::new(form.values_of(&FIELDS)));
            let (layout, values) = form_error.place(layout, values, &[&FIELDS[..], &["password"]].concat());
            Ok(form_error.with_retry_after(show(console, viewer, layout, values, form_error.status, None).await?))
        }
    }
}

async fn try_create(
    console: &Console,
    viewer: &mut Viewer,
    form: &Form,
) -> Result<Result<Response, FormError>, Rejection> {
    if let Err(field) = form.check(&ONCE, &MANY) {
        return Ok(Err(FormError::invalid_field(viewer, field)));
    }
    if let Err(form_error) = require_password(console, viewer, form).await? {
        return Ok(Err(form_error));
    }
    let key = match form_number::key(viewer, form) {
        Ok(key) => key,
        Err(form_error) => return Ok(Err(form_error)),
    };
    let new = match registration(viewer, form) {
        Ok(new) => new,
        Err(form_error) => return Ok(Err(form_error)),
    };
    match console.counterfoil.once(key).create_client(&viewer.presenter(), new).await {
        Ok(registered) => {
            Ok(Ok(secret_page::client(Layout::of(console, viewer, SECTION), &registered, &console.path(SECTION))))
        }
        Err(error) => form_error_of(console, viewer, error).map(Err),
    }
}

fn registration(viewer: &Viewer, form: &Form) -> Result<NewClient, FormError> {
    let refused = |field| FormError::invalid_field(viewer, Some(field));
    let ticked = |field| form.ticked(field).ok_or_else(|| refused(field));
    let id = match form.one("id").trim() {
        "" => None,
        id => Some(ClientId::from_str(id).map_err(|invalid| {
            let reason = viewer.language.texts().invalid_message(&invalid.into());
            FormError::new(StatusCode::UNPROCESSABLE_ENTITY, Some("id"), &reason.text)
        })?),
    };
    let refresh_mode = match form.one("refresh_mode") {
        "rotate" => RefreshMode::Rotate,
        "reuse" => RefreshMode::Reuse,
        _ => return Err(refused("refresh_mode")),
    };
    let grants = form.all("grants").map(|name| Grant::from_name(name).ok_or_else(|| refused("grants")));
    Ok(NewClient::named(form.one("display_name"))
        .with_id(id)
        .with_grants(grants.collect::<Result<_, _>>()?)
        .with_public(ticked("public")?)
        .with_resource_server(ticked("resource_server")?)
        .with_refresh_mode(refresh_mode)
        .with_allowed_scope(ALLOWED.read(viewer, form)?)
        .with_default_scope(DEFAULT.read(viewer, form)?))
}

/// Parses the id in a path. An invalid id gets 404.
pub(super) fn client(console: &Console, viewer: &Viewer, text: &str) -> Result<ClientId, Rejection> {
    ClientId::from_str(text).map_err(|_| Rejection::page(console, viewer, RejectionReason::NotFound))
}

/// Enables a client.
pub(crate) async fn enable(
    State(console): State<Shared>,
    Path(id): Path<String>,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let response = enable_with_password(&console, &mut viewer, &id, &form).await;
    viewer.with_new_cookies(response.into_response())
}

async fn enable_with_password(
    console: &Console,
    viewer: &mut Viewer,
    text: &str,
    form: &Form,
) -> Result<Response, Rejection> {
    let id = client(console, viewer, text)?;
    let (texts, back) = (viewer.language.texts(), back(Some(form.one("back")), SECTION));
    let asked = ButtonAction {
        title: texts.enable,
        question: texts.prove_question,
        name: id.as_str(),
        action: console.path(&format!("{SECTION}/{id}/enable")),
        cancel: console.path(&back),
        hidden: vec![back_field(&back)],
    };
    match reauthenticate(console, viewer, form, asked).await? {
        Some(confirmation) => Ok(confirmation),
        None => switch(console, viewer, form, &id, false).await,
    }
}

/// Disables a client and all its tokens. This only removes rights, so it needs no password.
pub(crate) async fn disable(
    State(console): State<Shared>,
    Path(id): Path<String>,
    SubmittedForm { viewer, form }: SubmittedForm,
) -> Result<Response, Rejection> {
    let id = client(&console, &viewer, &id)?;
    switch(&console, &viewer, &form, &id, true).await
}

async fn switch(
    console: &Console,
    viewer: &Viewer,
    form: &Form,
    id: &ClientId,
    disabled: bool,
) -> Result<Response, Rejection> {
    let change = ClientUpdate::default().with_disabled(disabled);
    let changed = console.counterfoil.update_client(&viewer.presenter(), id, change).await;
    changed.map_err(|error| Rejection::of(console, viewer, error))?;
    Ok(redirect(&list_with_notice(console, form, SECTION, if disabled { "disabled" } else { "enabled" })))
}

/// The id of a client's newest secret.
async fn newest_secret(console: &Console, viewer: &Viewer, id: &ClientId) -> Result<Option<RecordId>, Rejection> {
    let client = console.counterfoil.client(&viewer.presenter(), id).await;
    let client = client.map_err(|error| Rejection::of(console, viewer, error))?;
    Ok(client.secrets.last().map(|newest| newest.id))
}

/// Asks how long the old secret stays valid beside the new one.
pub(crate) async fn ask_secret(
    State(console): State<Shared>,
    viewer: Viewer,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let id = client(&console, &viewer, &id)?;
    let values = FormValues::from_query(query.as_deref(), &["overlap_seconds"]);
    let back = back_from_query(query.as_deref(), SECTION);
    Ok(secret_form(&console, &viewer, &id, &back, values).await?.response(StatusCode::OK))
}

/// The hidden field with the id of the newest secret when the form was shown.
const BESIDE: &str = "beside";

async fn secret_form<'a>(
    console: &Console,
    viewer: &Viewer,
    id: &'a ClientId,
    back: &str,
    values: FormValues,
) -> Result<Confirmation<'a>, Rejection> {
    let texts = viewer.language.texts();
    let beside = newest_secret(console, viewer, id).await?;
    Ok(Confirmation {
        layout: Layout::of(console, viewer, SECTION),
        title: texts.replace_secret,
        question: texts.replace_secret_question,
        name: Some(id.as_str()),
        action: console.path(&format!("{SECTION}/{id}/secret")),
        cancel: console.path(back),
        yes: texts.replace_secret,
        danger: false,
        needs_password: viewer.needs_password(console),
        overlaps: client_overlaps(texts),
        hidden: vec![
            (form_number::FIELD, form_number::draw(console, viewer)?),
            (BESIDE, beside.map(|id| id.to_string()).unwrap_or_default()),
            back_field(back),
        ],
        values,
    })
}

/// Replaces a client's secret and shows the new one once.
pub(crate) async fn secret(
    State(console): State<Shared>,
    Path(id): Path<String>,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let response = replace_secret_or_show_form(&console, &mut viewer, &id, &form).await;
    viewer.with_new_cookies(response.into_response())
}

async fn replace_secret_or_show_form(
    console: &Console,
    viewer: &mut Viewer,
    id: &str,
    form: &Form,
) -> Result<Response, Rejection> {
    let id = client(console, viewer, id)?;
    match try_replace_secret(console, viewer, &id, form).await? {
        Ok(response) => Ok(response),
        Err(form_error) => {
            let values = FormValues::new(form.values_of(&["overlap_seconds"]));
            let back = back(Some(form.one("back")), SECTION);
            let mut again = secret_form(console, viewer, &id, &back, values).await?;
            (again.layout, again.values) =
                form_error.place(again.layout, again.values, &["overlap_seconds", "password"]);
            Ok(form_error.with_retry_after(again.response(form_error.status)))
        }
    }
}

async fn try_replace_secret(
    console: &Console,
    viewer: &mut Viewer,
    id: &ClientId,
    form: &Form,
) -> Result<Result<Response, FormError>, Rejection> {
    if let Err(field) = form.check(&["overlap_seconds"], &[]) {
        return Ok(Err(FormError::invalid_field(viewer, field)));
    }
    if let Err(form_error) = require_password(console, viewer, form).await? {
        return Ok(Err(form_error));
    }
    let key = match form_number::key(viewer, form) {
        Ok(key) => key,
        Err(form_error) => return Ok(Err(form_error)),
    };
    let Some(overlap) = seconds(form.one("overlap_seconds")) else {
        return form_error_of(console, viewer, Invalid::Overlap { most: 0 }.into()).map(Err);
    };
    let (by, beside) = (viewer.presenter(), form.one(BESIDE).parse().ok());
    match console.counterfoil.once(key).rotate_client_secret(&by, id, overlap, beside).await {
        Ok(registered) => {
            let done = console.path(&back(Some(form.one("back")), SECTION));
            Ok(Ok(secret_page::client(Layout::of(console, viewer, SECTION), &registered, &done)))
        }
        Err(error) => form_error_of(console, viewer, error).map(Err),
    }
}

/// Asks for confirmation before deleting a client.
pub(crate) async fn ask_delete(
    State(console): State<Shared>,
    viewer: Viewer,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let (id, texts) = (client(&console, &viewer, &id)?, viewer.language.texts());
    let back = back_from_query(query.as_deref(), SECTION);
    let confirm = Confirmation {
        layout: Layout::of(&console, &viewer, SECTION),
        title: texts.delete_client,
        question: texts.delete_client_question,
        name: Some(id.as_str()),
        action: console.path(&format!("{SECTION}/{id}/delete")),
        cancel: console.path(&back),
        yes: texts.delete,
        danger: true,
        needs_password: false,
        overlaps: Vec::new(),
        hidden: vec![back_field(&back)],
        values: FormValues::default(),
    };
    Ok(confirm.response(StatusCode::OK))
}

/// Deletes a client.
pub(crate) async fn delete(
    State(console): State<Shared>,
    Path(id): Path<String>,
    SubmittedForm { viewer, form }: SubmittedForm,
) -> Result<Response, Rejection> {
    let id = client(&console, &viewer, &id)?;
    let deleted = console.counterfoil.delete_client(&viewer.presenter(), &id).await;
    deleted.map_err(|error| Rejection::of(&console, &viewer, error))?;
    Ok(redirect(&list_with_notice(&console, &form, SECTION, "deleted")))
}
