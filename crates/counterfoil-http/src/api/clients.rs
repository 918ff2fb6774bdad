//! The endpoints for registered clients.

use counterfoil::client::ClientId;
use counterfoil::operations::Operation;
use counterfoil::{Counterfoil, ManageError, Presenter, Timestamp};
use http::{Method, StatusCode};

use super::call::Call;
use super::client_body::{NewRegistration, NewSecret, RegistrationUpdate};
use super::client_view::{ClientView, NewClientView};
use super::handler::{Api, on, on_json};
#[cfg(feature = "openapi")]
use super::page_params::PageParams;
use super::paths;
use super::request::{Sent, or_problem};
#[cfg(feature = "openapi")]
use super::schema::{ReadProblems, WriteProblems};
use super::view::PageView;
use crate::body::Response;
use crate::cursor::List;
use crate::endpoints::{Endpoints, described};
use crate::problem::Problem;
use crate::query::Query;
use crate::secret_body;
#[cfg(feature = "openapi")]
use crate::strict::Strict;

/// Serves registered clients, for administrators, at `/clients` and the paths below it.
pub fn clients(counterfoil: Counterfoil) -> Endpoints {
    let api = Api::new(counterfoil)
        .at("/clients", [on(Method::GET, list), on_json(Method::POST, create)])
        .at(
            "/clients/{id}",
            [
                on(Method::GET, see),
                on_json(Method::PATCH, change).if_path(paths::names_client),
                on(Method::DELETE, delete),
            ],
        )
        .at("/clients/{id}/secrets", [on_json(Method::POST, replace_secret).if_path(paths::names_client)]);
    described!(api.endpoints(), list, create, see, change, delete, replace_secret)
}

#[cfg(feature = "openapi")]
type NewSecretSchema = Strict<NewSecret>;

#[cfg(feature = "openapi")]
type NewRegistrationSchema = Strict<NewRegistration>;

#[cfg(feature = "openapi")]
type RegistrationUpdateSchema = Strict<RegistrationUpdate>;

/// The sort key of the list: the client's creation time, then its id.
type Key = (Timestamp, String);

/// Returns all clients, newest first. The store lists clients by id, so this function reads and sorts all of them. The
/// number of clients is small, because administrators register each client by hand.
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
    params(PageParams),
    responses((status = 200, description = "newest first", body = PageView<ClientView>), ReadProblems),
    security(("bearer" = [])),
))]
async fn list(call: Call) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let all = or_problem(counterfoil, newest_first(counterfoil, &by).await)?;
    let list = List { name: "clients", realm: counterfoil.realm().as_str(), owner: "" };
    let query = Query::strict(call.query(), &["limit", "cursor"])?;
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
async fn create(call: Call, sent: Sent<NewRegistration>) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let new = sent.or_problem(counterfoil, &by, Operation::CreateClient).await?;
    let registered = or_problem(counterfoil, counterfoil.create_client(&by, new.into()).await)?;
    Ok(call.location.created(registered.view.id.as_str(), &NewClientView::from(&registered)))
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
async fn see(call: Call) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let id = paths::client(counterfoil, &by, call.first(), Operation::SeeClient).await?;
    let view = or_problem(counterfoil, counterfoil.client(&by, &id).await)?;
    Query::none(call.query())?;
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
async fn change(call: Call, sent: Sent<RegistrationUpdate>) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let id = paths::client(counterfoil, &by, call.first(), Operation::UpdateClient(None)).await?;
    let change = sent.or_problem(counterfoil, &by, Operation::UpdateClient(Some(&id))).await?;
    let view = or_problem(counterfoil, counterfoil.update_client(&by, &id, change.into()).await)?;
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
async fn delete(call: Call) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let id = paths::client(counterfoil, &by, call.first(), Operation::DeleteClient).await?;
    let none = Query::none(call.query());
    if none.is_err() {
        // A missing right and a missing client must be reported before an error in the query.
        or_problem(counterfoil, counterfoil.client(&by, &id).await)?;
    }
    none?;
    or_problem(counterfoil, counterfoil.delete_client(&by, &id).await)?;
    Ok(secret_body::none())
}

/// Gives a client a new secret
#[cfg_attr(feature = "openapi", utoipa::path(
    post,
    path = "/clients/{id}/secrets",
    operation_id = "rotate_client_secret",
    tag = "clients",
    params(("id" = String, Path)),
    request_body = Option<NewSecretSchema>,
    responses((status = 201, description = "the only response with it",
        headers(("Location" = String, description = "the client's path")), body = inline(NewClientView<'static>)), WriteProblems),
    security(("bearer" = [])),
))]
async fn replace_secret(call: Call, sent: Sent<NewSecret>) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let id = paths::client(counterfoil, &by, call.first(), Operation::UpdateClient(None)).await?;
    let asked = sent.or_problem(counterfoil, &by, Operation::UpdateClient(Some(&id))).await?;
    let registered = or_problem(counterfoil, counterfoil.rotate_client_secret(&by, &id, asked.overlap_seconds).await)?;
    Ok(call.location.clone().up(2).created(id.as_str(), &NewClientView::from(&registered)))
}
