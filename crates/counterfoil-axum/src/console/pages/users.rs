//! Users, for whoever manages them: found, let in with tokens or not, and their tokens seen and revoked.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use counterfoil::directory::UserView;
use counterfoil::{ManageError, RecordId, Role, SubjectId};
use http::StatusCode;

use super::confirm::Confirm;
use super::rows::TokenRow;
use super::tokens::record;
use super::{PAGE, after};
use crate::console::answer;
use crate::console::filled::Filled;
use crate::console::posted::Posted;
use crate::console::shell::Shell;
use crate::console::state::{Console, Shared};
use crate::console::stop::{Stop, Why, redirect};
use crate::console::visitor::Visitor;
use crate::console::words::Words;
use crate::cursor::List;
use crate::query::Query;

const SECTION: &str = "/users";

#[derive(Template)]
#[template(path = "console/users.html")]
struct Users {
    shell: Shell,
    asked: String,
    rows: Vec<UserRow>,
}

#[derive(Template)]
#[template(path = "console/user.html")]
struct User {
    shell: Shell,
    person: UserRow,
    sees_tokens: bool,
    rows: Vec<TokenRow>,
    next: Option<String>,
}

struct UserRow {
    subject: String,
    path: String,
    name: String,
    role: &'static str,
    allowed: bool,
}

impl UserRow {
    fn new(console: &Console, words: &Words, user: UserView) -> Self {
        let role = match user.role {
            Role::Collaborator => words.role_collaborator,
            Role::Member => words.role_member,
            Role::Administrator => words.role_administrator,
            Role::SuperAdministrator => words.role_super_administrator,
        };
        let (subject, path) = (user.subject.to_string(), path(console, &user.subject));
        Self { subject, path, name: user.name, role, allowed: user.token_login_allowed }
    }
}

/// Where a user's page is. A subject may hold anything, so all of it is escaped but letters and digits.
fn path(console: &Console, subject: &SubjectId) -> String {
    let mut path = console.path("/users/");
    for byte in subject.as_str().bytes() {
        if byte.is_ascii_alphanumeric() {
            path.push(char::from(byte));
        } else {
            path.push_str(&format!("%{byte:02X}"));
        }
    }
    path
}

fn subject(console: &Console, visitor: &Visitor, text: &str) -> Result<SubjectId, Stop> {
    SubjectId::new(text).map_err(|_| Stop::page(console, visitor.language, Why::NotFound))
}

/// Finds users by a part of their name.
pub(crate) async fn find(
    State(console): State<Shared>,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Response, Stop> {
    let words = visitor.language.words();
    let asked = Query::parse(query.as_deref()).one("q").ok().flatten().unwrap_or_default().trim().to_owned();
    let found = console.foil.find_users(&visitor.presenter(), &asked, PAGE).await;
    let found = found.map_err(|error| Stop::of(&console, visitor.language, error))?;
    let rows = found.into_iter().map(|user| UserRow::new(&console, words, user)).collect();
    Ok(answer::page(StatusCode::OK, &Users { shell: Shell::of(&console, &visitor, SECTION), asked, rows }))
}

/// One user, with the user's tokens for administrators.
pub(crate) async fn show(
    State(console): State<Shared>,
    visitor: Visitor,
    Path(text): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Stop> {
    let (by, words, clock) = (visitor.presenter(), visitor.language.words(), visitor.clock(&console));
    let subject = subject(&console, &visitor, &text)?;
    let user = console.foil.user(&by, &subject).await;
    let user = user.map_err(|error| Stop::of(&console, visitor.language, error))?;
    let told = match Query::parse(query.as_deref()).one("told") {
        Ok(Some("revoked")) => Some(words.revoked),
        Ok(Some("allowed")) => Some(words.login_allowed),
        Ok(Some("forbidden")) => Some(words.login_forbidden),
        _ => None,
    };
    let person = UserRow::new(&console, words, user);
    let list = List { name: "tokens of", realm: console.foil.realm().as_str(), owner: subject.as_str() };
    let after = after(query.as_deref(), list, |key| key.parse().ok());
    let (sees_tokens, rows, next) = match console.foil.tokens_of(&by, &subject, after.as_ref(), PAGE).await {
        Ok(found) => {
            let below = format!("{}/tokens", person.path);
            let rows = found.items.iter().map(|listed| TokenRow::new(listed, &clock, &below, false)).collect();
            let next = found.next.map(|next| format!("{}?cursor={}", person.path, list.cursor(&next.to_string())));
            (true, rows, next)
        }
        // Who manages profiles sets the switch, and sees no tokens.
        Err(ManageError::Forbidden(_)) => (false, Vec::new(), None),
        Err(error) => return Err(Stop::of(&console, visitor.language, error)),
    };
    let shell = Shell::of(&console, &visitor, SECTION).telling(told);
    Ok(answer::page(StatusCode::OK, &User { shell, person, sees_tokens, rows, next }))
}

/// Lets a user in with tokens, or stops that.
pub(crate) async fn token_login(
    State(console): State<Shared>,
    Path(text): Path<String>,
    Posted { visitor, form }: Posted,
) -> Result<Response, Stop> {
    let subject = subject(&console, &visitor, &text)?;
    let allowed = match form.one("allowed") {
        "true" => true,
        "false" => false,
        _ => return Err(Stop::page(&console, visitor.language, Why::NotFound)),
    };
    let set = console.foil.set_token_login(&visitor.presenter(), &subject, allowed).await;
    set.map_err(|error| Stop::of(&console, visitor.language, error))?;
    let told = if allowed { "allowed" } else { "forbidden" };
    Ok(redirect(&format!("{}?told={told}", path(&console, &subject))))
}

/// The label of a user's token, among all of them.
async fn label(console: &Console, visitor: &Visitor, subject: &SubjectId, id: &RecordId) -> Result<String, Stop> {
    let (by, mut after) = (visitor.presenter(), None);
    loop {
        let page = console.foil.tokens_of(&by, subject, after.as_ref(), PAGE).await;
        let page = page.map_err(|error| Stop::of(console, visitor.language, error))?;
        if let Some(found) = page.items.into_iter().find(|token| token.id == *id) {
            return Ok(found.label);
        }
        after = page.next;
        if after.is_none() {
            return Err(Stop::page(console, visitor.language, Why::NotFound));
        }
    }
}

/// Asks before a user's token is revoked.
pub(crate) async fn ask_delete(
    State(console): State<Shared>,
    visitor: Visitor,
    Path((text, id)): Path<(String, String)>,
) -> Result<Response, Stop> {
    let (subject, id) = (subject(&console, &visitor, &text)?, record(&console, &visitor, &id)?);
    let label = label(&console, &visitor, &subject, &id).await?;
    let (words, path) = (visitor.language.words(), path(&console, &subject));
    let confirm = Confirm {
        shell: Shell::of(&console, &visitor, SECTION),
        title: words.revoke_token,
        question: words.revoke_token_question,
        name: Some(&label),
        action: format!("{path}/tokens/{id}/delete"),
        cancel: path,
        yes: words.revoke,
        danger: true,
        proof: false,
        overlaps: Vec::new(),
        filled: Filled::default(),
    };
    Ok(confirm.answer(StatusCode::OK))
}

/// Revokes a user's token.
pub(crate) async fn delete(
    State(console): State<Shared>,
    Path((text, id)): Path<(String, String)>,
    Posted { visitor, .. }: Posted,
) -> Result<Response, Stop> {
    let (subject, id) = (subject(&console, &visitor, &text)?, record(&console, &visitor, &id)?);
    let deleted = console.foil.delete_token_of(&visitor.presenter(), &subject, &id).await;
    deleted.map_err(|error| Stop::of(&console, visitor.language, error))?;
    Ok(redirect(&format!("{}?told=revoked", path(&console, &subject))))
}
