//! Registered clients.

use axum::extract::{RawQuery, Request, State};
use axum::response::Response;
use counterfoil::client::ClientId;
use counterfoil::operations::Operation;
use counterfoil::{Counterfoil, ManageError, Presenter, Timestamp};
use http::StatusCode;

use super::client_body::{NewRegistration, RegistrationUpdate};
use super::client_view::{ClientView, NewClientView};
use super::guarded;
use super::location::Location;
use super::paths::{self, Segment};
use super::personal_access_tokens::NewOverlap;
#[cfg(feature = "openapi")]
use super::personal_access_tokens::NewOverlapSchema;
use super::request::{body, or_problem};
#[cfg(feature = "openapi")]
use super::schema::{ReadProblems, WriteProblems};
use super::view::PageView;
use crate::cursor::List;
use crate::principal::Principal;
use crate::problem::Problem;
use crate::query::Query;
use crate::routes::{Routes, route};
use crate::secret_body;
#[cfg(feature = "openapi")]
use crate::strict::Strict;

/// Registered clients, for administrators. Serves `/clients` and the paths below it.
pub fn clients(counterfoil: Counterfoil) -> Routes {
    guarded(
        counterfoil,
        [
            route!("/clients", get: list, post: create),
            route!("/clients/{id}", get: see, patch: change, delete: delete),
            route!("/clients/{id}/secrets", post: replace_secret),
        ],
    )
}

#[cfg(feature = "openapi")]
type NewRegistrationSchema = Strict<NewRegistration>;

#[cfg(feature = "openapi")]
type RegistrationUpdateSchema = Strict<RegistrationUpdate>;

/// The sort key of the list: age, then id.
type Key = (Timestamp, String);

/// All clients, newest first. The store lists them by id. Their number is small, because administrators register each
/// one.
async fn newest_first(counterfoil: &Counterfoil, by: &Presenter) -> Result<Vec<(Key, ClientView)>, ManageError> {
    let most = std::num::NonZeroU32::MIN.saturating_add(99);
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = counterfoil.list_clients(by, after.as_ref(), most).await?;
        all.extend(page.items.iter().map(|view| ((view.created_at, view.id.to_string()), ClientView::from(view))));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    all.sort_by(|(one, _), (other, _)| other.cmp(one));
    Ok(all)
}

fn key(text: &str) -> Option<Key> {
    let (micros, id) = text.split_once(' ')?;
    Some((Timestamp::from_micros(micros.parse().ok()?)?, id.parse::<ClientId>().ok()?.to_string()))
}

/// Lists clients
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/clients",
    operation_id = "list_clients",
    tag = "clients",
    params(
        ("limit" = inline(Option<u32>), Query, minimum = 1, maximum = 100, description = "50 if missing"),
        ("cursor" = inline(Option<String>), Query, description = "the `next` of the previous page"),
    ),
    responses((status = 200, description = "newest first", body = PageView<ClientView>), ReadProblems),
    security(("bearer" = [])),
))]
async fn list(
    State(counterfoil): State<Counterfoil>,
    principal: Principal,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let all = or_problem(&counterfoil, newest_first(&counterfoil, &principal.presenter()).await)?;
    let list = List { name: "clients", realm: counterfoil.realm().as_str(), owner: "" };
    let query = Query::strict(query.as_deref(), &["limit", "cursor"])?;
    let limit = query.limit()?.get() as usize;
    let after = list.read(query.one("cursor")?, key)?;
    let mut rest = all.into_iter().filter(|(key, _)| after.as_ref().is_none_or(|after| key < after)).peekable();
    let (mut items, mut last) = (Vec::new(), None);
    for (key, view) in rest.by_ref().take(limit) {
        items.push(view);
        last = Some(key);
    }
    let next = last.filter(|_| rest.peek().is_some()).map(|(at, id)| list.cursor(&format!("{} {id}", at.micros())));
    Ok(secret_body::json(StatusCode::OK, &PageView { items, next }))
}

/// Registers a client
#[cfg_attr(feature = "openapi", utoipa::path(
    post,
    path = "/clients",
    operation_id = "create_client",
    tag = "clients",
    request_body = NewRegistrationSchema,
    responses((status = 201, description = "the only response with its secret",
        headers(("Location" = String, description = "its path")), body = inline(NewClientView<'static>)), WriteProblems),
    security(("bearer" = [])),
))]
async fn create(
    State(counterfoil): State<Counterfoil>,
    principal: Principal,
    location: Location,
    request: Request,
) -> Result<Response, Problem> {
    let by = principal.presenter();
    let new: NewRegistration = body(&counterfoil, &by, Operation::CreateClient, request).await?;
    let registered = or_problem(&counterfoil, counterfoil.create_client(&by, new.into()).await)?;
    Ok(location.created(registered.view.id.as_str(), &NewClientView::from(&registered)))
}

/// Shows a client
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/clients/{id}",
    operation_id = "read_client",
    tag = "clients",
    params(("id" = String, Path)),
    responses((status = 200, description = "the same as in lists", body = ClientView), ReadProblems),
    security(("bearer" = [])),
))]
async fn see(
    State(counterfoil): State<Counterfoil>,
    principal: Principal,
    path: Segment,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let by = principal.presenter();
    let text = path.ok();
    let id = paths::client(&counterfoil, &by, text.as_deref().map(String::as_str), Operation::SeeClient).await?;
    let view = or_problem(&counterfoil, counterfoil.client(&by, &id).await)?;
    Query::none(query.as_deref())?;
    Ok(secret_body::json(StatusCode::OK, &ClientView::from(&view)))
}

/// Changes a client
#[cfg_attr(feature = "openapi", utoipa::path(
    patch,
    path = "/clients/{id}",
    operation_id = "update_client",
    tag = "clients",
    params(("id" = String, Path)),
    request_body = RegistrationUpdateSchema,
    responses((status = 200, description = "after the change", body = ClientView), WriteProblems),
    security(("bearer" = [])),
))]
async fn change(
    State(counterfoil): State<Counterfoil>,
    principal: Principal,
    path: Segment,
    request: Request,
) -> Result<Response, Problem> {
    let by = principal.presenter();
    let text = path.ok();
    let id =
        paths::client(&counterfoil, &by, text.as_deref().map(String::as_str), Operation::UpdateClient(None)).await?;
    let change: RegistrationUpdate = body(&counterfoil, &by, Operation::UpdateClient(Some(&id)), request).await?;
    let view = or_problem(&counterfoil, counterfoil.update_client(&by, &id, change.into()).await)?;
    Ok(secret_body::json(StatusCode::OK, &ClientView::from(&view)))
}

/// Deletes a client, which invalidates its tokens
#[cfg_attr(feature = "openapi", utoipa::path(
    delete,
    path = "/clients/{id}",
    operation_id = "delete_client",
    tag = "clients",
    params(("id" = String, Path)),
    responses((status = 204, description = "removed"), ReadProblems),
    security(("bearer" = [])),
))]
async fn delete(
    State(counterfoil): State<Counterfoil>,
    principal: Principal,
    path: Segment,
    RawQuery(query): RawQuery,
) -> Result<StatusCode, Problem> {
    let by = principal.presenter();
    let text = path.ok();
    let id = paths::client(&counterfoil, &by, text.as_deref().map(String::as_str), Operation::DeleteClient).await?;
    let none = Query::none(query.as_deref());
    if none.is_err() {
        // Report a missing right or client before an error in the query.
        or_problem(&counterfoil, counterfoil.client(&by, &id).await)?;
    }
    none?;
    or_problem(&counterfoil, counterfoil.delete_client(&by, &id).await)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a client a new secret
#[cfg_attr(feature = "openapi", utoipa::path(
    post,
    path = "/clients/{id}/secrets",
    operation_id = "rotate_client_secret",
    tag = "clients",
    params(("id" = String, Path)),
    request_body = Option<NewOverlapSchema>,
    responses((status = 201, description = "the only response with it",
        headers(("Location" = String, description = "the client's path")), body = inline(NewClientView<'static>)), WriteProblems),
    security(("bearer" = [])),
))]
async fn replace_secret(
    State(counterfoil): State<Counterfoil>,
    principal: Principal,
    path: Segment,
    location: Location,
    request: Request,
) -> Result<Response, Problem> {
    let by = principal.presenter();
    let text = path.ok();
    let id =
        paths::client(&counterfoil, &by, text.as_deref().map(String::as_str), Operation::UpdateClient(None)).await?;
    let asked: NewOverlap = body(&counterfoil, &by, Operation::UpdateClient(Some(&id)), request).await?;
    let registered = or_problem(&counterfoil, counterfoil.rotate_client_secret(&by, &id, asked.overlap_seconds).await)?;
    Ok(location.up(2).created(id.as_str(), &NewClientView::from(&registered)))
}
