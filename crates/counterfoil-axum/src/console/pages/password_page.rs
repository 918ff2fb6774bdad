//! The page that asks for the password before the action of a button is executed. The form of a button has no password
//! field.

use axum::response::Response;
use http::StatusCode;

use super::confirmation::Confirmation;
use crate::console::form::Form;
use crate::console::form_values::FormValues;
use crate::console::layout::Layout;
use crate::console::reauthentication::require_password;
use crate::console::rejection::Rejection;
use crate::console::state::Console;
use crate::console::viewer::Viewer;

/// An action that a button starts.
pub(super) struct ButtonAction<'a> {
    /// The text of the button.
    pub(super) title: &'a str,
    /// The name of the credential, client or account that the action changes.
    pub(super) name: &'a str,
    /// The address to which the form is sent.
    pub(super) action: String,
    /// The address of the cancel link.
    pub(super) cancel: String,
    /// The question on the page of [`confirmation`]. The page of [`reauthenticate`] asks for the password instead.
    pub(super) question: &'a str,
    /// The hidden fields of the button's form.
    pub(super) hidden: Vec<(&'static str, String)>,
}

impl<'a> ButtonAction<'a> {
    fn confirmation(self, layout: Layout, needs_password: bool) -> Confirmation<'a> {
        Confirmation {
            layout,
            title: self.title,
            question: self.question,
            name: Some(self.name),
            action: self.action,
            cancel: self.cancel,
            yes: self.title,
            danger: false,
            needs_password,
            overlaps: Vec::new(),
            hidden: self.hidden,
            values: FormValues::default(),
        }
    }
}

/// Checks the password in the form if the action needs it. Returns `None` if the action may be executed. If the
/// password is missing or wrong, returns the page that asks for it.
pub(super) async fn reauthenticate(
    console: &Console,
    viewer: &mut Viewer,
    form: &Form,
    asked: ButtonAction<'_>,
) -> Result<Option<Response>, Rejection> {
    let Err(form_error) = require_password(console, viewer, form).await? else { return Ok(None) };
    let mut values = FormValues::default();
    // The first request comes from the button and contains no password. This is not an error of the user.
    if form.secret("password").is_some() {
        values = values.with_error("password", form_error.message.text.clone());
    }
    let layout = Layout::of(console, viewer, viewer.section).with_field_errors(&values);
    let question = viewer.language.texts().reauthentication.prove_question;
    let mut confirm = ButtonAction { question, ..asked }.confirmation(layout, true);
    confirm.values = values;
    Ok(Some(form_error.with_retry_after(confirm.response(form_error.status))))
}

/// Makes the page that asks for confirmation of an action. It has a password field if the action needs the password.
pub(super) fn confirmation(console: &Console, viewer: &Viewer, asked: ButtonAction<'_>) -> Response {
    let layout = Layout::of(console, viewer, viewer.section);
    asked.confirmation(layout, viewer.needs_password()).response(StatusCode::OK)
}
