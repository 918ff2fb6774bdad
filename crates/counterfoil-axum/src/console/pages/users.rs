//! The pages about users: the search, the per-user setting "token login", and the page of a user.
//! Administrators and managers of profiles may use them.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use counterfoil::directory::UserView;
use counterfoil::operations::Operation;
use counterfoil::{ManageError, SubjectId};
use counterfoil_http::request::{List, Query};
use http::StatusCode;

use super::PAGE_SIZE;
use super::account_names::AccountNames;
use super::confirmation::Confirmation;
use super::empty_list::EmptyList;
use super::list::{CredentialList, ListControls, ListQuery, back_from_query, back_to_here, list_with_notice};
use super::password_page::{ButtonAction, reauthenticate};
use super::personal_access_tokens::record;
use super::table_rows::{RowActions, TokenRow};
use super::user_credentials::UserCredentials;
use crate::console::form::Form;
use crate::console::layout::Layout;
use crate::console::rejection::{Rejection, RejectionReason};
use crate::console::response;
use crate::console::response::redirect;
use crate::console::state::{Console, Shared};
use crate::console::submitted_form::SubmittedForm;
use crate::console::text::Texts;
use crate::console::viewer::Viewer;

pub(super) const SECTION: &str = "/users";

#[derive(Template)]
#[template(path = "console/users.html")]
struct Users {
    layout: Layout,
    search: String,
    rows: Vec<UserRow>,
    /// Whether the directory has found more users than the page shows.
    is_cut: bool,
    /// Whether the policy uses the per-user setting "token login". If so, the page shows the value of this setting for
    /// each user.
    switch: bool,
}

#[derive(Template)]
#[template(path = "console/user.html")]
struct User {
    layout: Layout,
    /// Whether the host offers a search for users. If so, the page links to it.
    has_search: bool,
    person: UserRow,
    /// Whether the page shows the setting "token login" of this user. False if the policy does not use the setting, or
    /// if the account does not exist.
    switch: bool,
    shows_tokens: bool,
    rows: Vec<TokenRow>,
    empty: Option<EmptyList>,
    controls: ListControls,
    others: UserCredentials,
}

struct UserRow {
    subject: String,
    path: String,
    name: String,
    role: &'static str,
    allowed: bool,
    /// Whether the directory contains the account of the user.
    known: bool,
}

impl UserRow {
    fn new(console: &Console, texts: &Texts, user: UserView) -> Self {
        let role = texts.users.role_name(user.role);
        let (subject, path) = (user.subject.to_string(), path(console, &user.subject));
        Self { subject, path, name: user.name, role, allowed: user.token_login_allowed, known: true }
    }

    /// Makes the row of a deleted account. It shows the subject id.
    fn left(console: &Console, texts: &Texts, subject: &SubjectId) -> Self {
        let (subject, path) = (subject.to_string(), path(console, subject));
        Self { name: subject.clone(), subject, path, role: texts.users.not_in_directory, allowed: false, known: false }
    }
}

/// Returns the full path of the page of a user.
pub(super) fn path(console: &Console, subject: &SubjectId) -> String {
    console.path(&below(subject))
}

/// Returns the path of the page of a user, relative to the base path of the console. In the subject id, all bytes
/// except ASCII letters and digits are escaped.
fn below(subject: &SubjectId) -> String {
    let mut path = format!("{SECTION}/");
    for byte in subject.as_str().bytes() {
        if byte.is_ascii_alphanumeric() {
            path.push(char::from(byte));
        } else {
            path.push_str(&format!("%{byte:02X}"));
        }
    }
    path
}

pub(super) fn subject(console: &Console, viewer: &Viewer, text: &str) -> Result<SubjectId, Rejection> {
    SubjectId::new(text).map_err(|_| Rejection::page(console, viewer, RejectionReason::NotFound))
}

/// Shows the users that the host's search finds for the search text. If the search finds no user, the search text is a
/// valid subject id, and the viewer may list this subject's tokens, shows the subject as a deleted account.
pub(crate) async fn find(
    State(console): State<Shared>,
    viewer: Viewer,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let texts = viewer.language.texts();
    let search = Query::parse(query.as_deref()).one("q").ok().flatten().unwrap_or_default().trim().to_owned();
    // One user more than the page shows is read, to find out whether there are more users.
    let found = viewer.counterfoil.list_users(&viewer.presenter(), &search, PAGE_SIZE.saturating_add(1)).await;
    let mut found = found.map_err(|error| Rejection::of(&console, &viewer, error))?;
    let most = usize::try_from(PAGE_SIZE.get()).unwrap_or(usize::MAX);
    let is_cut = found.len() > most;
    found.truncate(most);
    let mut rows: Vec<_> = found.into_iter().map(|user| UserRow::new(&console, texts, user)).collect();
    if rows.is_empty()
        && let Ok(subject) = SubjectId::new(&search)
    {
        // A deleted account is not in the directory, but its tokens can be found by its subject id.
        match viewer.counterfoil.authorize(&viewer.presenter(), Operation::ListTokensOf(Some(&subject))).await {
            Ok(()) => rows.push(UserRow::left(&console, texts, &subject)),
            Err(ManageError::NotFound | ManageError::Forbidden(_)) => {}
            Err(error) => return Err(Rejection::of(&console, &viewer, error)),
        }
    }
    let (layout, switch) = (Layout::of(&console, &viewer, SECTION), viewer.counterfoil.gates().switch);
    Ok(response::page(StatusCode::OK, &Users { layout, search, rows, is_cut, switch }))
}

/// Shows a user. Administrators also see the tokens of the user.
pub(crate) async fn show(
    State(console): State<Shared>,
    viewer: Viewer,
    Path(text): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let (by, texts, clock) = (viewer.presenter(), viewer.language.texts(), viewer.clock());
    let subject = subject(&console, &viewer, &text)?;
    let user = match viewer.counterfoil.user(&by, &subject).await {
        Ok(user) => Some(user),
        // The account is deleted, but the store may still have its tokens.
        Err(ManageError::NotFound) => None,
        Err(error) => return Err(Rejection::of(&console, &viewer, error)),
    };
    let notice = match Query::parse(query.as_deref()).one("notice") {
        Ok(Some("revoked")) => Some(texts.tokens.revoked),
        Ok(Some("allowed")) => Some(texts.users.login_allowed),
        Ok(Some("forbidden")) => Some(texts.users.login_forbidden),
        Ok(Some("ended")) => Some(texts.sign_ins.sign_in_ended),
        Ok(Some("all-ended")) => Some(texts.revocation.everything_ended),
        _ => None,
    };
    let person = match user {
        Some(user) => UserRow::new(&console, texts, user),
        None => UserRow::left(&console, texts, &subject),
    };
    let list = List { name: "tokens of", realm: viewer.counterfoil.realm().as_str(), owner: subject.as_str() };
    let (list_query, path) = (ListQuery::read(query.as_deref()), person.path.clone());
    let (shows_tokens, found, next) = match CredentialList::Of(&subject).page(&viewer, &list_query, list).await {
        Ok((found, next)) => (true, found, next),
        // Managers of profiles may change the setting "token login", but they may not see the tokens.
        Err(ManageError::Forbidden(_)) if person.known => (false, Vec::new(), None),
        Err(ManageError::Forbidden(_)) => return Err(Rejection::page(&console, &viewer, RejectionReason::NotFound)),
        Err(error) => return Err(Rejection::of(&console, &viewer, error)),
    };
    let (below, back) = (format!("{path}/tokens"), back_to_here(&viewer));
    let rows: Vec<_> =
        found.iter().map(|credential| TokenRow::new(credential, &clock, &below, RowActions::Revoke, &back)).collect();
    let layout = Layout::of(&console, &viewer, SECTION).with_notice(notice);
    let has_search = viewer.counterfoil.has_search();
    let switch = person.known && viewer.counterfoil.gates().switch;
    let controls = list_query.controls(texts, path, next, true);
    let empty = EmptyList::of(texts, rows.len(), &controls, texts.users.no_tokens_of);
    let others =
        if shows_tokens { UserCredentials::of(&console, &viewer, &subject).await? } else { Default::default() };
    let page = User { layout, has_search, person, switch, shows_tokens, rows, empty, controls, others };
    Ok(response::page(StatusCode::OK, &page))
}

/// Saves the setting "token login" of a user.
pub(crate) async fn token_login(
    State(console): State<Shared>,
    Path(text): Path<String>,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let response = set_token_login(&console, &mut viewer, &text, &form).await;
    viewer.with_new_cookies(response.into_response())
}

async fn set_token_login(
    console: &Console,
    viewer: &mut Viewer,
    text: &str,
    form: &Form,
) -> Result<Response, Rejection> {
    let subject = subject(console, viewer, text)?;
    let allowed = match form.one("allowed") {
        "true" => true,
        "false" => false,
        _ => return Err(Rejection::page(console, viewer, RejectionReason::NotFound)),
    };
    let path = path(console, &subject);
    // The password is needed only to turn the setting on, because only this grants rights.
    if allowed && viewer.counterfoil.gates().switch {
        let (texts, name) = (viewer.language.texts(), name_of(console, viewer, &subject).await?);
        let asked = ButtonAction {
            title: texts.users.allow,
            question: texts.reauthentication.prove_question,
            name: &name,
            action: format!("{path}/token-login"),
            cancel: path.clone(),
            hidden: vec![("allowed", "true".to_owned())],
        };
        if let Some(confirmation) = reauthenticate(console, viewer, form, asked).await? {
            return Ok(confirmation);
        }
    }
    let set = viewer.counterfoil.set_token_login(&viewer.presenter(), &subject, allowed).await;
    set.map_err(|error| Rejection::of(console, viewer, error))?;
    let notice = if allowed { "allowed" } else { "forbidden" };
    Ok(redirect(&format!("{path}?notice={notice}")))
}

/// Returns the account name of a user.
pub(super) async fn name_of(console: &Console, viewer: &Viewer, subject: &SubjectId) -> Result<String, Rejection> {
    Ok(AccountNames::of(console, viewer, vec![subject]).await?.name(subject.as_str()))
}

/// Shows the page that asks for confirmation before a user's token is revoked.
pub(crate) async fn ask_delete(
    State(console): State<Shared>,
    viewer: Viewer,
    Path((text, id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let (subject, id) = (subject(&console, &viewer, &text)?, record(&console, &viewer, &id)?);
    let found = viewer.counterfoil.personal_access_token_of(&viewer.presenter(), &subject, &id).await;
    let found = found.map_err(|error| Rejection::of(&console, &viewer, error))?;
    let name = format!("{} · {}", name_of(&console, &viewer, &subject).await?, found.label);
    let back = back_from_query(query.as_deref(), &below(&subject));
    let paths = (format!("{}/tokens/{id}/delete", path(&console, &subject)), console.path(&back));
    let confirm = Confirmation::of_revocation(Layout::of(&console, &viewer, SECTION), &name, paths);
    Ok(confirm.with_back(&back).response(StatusCode::OK))
}

/// Revokes a user's token.
pub(crate) async fn delete(
    State(console): State<Shared>,
    Path((text, id)): Path<(String, String)>,
    SubmittedForm { viewer, form }: SubmittedForm,
) -> Result<Response, Rejection> {
    let (subject, id) = (subject(&console, &viewer, &text)?, record(&console, &viewer, &id)?);
    let deleted = viewer.counterfoil.delete_personal_access_token_of(&viewer.presenter(), &subject, &id).await;
    deleted.map_err(|error| Rejection::of(&console, &viewer, error))?;
    Ok(redirect(&list_with_notice(&console, &form, &below(&subject), "revoked")))
}
