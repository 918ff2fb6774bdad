//! The inventory: the credentials of all owners. Administrators may use this page.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use counterfoil::operations::{CredentialCursor, CredentialFilter, Status};
use counterfoil::types::TokenKind;
use counterfoil::{CredentialView, ManageError, SubjectId};
use counterfoil_http::request::{List, Query};
use http::StatusCode;

use super::PAGE_SIZE;
use super::account_names::AccountNames;
use super::allowed_sources::blocks;
use super::users;
use crate::console::clock::Clock;
use crate::console::form_values::FormValues;
use crate::console::layout::Layout;
use crate::console::rejection::Rejection;
use crate::console::response;
use crate::console::state::{Console, Shared};
use crate::console::text::Texts;
use crate::console::time::Moment;
use crate::console::viewer::Viewer;

const SECTION: &str = "/credentials";

/// The fields of the filter, by their names in the query.
const FIELDS: [&str; 7] = ["kind", "state", "owner", "client", "label", "expiring_before", "unused_since"];

#[derive(Template)]
#[template(path = "console/credentials.html")]
struct Credentials {
    layout: Layout,
    values: FormValues,
    /// The kinds and the statuses of the filter. Each has its name in the query and its name on the page.
    kinds: Vec<(&'static str, &'static str)>,
    states: Vec<(&'static str, &'static str)>,
    is_filtered: bool,
    rows: Vec<CredentialRow>,
    empty: Option<&'static str>,
    /// The note that says how many credentials were searched, up to this page. `None` if there is no next page.
    searched: Option<String>,
    first: Option<String>,
    next: Option<String>,
}

struct CredentialRow {
    id: String,
    kind: &'static str,
    /// The label, or the description of a security code.
    name: String,
    /// The path of the page of the owner, and the owner's name. `None` for a security code, which has no owner.
    owner: Option<(String, String)>,
    /// The name of the account that created a security code. `None` for other credentials.
    maker: Option<String>,
    client: Option<String>,
    /// The addresses and networks from which the credential can be used. Empty if it can be used from every address.
    sources: Vec<String>,
    /// The metadata that the host attached to the credential, as JSON. `None` if there are none.
    metadata: Option<String>,
    last_used_at: Option<Moment>,
    created_at: Moment,
    expires_at: Option<Moment>,
    status: &'static str,
    status_name: &'static str,
    is_expired: bool,
}

impl CredentialRow {
    fn new(console: &Console, clock: &Clock, names: &AccountNames, found: &CredentialView) -> Self {
        let label = Some(found.label.as_str()).filter(|label| !label.is_empty());
        let owner = |owner: &SubjectId| (users::path(console, owner), names.name(owner.as_str()));
        Self {
            id: found.id.to_string(),
            kind: kind_name(clock.texts, found.kind),
            name: label.or(found.description.as_deref()).unwrap_or_default().to_owned(),
            owner: found.owner.as_ref().map(owner),
            maker: found.created_by.as_ref().map(|maker| names.name(maker.as_str())),
            client: found.client.as_ref().map(ToString::to_string),
            sources: blocks(found.allowed_sources.as_ref()),
            metadata: found.metadata.as_ref().map(|metadata| metadata.as_str().to_owned()),
            last_used_at: found.last_used_at.map(|at| clock.moment(at)),
            created_at: clock.moment(found.created_at),
            expires_at: found.expires_at.map(|at| clock.moment(at)),
            status: found.status.as_str(),
            status_name: if found.over_ceiling {
                clock.texts.credentials.refused_by_policy
            } else {
                status_name(clock.texts, found.status)
            },
            is_expired: found.status == Status::Expired,
        }
    }
}

const KINDS: [TokenKind; 5] = [
    TokenKind::PersonalAccessToken,
    TokenKind::AccessToken,
    TokenKind::RefreshToken,
    TokenKind::SecurityCode,
    TokenKind::ConsoleSession,
];

const fn kind_name(texts: &Texts, kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::PersonalAccessToken => texts.credentials.kind_personal,
        TokenKind::AccessToken => texts.credentials.kind_access,
        TokenKind::RefreshToken => texts.credentials.kind_refresh,
        TokenKind::SecurityCode => texts.secret_page.code_caption,
        TokenKind::ConsoleSession => texts.credentials.kind_session,
        _ => texts.secret_page.token_caption,
    }
}

const fn status_name(texts: &Texts, status: Status) -> &'static str {
    match status {
        Status::Expiring => texts.credentials.expiring,
        Status::Expired => texts.credentials.expired,
        Status::Suspended => texts.credentials.suspended,
        _ => texts.credentials.active,
    }
}

/// The parsed query of a page of the inventory.
struct Asked {
    values: FormValues,
    filter: CredentialFilter,
    /// The fields of the filter that are not empty, as a query. A cursor is valid only together with the fields with
    /// which it was made.
    fields: String,
    cursor: Option<String>,
    /// How many credentials the pages before this one have searched. The number is only shown.
    searched: u64,
}

impl Asked {
    fn read(query: Option<&str>, clock: &Clock) -> Self {
        let query = Query::parse(query);
        let one = |name| query.one(name).ok().flatten().unwrap_or_default().trim().to_owned();
        let given: Vec<_> =
            FIELDS.iter().map(|&name| (name, one(name))).filter(|(_, value)| !value.is_empty()).collect();
        let fields = form_urlencoded::Serializer::new(String::new()).extend_pairs(&given).finish();
        let mut asked = Self {
            values: FormValues::new(given),
            filter: CredentialFilter::default(),
            fields,
            cursor: Some(one("cursor")).filter(|cursor| !cursor.is_empty()),
            searched: one("searched").parse().unwrap_or(0),
        };
        let texts = clock.texts;
        let owner = asked.parsed("owner", texts.errors.invalid, |text| SubjectId::new(text).ok());
        let client = asked.parsed("client", texts.clients.client_id_wrong, |text| text.parse().ok());
        let expiring_before = asked.parsed("expiring_before", texts.errors.invalid, |text| clock.read(text));
        let unused_since = asked.parsed("unused_since", texts.errors.invalid, |text| clock.read(text));
        let chosen = |name: &str, value: &str| asked.values.value(name) == value;
        asked.filter = CredentialFilter::default()
            .with_kind(KINDS.into_iter().find(|kind| chosen("kind", kind.as_str())))
            .with_status(Status::ALL.iter().copied().find(|status| chosen("state", status.as_str())))
            .with_owner(owner)
            .with_client(client)
            .with_expiring_before(expiring_before)
            .with_unused_since(unused_since)
            .with_label(Some(asked.values.value("label")).filter(|label| !label.is_empty()));
        asked
    }

    /// Parses the value of a field of the filter. Returns `None` for an empty value. If the value is not valid, also
    /// returns `None`, and adds the error `wrong` to the field.
    fn parsed<T>(&mut self, name: &'static str, wrong: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = Some(self.values.value(name)).filter(|text| !text.is_empty())?;
        let parsed = parse(text);
        if parsed.is_none() {
            self.add_error(name, wrong.to_owned());
        }
        parsed
    }

    fn add_error(&mut self, field: &'static str, text: String) {
        self.values = std::mem::take(&mut self.values).with_error(field, text);
    }

    /// Returns the address of a page with this filter. `cursor` is the cursor of the page, and the number of
    /// credentials that the pages before it have searched. Without `cursor`, the address is that of the first page.
    fn at(&self, console: &Console, cursor: Option<(&str, u64)>) -> String {
        let mut query = form_urlencoded::Serializer::new(self.fields.clone());
        if let Some((cursor, searched)) = cursor {
            query.append_pair("cursor", cursor).append_pair("searched", &searched.to_string());
        }
        let (path, query) = (console.path(SECTION), query.finish());
        if query.is_empty() { path } else { format!("{path}?{query}") }
    }
}

/// Shows a page of the inventory.
pub(crate) async fn list(
    State(console): State<Shared>,
    viewer: Viewer,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let (clock, realm) = (viewer.clock(), viewer.counterfoil.realm().clone());
    let mut asked = Asked::read(query.as_deref(), &clock);
    let (fields, is_valid) = (asked.fields.clone(), asked.values.errors().next().is_none());
    let list = List { name: "console credentials", realm: realm.as_str(), owner: &fields };
    let after: Option<CredentialCursor> =
        list.read(asked.cursor.as_deref(), |key| key.parse().ok()).ok().flatten().filter(|_| is_valid);
    // If the form has an error, the page lists nothing. The viewer's right to see the page is still checked.
    let filter =
        if is_valid { asked.filter.clone() } else { CredentialFilter::default().with_kind(TokenKind::ClientSecret) };
    let found = viewer.counterfoil.list_credentials(&viewer.presenter(), &filter, after.as_ref(), PAGE_SIZE).await;
    let found = match found {
        Ok(found) => Some(found).filter(|_| is_valid),
        Err(ManageError::Invalid(invalid)) => {
            let message = clock.texts.invalid_message(&invalid);
            asked.add_error(message.field.unwrap_or("label"), message.text);
            None
        }
        Err(error) => return Err(Rejection::of(&console, &viewer, error)),
    };
    let (items, next, searched) = match found {
        Some(found) => (found.items, found.next, asked.searched.saturating_add(found.searched.into())),
        None => (Vec::new(), None, 0),
    };
    let subjects = items.iter().flat_map(|found| found.owner.iter().chain(&found.created_by)).collect();
    let names = AccountNames::of(&console, &viewer, subjects).await?;
    let rows: Vec<_> = items.iter().map(|found| CredentialRow::new(&console, &clock, &names, found)).collect();
    let next = next.map(|next| asked.at(&console, Some((&list.cursor(&next.to_string()), searched))));
    let has_errors = asked.values.errors().next().is_some();
    let texts = clock.texts;
    let empty = match (&next, after) {
        _ if has_errors || !rows.is_empty() => None,
        (Some(_), _) => Some(texts.lists.none_on_page),
        (None, Some(_)) => Some(texts.lists.no_more),
        (None, None) => Some(texts.lists.nothing_matches),
    };
    let page = Credentials {
        layout: Layout::of(&console, &viewer, SECTION).with_field_errors(&asked.values),
        kinds: KINDS.into_iter().map(|kind| (kind.as_str(), kind_name(texts, kind))).collect(),
        states: Status::ALL.iter().map(|&status| (status.as_str(), status_name(texts, status))).collect(),
        is_filtered: !asked.values.is_empty(),
        searched: next.is_some().then(|| (texts.credentials.searched)(searched)),
        first: after.is_some().then(|| asked.at(&console, None)),
        values: asked.values,
        rows,
        empty,
        next,
    };
    Ok(response::page(if has_errors { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page))
}
