//! The buttons in the row of a security code. They make the code permanent, restart its lifetime, or reactivate it.

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use counterfoil::types::RecordId;

use super::SECTION;
use super::edit::find;
use crate::console::form::Form;
use crate::console::pages::confirmation::back_field;
use crate::console::pages::list::{back, back_from_query, list_with_notice};
use crate::console::pages::password_page::{ButtonAction, confirmation, reauthenticate};
use crate::console::pages::personal_access_tokens::record;
use crate::console::pages::table_rows::code_name;
use crate::console::rejection::Rejection;
use crate::console::response::redirect;
use crate::console::state::{Console, Shared};
use crate::console::submitted_form::SubmittedForm;
use crate::console::text::Texts;
use crate::console::viewer::Viewer;

/// A button in the row of a security code.
#[derive(Clone, Copy)]
enum Button {
    MakePermanent,
    Reset,
    Reactivate,
}

impl Button {
    /// Returns the last segment of the path to which the button's form is sent.
    const fn path(self) -> &'static str {
        match self {
            Self::MakePermanent => "make-permanent",
            Self::Reset => "reset",
            Self::Reactivate => "reactivate",
        }
    }

    /// Returns the text of the button.
    const fn name(self, texts: &Texts) -> &'static str {
        match self {
            Self::MakePermanent => texts.codes.make_permanent,
            Self::Reset => texts.codes.reset,
            Self::Reactivate => texts.codes.reactivate,
        }
    }

    /// Returns the question of the confirmation page.
    const fn question(self, texts: &Texts) -> &'static str {
        match self {
            Self::MakePermanent => texts.codes.make_permanent_question,
            Self::Reset => texts.codes.reset_question,
            Self::Reactivate => texts.codes.reactivate_question,
        }
    }

    /// Shows the page that asks for confirmation.
    async fn ask(
        self,
        console: &Console,
        viewer: &Viewer,
        id: &str,
        query: Option<&str>,
    ) -> Result<Response, Rejection> {
        let id = record(console, viewer, id)?;
        let name = code_name(&find(console, viewer, &id).await?);
        Ok(confirmation(console, viewer, self.asked(console, viewer, &id, &name, &back_from_query(query, SECTION))))
    }

    fn asked<'a>(
        self,
        console: &Console,
        viewer: &Viewer,
        id: &RecordId,
        name: &'a str,
        back: &str,
    ) -> ButtonAction<'a> {
        let texts = viewer.language.texts();
        ButtonAction {
            title: self.name(texts),
            question: self.question(texts),
            name,
            action: console.path(&format!("{SECTION}/{id}/{}", self.path())),
            cancel: console.path(back),
            hidden: vec![back_field(back)],
        }
    }

    async fn press(self, console: &Console, viewer: &mut Viewer, id: &str, form: &Form) -> Result<Response, Rejection> {
        let id = record(console, viewer, id)?;
        if viewer.is_stale()
            && let Some(confirmation) = self.prove(console, viewer, &id, form).await?
        {
            return Ok(confirmation);
        }
        let (by, counterfoil) = (viewer.presenter(), &viewer.counterfoil);
        let (changed, notice) = match self {
            Self::MakePermanent => (counterfoil.make_security_code_permanent(&by, &id).await, "permanent"),
            Self::Reset => (counterfoil.reset_security_code(&by, &id).await, "reset"),
            Self::Reactivate => (counterfoil.reactivate_security_code(&by, &id).await, "reactivated"),
        };
        changed.map_err(|error| Rejection::of(console, viewer, error))?;
        Ok(redirect(&list_with_notice(console, form, SECTION, notice)))
    }

    async fn prove(
        self,
        console: &Console,
        viewer: &mut Viewer,
        id: &RecordId,
        form: &Form,
    ) -> Result<Option<Response>, Rejection> {
        let name = code_name(&find(console, viewer, id).await?);
        let asked = self.asked(console, viewer, id, &name, &back(Some(form.one("back")), SECTION));
        reauthenticate(console, viewer, form, asked).await
    }
}

/// Shows the page that asks for confirmation before an active code is made permanent.
pub(crate) async fn ask_make_permanent(
    State(console): State<Shared>,
    viewer: Viewer,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    Button::MakePermanent.ask(&console, &viewer, &id, query.as_deref()).await
}

/// Shows the page that asks for confirmation before the lifetime of an active code is restarted.
pub(crate) async fn ask_reset(
    State(console): State<Shared>,
    viewer: Viewer,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    Button::Reset.ask(&console, &viewer, &id, query.as_deref()).await
}

/// Shows the page that asks for confirmation before an expired code is reactivated.
pub(crate) async fn ask_reactivate(
    State(console): State<Shared>,
    viewer: Viewer,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    Button::Reactivate.ask(&console, &viewer, &id, query.as_deref()).await
}

pub(crate) async fn make_permanent(
    State(console): State<Shared>,
    Path(id): Path<String>,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let response = Button::MakePermanent.press(&console, &mut viewer, &id, &form).await;
    viewer.with_new_cookies(response.into_response())
}

pub(crate) async fn reset(
    State(console): State<Shared>,
    Path(id): Path<String>,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let response = Button::Reset.press(&console, &mut viewer, &id, &form).await;
    viewer.with_new_cookies(response.into_response())
}

pub(crate) async fn reactivate(
    State(console): State<Shared>,
    Path(id): Path<String>,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let response = Button::Reactivate.press(&console, &mut viewer, &id, &form).await;
    viewer.with_new_cookies(response.into_response())
}
