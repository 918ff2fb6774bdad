//! Security codes, for super administrators.

pub(crate) mod edit;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use counterfoil::CredentialView;
use counterfoil::operations::{NewAccess, NewSecurityCode};
use counterfoil::store::Access;
use counterfoil::types::RecordId;
use http::StatusCode;

use self::edit::{find, with_lf};
use crate::console::form::Form;
use crate::console::form_error::FormError;
use crate::console::form_number;
use crate::console::form_values::FormValues;
use crate::console::layout::Layout;
use crate::console::pages::account_names::AccountNames;
use crate::console::pages::confirmation::{Confirmation, back_field};
use crate::console::pages::empty_list::EmptyList;
use crate::console::pages::list::{
    CredentialList, ListControls, ListQuery, back, back_from_query, back_to_here, list_with_notice,
};
use crate::console::pages::password_page::{ButtonAction, confirmation, reauthenticate};
use crate::console::pages::personal_access_tokens::record;
use crate::console::pages::secret_page;
use crate::console::pages::table_rows::{CodeRow, code_name};
use crate::console::reauthentication::require_password;
use crate::console::rejection::Rejection;
use crate::console::response;
use crate::console::response::redirect;
use crate::console::state::{Console, Shared};
use crate::console::submitted_form::{SubmittedForm, form_error_of};
use crate::console::text::Texts;
use crate::console::viewer::Viewer;
use crate::cursor::List;
use crate::query::Query;

const SECTION: &str = "/codes";

#[derive(Template)]
#[template(path = "console/security_codes.html")]
struct Codes {
    layout: Layout,
    values: FormValues,
    needs_password: bool,
    form_number: String,
    rows: Vec<CodeRow>,
    empty: Option<EmptyList>,
    controls: ListControls,
    /// The link back to this page, encoded for a query.
    back: String,
}

/// Shows the list, with expired codes, and the form for a new code.
pub(crate) async fn list(
    State(console): State<Shared>,
    viewer: Viewer,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let texts = viewer.language.texts();
    let notice = match Query::parse(query.as_deref()).one("notice") {
        Ok(Some("deleted")) => Some(texts.deleted),
        Ok(Some("saved")) => Some(texts.saved),
        Ok(Some("unchanged")) => Some(texts.unchanged),
        Ok(Some("permanent")) => Some(texts.made_permanent),
        Ok(Some("reset")) => Some(texts.copied_reset),
        Ok(Some("reactivated")) => Some(texts.reactivated),
        _ => None,
    };
    let values = FormValues::from_query(query.as_deref(), &FIELDS);
    let layout = Layout::of(&console, &viewer, SECTION).with_notice(notice).with_prefilled(&values);
    show(&console, &viewer, layout, values, StatusCode::OK, query.as_deref()).await
}

async fn show(
    console: &Console,
    viewer: &Viewer,
    layout: Layout,
    values: FormValues,
    status: StatusCode,
    query: Option<&str>,
) -> Result<Response, Rejection> {
    let (below, clock, list_query) = (console.path(SECTION), viewer.clock(console), ListQuery::read(query));
    let list = List { name: "codes, expired ones too", realm: console.counterfoil.realm().as_str(), owner: "" };
    let found = CredentialList::Codes.page(console, &viewer.presenter(), &list_query, list).await;
    let (found, next) = found.map_err(|error| Rejection::of(console, viewer, error))?;
    let names = names(console, viewer, &found).await?;
    let rows: Vec<_> = found.iter().map(|code| CodeRow::new(code, &clock, &below, |of| names.name(of))).collect();
    let texts = viewer.language.texts();
    let controls = list_query.controls(texts, below, next, true);
    let empty = EmptyList::of(texts, rows.len(), &controls, texts.no_codes);
    let (needs_password, form_number) = (viewer.needs_password(console), form_number::draw(console, viewer)?);
    Ok(response::page(
        status,
        &Codes { layout, values, needs_password, form_number, rows, empty, controls, back: back_to_here(viewer) },
    ))
}

/// The names of the accounts that codes act as, and of the accounts that created them.
async fn names(console: &Console, viewer: &Viewer, codes: &[CredentialView]) -> Result<AccountNames, Rejection> {
    let acts_as = codes.iter().filter_map(|code| match &code.access {
        Some(Access::SameAsUser(subject)) => Some(subject),
        _ => None,
    });
    let makers = codes.iter().filter_map(|code| code.created_by.as_ref());
    AccountNames::of(console, viewer, acts_as.chain(makers).collect()).await
}

/// Creates a code and shows its text once.
pub(crate) async fn create(
    State(console): State<Shared>,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let response = create_or_show_form(&console, &mut viewer, &form).await;
    viewer.with_new_cookies(response.into_response())
}

const FIELDS: [&str; 3] = ["access", "user", "description"];

async fn create_or_show_form(console: &Console, viewer: &mut Viewer, form: &Form) -> Result<Response, Rejection> {
    match try_create(console, viewer, form).await? {
        Ok(response) => Ok(response),
        Err(form_error) => {
            let (layout, values) = (Layout::of(console, viewer, SECTION), FormValues::new(form.values_of(&FIELDS)));
            let fields = ["access", "user", "description", "password"];
            let (layout, values) = form_error.place(layout, values, &fields);
            Ok(form_error.with_retry_after(show(console, viewer, layout, values, form_error.status, None).await?))
        }
    }
}

async fn try_create(
    console: &Console,
    viewer: &mut Viewer,
    form: &Form,
) -> Result<Result<Response, FormError>, Rejection> {
    if let Err(field) = form.check(&FIELDS, &[]) {
        return Ok(Err(FormError::invalid_field(viewer, field)));
    }
    if let Err(form_error) = require_password(console, viewer, form).await? {
        return Ok(Err(form_error));
    }
    let key = match form_number::key(viewer, form) {
        Ok(key) => key,
        Err(form_error) => return Ok(Err(form_error)),
    };
    // A form sends empty fields too. They count as missing.
    let given = |name| Some(form.one(name).trim()).filter(|text| !text.is_empty());
    let access = match NewAccess::parse(form.one("access"), given("user")) {
        Ok(access) => access,
        Err(invalid) => return form_error_of(console, viewer, invalid.into()).map(Err),
    };
    let description = given("description").map(with_lf);
    let new = NewSecurityCode::new(access).with_description(description.as_deref());
    match console.counterfoil.once(key).create_security_code(&viewer.presenter(), &new).await {
        Ok(issued) => {
            let layout = Layout::of(console, viewer, SECTION);
            let (caption, done) = (viewer.language.texts().code_caption, console.path(SECTION));
            Ok(Ok(secret_page::token(layout, &issued.token, caption, issued.view.description.as_deref(), &done)))
        }
        Err(error) => form_error_of(console, viewer, error).map(Err),
    }
}

/// The action of a row's button.
#[derive(Clone, Copy)]
enum Button {
    MakePermanent,
    Reset,
    Reactivate,
}

impl Button {
    /// The last segment of the action's path.
    const fn path(self) -> &'static str {
        match self {
            Self::MakePermanent => "make-permanent",
            Self::Reset => "reset",
            Self::Reactivate => "reactivate",
        }
    }

    /// The button's text.
    const fn name(self, texts: &Texts) -> &'static str {
        match self {
            Self::MakePermanent => texts.make_permanent,
            Self::Reset => texts.reset,
            Self::Reactivate => texts.reactivate,
        }
    }

    /// The question of the confirmation page.
    const fn question(self, texts: &Texts) -> &'static str {
        match self {
            Self::MakePermanent => texts.make_permanent_question,
            Self::Reset => texts.reset_question,
            Self::Reactivate => texts.reactivate_question,
        }
    }

    /// Asks for confirmation.
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
        if viewer.needs_password(console)
            && let Some(confirmation) = self.prove(console, viewer, &id, form).await?
        {
            return Ok(confirmation);
        }
        let (by, counterfoil) = (viewer.presenter(), &console.counterfoil);
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

/// Asks for confirmation before making an active code permanent.
pub(crate) async fn ask_make_permanent(
    State(console): State<Shared>,
    viewer: Viewer,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    Button::MakePermanent.ask(&console, &viewer, &id, query.as_deref()).await
}

/// Asks for confirmation before restarting an active code's lifetime.
pub(crate) async fn ask_reset(
    State(console): State<Shared>,
    viewer: Viewer,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    Button::Reset.ask(&console, &viewer, &id, query.as_deref()).await
}

/// Asks for confirmation before reactivating an expired code.
pub(crate) async fn ask_reactivate(
    State(console): State<Shared>,
    viewer: Viewer,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    Button::Reactivate.ask(&console, &viewer, &id, query.as_deref()).await
}

/// Makes an active code permanent.
pub(crate) async fn make_permanent(
    State(console): State<Shared>,
    Path(id): Path<String>,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let response = Button::MakePermanent.press(&console, &mut viewer, &id, &form).await;
    viewer.with_new_cookies(response.into_response())
}

/// Restarts an active code's lifetime.
pub(crate) async fn reset(
    State(console): State<Shared>,
    Path(id): Path<String>,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let response = Button::Reset.press(&console, &mut viewer, &id, &form).await;
    viewer.with_new_cookies(response.into_response())
}

/// Reactivates an expired code.
pub(crate) async fn reactivate(
    State(console): State<Shared>,
    Path(id): Path<String>,
    SubmittedForm { mut viewer, form }: SubmittedForm,
) -> Response {
    let response = Button::Reactivate.press(&console, &mut viewer, &id, &form).await;
    viewer.with_new_cookies(response.into_response())
}

/// Asks for confirmation before deleting a code.
pub(crate) async fn ask_delete(
    State(console): State<Shared>,
    viewer: Viewer,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let (id, texts) = (record(&console, &viewer, &id)?, viewer.language.texts());
    let (name, back) = (code_name(&find(&console, &viewer, &id).await?), back_from_query(query.as_deref(), SECTION));
    let confirm = Confirmation {
        layout: Layout::of(&console, &viewer, SECTION),
        title: texts.delete_code,
        question: texts.delete_code_question,
        name: Some(&name),
        action: console.path(&format!("{SECTION}/{id}/delete")),
        cancel: console.path(&back),
        yes: texts.delete,
        danger: true,
        needs_password: false,
        overlaps: Vec::new(),
        hidden: vec![back_field(&back)],
        values: FormValues::default(),
    };
    Ok(confirm.response(StatusCode::OK))
}

/// Deletes a code.
pub(crate) async fn delete(
    State(console): State<Shared>,
    Path(id): Path<String>,
    SubmittedForm { viewer, form }: SubmittedForm,
) -> Result<Response, Rejection> {
    let id = record(&console, &viewer, &id)?;
    let deleted = console.counterfoil.delete_security_code(&viewer.presenter(), &id).await;
    deleted.map_err(|error| Rejection::of(&console, &viewer, error))?;
    Ok(redirect(&list_with_notice(&console, &form, SECTION, "deleted")))
}
