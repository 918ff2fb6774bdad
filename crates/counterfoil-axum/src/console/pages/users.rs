//! Users, for whoever manages them: found, let in with tokens or not, and their tokens seen and revoked.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use counterfoil::directory::UserView;
use counterfoil::operations::Operation;
use counterfoil::{ManageError, Role, SubjectId};
use http::StatusCode;

use super::PAGE;
use super::asking::{Asked, proved};
use super::confirm::{Confirm, back_to};
use super::emptiness::Emptiness;
use super::listing::{Around, Wanted, Whose, came_from, from_here, returned};
use super::people::Names;
use super::rows::TokenRow;
use super::tokens::record;
use crate::console::answer;
use crate::console::filled::Filled;
use crate::console::form::Form;
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
    /// Whether the directory knows more than are shown.
    is_cut: bool,
    /// Whether the policy asks for the switch.
    switch: bool,
}

#[derive(Template)]
#[template(path = "console/user.html")]
struct User {
    shell: Shell,
    person: UserRow,
    /// Whether the policy asks for the switch, and there is an account that has it.
    switch: bool,
    sees_tokens: bool,
    rows: Vec<TokenRow>,
    empty: Option<Emptiness>,
    around: Around,
}

struct UserRow {
    subject: String,
    path: String,
    name: String,
    role: &'static str,
    allowed: bool,
    /// Whether the directory knows the user.
    known: bool,
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
        Self { subject, path, name: user.name, role, allowed: user.token_login_allowed, known: true }
    }

    /// Somebody whom the directory does not know any more, by the id.
    fn left(console: &Console, words: &Words, subject: &SubjectId) -> Self {
        let (subject, path) = (subject.to_string(), path(console, subject));
        Self { name: subject.clone(), subject, path, role: words.not_in_directory, allowed: false, known: false }
    }
}

/// Where a user's page is.
fn path(console: &Console, subject: &SubjectId) -> String {
    console.path(&below(subject))
}

/// The same below the base. A subject may hold anything, so all of it is escaped but letters and digits.
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

fn subject(console: &Console, visitor: &Visitor, text: &str) -> Result<SubjectId, Stop> {
    SubjectId::new(text).map_err(|_| Stop::page(console, visitor, Why::NotFound))
}

/// Finds users by a part of their name.
pub(crate) async fn find(
    State(console): State<Shared>,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Response, Stop> {
    let words = visitor.language.words();
    let asked = Query::parse(query.as_deref()).one("q").ok().flatten().unwrap_or_default().trim().to_owned();
    // One more than is shown tells whether that is all.
    let found = console.counterfoil.find_users(&visitor.presenter(), &asked, PAGE.saturating_add(1)).await;
    let mut found = found.map_err(|error| Stop::of(&console, &visitor, error))?;
    let most = usize::try_from(PAGE.get()).unwrap_or(usize::MAX);
    let is_cut = found.len() > most;
    found.truncate(most);
    let mut rows: Vec<_> = found.into_iter().map(|user| UserRow::new(&console, words, user)).collect();
    if rows.is_empty()
        && let Ok(subject) = SubjectId::new(&asked)
    {
        // What somebody has left behind is found by the id.
        match console.counterfoil.authorize(&visitor.presenter(), Operation::SeeTokensOf(Some(&subject))).await {
            Ok(()) => rows.push(UserRow::left(&console, words, &subject)),
            Err(ManageError::NotFound | ManageError::Forbidden(_)) => {}
            Err(error) => return Err(Stop::of(&console, &visitor, error)),
        }
    }
    let (shell, switch) = (Shell::of(&console, &visitor, SECTION), console.counterfoil.gates().switch);
    Ok(answer::page(StatusCode::OK, &Users { shell, asked, rows, is_cut, switch }))
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
    let user = match console.counterfoil.user(&by, &subject).await {
        Ok(user) => Some(user),
        // The directory does not know the user: what the store has is seen by the id all the same.
        Err(ManageError::NotFound) => None,
        Err(error) => return Err(Stop::of(&console, &visitor, error)),
    };
    let told = match Query::parse(query.as_deref()).one("told") {
        Ok(Some("revoked")) => Some(words.revoked),
        Ok(Some("allowed")) => Some(words.login_allowed),
        Ok(Some("forbidden")) => Some(words.login_forbidden),
        _ => None,
    };
    let person = match user {
        Some(user) => UserRow::new(&console, words, user),
        None => UserRow::left(&console, words, &subject),
    };
    let list = List { name: "tokens of", realm: console.counterfoil.realm().as_str(), owner: subject.as_str() };
    let (wanted, path) = (Wanted::read(query.as_deref()), person.path.clone());
    let (sees_tokens, found, next) = match Whose::Of(&subject).page(&console, &by, &wanted, list).await {
        Ok((found, next)) => (true, found, next),
        // The right to manage profiles sets the switch, and sees no tokens.
        Err(ManageError::Forbidden(_)) if person.known => (false, Vec::new(), None),
        Err(ManageError::Forbidden(_)) => return Err(Stop::page(&console, &visitor, Why::NotFound)),
        Err(error) => return Err(Stop::of(&console, &visitor, error)),
    };
    let (below, back) = (format!("{path}/tokens"), from_here(&visitor));
    let rows: Vec<_> = found.iter().map(|listed| TokenRow::new(listed, &clock, &below, false, &back)).collect();
    let shell = Shell::of(&console, &visitor, SECTION).telling(told);
    let switch = person.known && console.counterfoil.gates().switch;
    let around = wanted.view(words, path, next, true);
    let empty = Emptiness::of(words, rows.len(), &around, words.no_tokens_of);
    Ok(answer::page(StatusCode::OK, &User { shell, person, switch, sees_tokens, rows, empty, around }))
}

/// Lets a user in with tokens, or stops that.
pub(crate) async fn token_login(
    State(console): State<Shared>,
    Path(text): Path<String>,
    Posted { mut visitor, form }: Posted,
) -> Response {
    let answer = switched(&console, &mut visitor, &text, &form).await;
    visitor.seal(answer.into_response())
}

async fn switched(console: &Console, visitor: &mut Visitor, text: &str, form: &Form) -> Result<Response, Stop> {
    let subject = subject(console, visitor, text)?;
    let allowed = match form.one("allowed") {
        "true" => true,
        "false" => false,
        _ => return Err(Stop::page(console, visitor, Why::NotFound)),
    };
    let path = path(console, &subject);
    // It opens a gate; closing it takes rights away.
    if allowed && console.counterfoil.gates().switch {
        let (words, name) = (visitor.language.words(), called(console, visitor, &subject).await?);
        let asked = Asked {
            title: words.allow,
            question: words.prove_question,
            name: &name,
            action: format!("{path}/token-login"),
            cancel: path.clone(),
            hidden: vec![("allowed", "true".to_owned())],
        };
        if let Some(asks) = proved(console, visitor, form, asked).await? {
            return Ok(asks);
        }
    }
    let set = console.counterfoil.set_token_login(&visitor.presenter(), &subject, allowed).await;
    set.map_err(|error| Stop::of(console, visitor, error))?;
    let told = if allowed { "allowed" } else { "forbidden" };
    Ok(redirect(&format!("{path}?told={told}")))
}

/// What a user is called.
async fn called(console: &Console, visitor: &Visitor, subject: &SubjectId) -> Result<String, Stop> {
    Ok(Names::of(console, visitor, vec![subject]).await?.name(subject.as_str()))
}

/// Asks before a user's token is revoked.
pub(crate) async fn ask_delete(
    State(console): State<Shared>,
    visitor: Visitor,
    Path((text, id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Stop> {
    let (subject, id) = (subject(&console, &visitor, &text)?, record(&console, &visitor, &id)?);
    let found = console.counterfoil.token_of(&visitor.presenter(), &subject, &id).await;
    let found = found.map_err(|error| Stop::of(&console, &visitor, error))?;
    let name = format!("{} · {}", called(&console, &visitor, &subject).await?, found.label);
    let (words, back) = (visitor.language.words(), came_from(query.as_deref(), &below(&subject)));
    let confirm = Confirm {
        shell: Shell::of(&console, &visitor, SECTION),
        title: words.revoke_token,
        question: words.revoke_token_question,
        name: Some(&name),
        action: format!("{}/tokens/{id}/delete", path(&console, &subject)),
        cancel: console.path(&back),
        yes: words.revoke,
        danger: true,
        proof: false,
        overlaps: Vec::new(),
        hidden: vec![back_to(&back)],
        filled: Filled::default(),
    };
    Ok(confirm.answer(StatusCode::OK))
}

/// Revokes a user's token.
pub(crate) async fn delete(
    State(console): State<Shared>,
    Path((text, id)): Path<(String, String)>,
    Posted { visitor, form }: Posted,
) -> Result<Response, Stop> {
    let (subject, id) = (subject(&console, &visitor, &text)?, record(&console, &visitor, &id)?);
    let deleted = console.counterfoil.delete_token_of(&visitor.presenter(), &subject, &id).await;
    deleted.map_err(|error| Stop::of(&console, &visitor, error))?;
    Ok(redirect(&returned(&console, &form, &below(&subject), "revoked")))
}
