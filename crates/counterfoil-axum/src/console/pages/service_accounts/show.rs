//! Shows one service account with its personal access tokens, and creates a token for it.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use counterfoil::service_account::ServiceAccountView;
use counterfoil_http::request::{List, Query};
use http::StatusCode;

use super::{SECTION, find, page_of};
use crate::console::form::Form;
use crate::console::form_number;
use crate::console::form_values::FormValues;
use crate::console::layout::Layout;
use crate::console::pages::account_names::AccountNames;
use crate::console::pages::empty_list::EmptyList;
use crate::console::pages::list::{CredentialList, ListControls, ListQuery, back_to_here};
use crate::console::pages::scopes::{OF_TOKEN, ScopeField};
use crate::console::pages::table_rows::{RowActions, TokenRow, tokens};
use crate::console::pages::token_forms::{FIELDS, TokenOwner, limits, try_create};
use crate::console::paths::NOTICE;
use crate::console::rejection::Rejection;
use crate::console::response;
use crate::console::state::{Console, Shared};
use crate::console::submitted_form::SubmittedForm;
use crate::console::viewer::Viewer;

#[derive(Template)]
#[template(path = "console/service_account.html")]
struct Account {
    layout: Layout,
    label: String,
    description: String,
    subject: String,
    role: &'static str,
    account_rights: Vec<String>,
    made_by: String,
    notify: Option<String>,
    disabled: bool,
    /// Whether the viewer is the maker of the account. If so, the page offers no button to take the account over.
    is_makers: bool,
    path: String,
    rows: Vec<TokenRow>,
    empty: Option<EmptyList>,
    controls: ListControls,
    label_hint: String,
    days_hint: String,
    values: FormValues,
    needs_password: bool,
    form_number: String,
    rights: ScopeField,
}

pub(crate) async fn show(
    State(console): State<Shared>,
    viewer: Viewer,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let account = find(&console, &viewer, &id).await?;
    let texts = viewer.language.texts();
    let notice = match Query::parse(query.as_deref()).one(NOTICE) {
        Ok(Some("saved")) => Some(texts.common.saved),
        Ok(Some("unchanged")) => Some(texts.common.unchanged),
        Ok(Some("revoked")) => Some(texts.tokens.revoked),
        Ok(Some("extended")) => Some(texts.token_forms.extended),
        Ok(Some("enabled")) => Some(texts.service_accounts.account_enabled),
        Ok(Some("disabled")) => Some(texts.service_accounts.account_disabled),
        Ok(Some("adopted")) => Some(texts.service_accounts.taken_over),
        _ => None,
    };
    let values = FormValues::from_query(query.as_deref(), &FIELDS);
    let layout = Layout::of(&console, &viewer, SECTION).with_notice(notice).with_prefilled(&values);
    page(&console, &viewer, &account, layout, values, (StatusCode::OK, query.as_deref())).await
}

async fn page(
    console: &Console,
    viewer: &Viewer,
    account: &ServiceAccountView,
    layout: Layout,
    values: FormValues,
    (status, query): (StatusCode, Option<&str>),
) -> Result<Response, Rejection> {
    let (texts, clock) = (viewer.language.texts(), viewer.clock());
    let rejected = |error| Rejection::of(console, viewer, error);
    let subject = account.subject.as_str();
    let list = List { name: "service tokens", realm: viewer.counterfoil.realm().as_str(), owner: subject };
    let (list_query, path) = (ListQuery::read(query), console.path(&page_of(&account.id)));
    let found = CredentialList::Service(&account.id).page(viewer, &list_query, list).await;
    let (found, next) = found.map_err(rejected)?;
    let (below, back) = (format!("{path}/tokens"), back_to_here(viewer));
    let limits = limits(console, viewer).await?;
    let actions = RowActions::All { extendable: limits.extendable };
    let rows: Vec<_> =
        found.iter().map(|credential| TokenRow::new(credential, &clock, &below, actions, &back)).collect();
    let lead = (texts.formats.duration)(limits.notice_lead);
    let names = AccountNames::of(console, viewer, account.made_by.iter().collect()).await?;
    let made_by = account.made_by.as_ref();
    let controls = list_query.controls(texts, path.clone(), next, true);
    let legends = (texts.scopes.legend, texts.scopes.all, texts.scopes.limited);
    let page = Account {
        label: account.label.clone(),
        description: account.description.clone(),
        subject: subject.to_owned(),
        role: texts.users.role_name(account.role),
        account_rights: tokens(account.scope.as_ref()),
        made_by: made_by
            .map_or_else(|| texts.service_accounts.made_by_service.to_owned(), |maker| names.name(maker.as_str())),
        notify: account.notify.as_ref().map(|address| address.as_str().to_owned()),
        disabled: account.disabled,
        is_makers: made_by == Some(viewer.principal.subject()),
        empty: EmptyList::of(texts, rows.len(), &controls, texts.service_accounts.no_tokens_of_account),
        rows,
        controls,
        path,
        label_hint: (texts.formats.at_most_characters)(limits.label_max),
        days_hint: (texts.tokens.days_hint)(limits.max_days, &lead),
        needs_password: viewer.needs_password(),
        form_number: form_number::draw(console, viewer)?,
        rights: OF_TOKEN.shown(&viewer.counterfoil, texts, &values, legends),
        layout,
        values,
    };
    Ok(response::page(status, &page))
}

pub(crate) async fn create_token(
    State(console): State<Shared>,
    Path(id): Path<String>,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let response = create_or_show_form(&console, &mut viewer, &id, &form).await;
    viewer.with_new_cookies(response.into_response())
}

async fn create_or_show_form(
    console: &Console,
    viewer: &mut Viewer,
    id: &str,
    form: &Form,
) -> Result<Response, Rejection> {
    let account = find(console, viewer, id).await?;
    let owner = TokenOwner::Service(Box::new(account.clone()));
    let form_error = match try_create(console, viewer, &owner, form).await? {
        Ok(response) => return Ok(response),
        Err(form_error) => form_error,
    };
    let (layout, values) = (Layout::of(console, viewer, SECTION), FormValues::new(form.values_of(&FIELDS)));
    let (layout, values) = form_error.place(layout, values, &[&FIELDS[..], &["password"]].concat());
    let shown = page(console, viewer, &account, layout, values, (form_error.status, None)).await?;
    Ok(form_error.with_retry_after(shown))
}
