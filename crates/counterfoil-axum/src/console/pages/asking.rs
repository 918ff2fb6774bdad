//! The password for what a button does, on a page of its own: a button has no room for it.

use axum::response::Response;
use http::StatusCode;

use super::confirm::Confirm;
use crate::console::filled::Filled;
use crate::console::form::Form;
use crate::console::proof::demand;
use crate::console::shell::Shell;
use crate::console::state::Console;
use crate::console::stop::Stop;
use crate::console::visitor::Visitor;

/// What a button is about to do.
pub(super) struct Asked<'a> {
    /// What the button says.
    pub(super) title: &'a str,
    /// What it is done to.
    pub(super) name: &'a str,
    /// Where the form goes, and where a change of mind does.
    pub(super) action: String,
    pub(super) cancel: String,
    /// What is asked where the password is not.
    pub(super) question: &'a str,
    /// What the button's form holds.
    pub(super) hidden: Vec<(&'static str, String)>,
}

/// Proves the form's password where that is due; the page that asks for it otherwise.
pub(super) async fn proved(
    console: &Console,
    visitor: &mut Visitor,
    form: &Form,
    asked: Asked<'_>,
) -> Result<Option<Response>, Stop> {
    let Err(wrong) = demand(console, visitor, form).await? else { return Ok(None) };
    let (words, mut filled) = (visitor.language.words(), Filled::default());
    // The button itself brings none: that is no mistake of anybody's.
    if form.secret("password").is_some() {
        filled = filled.wrong("password", wrong.reason.text.clone());
    }
    let confirm = Confirm {
        shell: Shell::of(console, visitor, visitor.section).faulty(&filled),
        title: asked.title,
        question: words.prove_question,
        name: Some(asked.name),
        action: asked.action,
        cancel: asked.cancel,
        yes: asked.title,
        danger: false,
        proof: true,
        overlaps: Vec::new(),
        hidden: asked.hidden,
        filled,
    };
    Ok(Some(wrong.seal(confirm.answer(wrong.status))))
}

/// The page that asks, with a field for the password where that is due.
pub(super) fn asks(console: &Console, visitor: &Visitor, asked: Asked<'_>) -> Response {
    let confirm = Confirm {
        shell: Shell::of(console, visitor, visitor.section),
        title: asked.title,
        question: asked.question,
        name: Some(asked.name),
        action: asked.action,
        cancel: asked.cancel,
        yes: asked.title,
        danger: false,
        proof: visitor.needs_proof(console),
        overlaps: Vec::new(),
        hidden: asked.hidden,
        filled: Filled::default(),
    };
    confirm.answer(StatusCode::OK)
}
