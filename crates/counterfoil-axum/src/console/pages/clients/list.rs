//! Shows the list of clients, and the form for a new client.

use std::str::FromStr as _;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use counterfoil::client::{ClientId, ClientView, Grant};
use counterfoil_http::request::{List, Query};
use http::StatusCode;

use super::create::FIELDS;
use super::{SECTION, service_account};
use crate::console::clock::Clock;
use crate::console::form_values::FormValues;
use crate::console::layout::Layout;
use crate::console::pages::PAGE_SIZE;
use crate::console::pages::empty_list::EmptyList;
use crate::console::pages::list::{ListControls, ListQuery, back_to_here};
use crate::console::pages::scopes::{ALLOWED, DEFAULT, ScopeField};
use crate::console::pages::table_rows::tokens;
use crate::console::rejection::Rejection;
use crate::console::state::{Console, Shared};
use crate::console::time::Moment;
use crate::console::viewer::Viewer;
use crate::console::{form_number, response};

#[derive(Template)]
#[template(path = "console/clients.html")]
struct Clients {
    layout: Layout,
    values: FormValues,
    needs_password: bool,
    form_number: String,
    allowed: ScopeField,
    default: ScopeField,
    /// The service accounts that the form offers, each with its id and its label.
    accounts: Vec<(String, String)>,
    rows: Vec<ClientRow>,
    empty: Option<EmptyList>,
    controls: ListControls,
    /// The address of this page, encoded for a query. Links to other pages contain it, so that those pages can lead
    /// back here.
    back: String,
    here: String,
}

struct ClientRow {
    id: String,
    display_name: String,
    about: String,
    /// The scope tokens that the client may request. Empty if the client's scope is not restricted.
    rights: Vec<String>,
    /// Whether the client has any grant, so that it may request tokens.
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
                Grant::Password => texts.clients.grant_password,
                Grant::RefreshToken => texts.clients.grant_refresh,
                Grant::ClientCredentials => texts.clients.grant_client_credentials,
                _ => grant.as_str(),
            })
            .collect();
        about.extend(client.public.then_some(texts.clients.public_client));
        about.extend(client.resource_server.then_some(texts.clients.resource_server));
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

/// Shows the list of clients, and the form for a new client.
pub(crate) async fn list(
    State(console): State<Shared>,
    viewer: Viewer,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let texts = viewer.language.texts();
    let notice = match Query::parse(query.as_deref()).one("notice") {
        Ok(Some("revoked")) => Some(texts.clients.client_tokens_ended),
        Ok(Some("enabled")) => Some(texts.clients.client_enabled),
        Ok(Some("disabled")) => Some(texts.clients.client_disabled),
        Ok(Some("deleted")) => Some(texts.common.deleted),
        Ok(Some("saved")) => Some(texts.common.saved),
        Ok(Some("unchanged")) => Some(texts.common.unchanged),
        _ => None,
    };
    let values = FormValues::from_query(query.as_deref(), &FIELDS);
    let layout = Layout::of(&console, &viewer, SECTION).with_notice(notice).with_prefilled(&values);
    show(&console, &viewer, layout, values, StatusCode::OK, query.as_deref()).await
}

pub(super) async fn show(
    console: &Console,
    viewer: &Viewer,
    layout: Layout,
    values: FormValues,
    status: StatusCode,
    query: Option<&str>,
) -> Result<Response, Rejection> {
    let (below, clock, list_query) = (console.path(SECTION), viewer.clock(), ListQuery::read(query));
    let list = List { name: "clients by id", realm: viewer.counterfoil.realm().as_str(), owner: "" };
    let (found, next) = matching_clients(console, viewer, &list_query, list).await?;
    let rows: Vec<_> = found.iter().map(|client| ClientRow::new(client, &clock, &below)).collect();
    let texts = viewer.language.texts();
    let controls = list_query.controls(texts, below, next, false);
    let page = Clients {
        empty: EmptyList::of(texts, rows.len(), &controls, texts.clients.no_clients),
        needs_password: viewer.needs_password(),
        form_number: form_number::draw(console, viewer)?,
        allowed: ALLOWED.shown(
            &viewer.counterfoil,
            texts,
            &values,
            (texts.clients.client_allowed, texts.clients.client_any, texts.clients.client_limited),
        ),
        default: DEFAULT.shown(
            &viewer.counterfoil,
            texts,
            &values,
            (texts.clients.client_default, texts.clients.default_any, texts.clients.default_limited),
        ),
        accounts: service_account::options(console, viewer).await?,
        back: back_to_here(viewer),
        here: viewer.here.clone(),
        layout,
        values,
        rows,
        controls,
    };
    Ok(response::page(status, &page))
}

/// The maximum number of reads from the store for one page of search results. Each read returns some of the clients,
/// and only a part of these match the search.
const READS: usize = 10;

/// Returns one page of the clients that match the search, and the cursor of the next page.
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
        let read = viewer.counterfoil.list_clients(&by, after.as_ref(), PAGE_SIZE).await;
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
