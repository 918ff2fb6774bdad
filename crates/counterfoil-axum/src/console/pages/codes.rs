//! Security codes, for super administrators.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use counterfoil::CredentialView;
use counterfoil::operations::{NewAccess, NewSecurityCode};
use counterfoil::store::Access;
use counterfoil::types::RecordId;
use http::StatusCode;

use super::asking::{Asked, asks, proved};
use super::code_edit::{find, lines};
use super::confirm::{Confirm, back_to};
use super::emptiness::Emptiness;
use super::listing::{Around, Wanted, Whose, back, came_from, from_here, returned};
use super::people::Names;
use super::rows::{CodeRow, called};
use super::secret;
use super::tokens::record;
use crate::console::answer;
use crate::console::filled::Filled;
use crate::console::form::Form;
use crate::console::once;
use crate::console::posted::{Posted, Wrong, wrong};
use crate::console::proof::demand;
use crate::console::shell::Shell;
use crate::console::state::{Console, Shared};
use crate::console::stop::{Stop, redirect};
use crate::console::visitor::Visitor;
use crate::console::words::Words;
use crate::cursor::List;
use crate::query::Query;

const SECTION: &str = "/codes";

#[derive(Template)]
#[template(path = "console/codes.html")]
struct Codes {
    shell: Shell,
    filled: Filled,
    proof: bool,
    once: String,
    rows: Vec<CodeRow>,
    empty: Option<Emptiness>,
    around: Around,
    /// Leads back to the page that is shown: for links.
    back: String,
}

/// The list, expired ones too, with the form that makes one.
pub(crate) async fn list(
    State(console): State<Shared>,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Response, Stop> {
    let words = visitor.language.words();
    let told = match Query::parse(query.as_deref()).one("told") {
        Ok(Some("deleted")) => Some(words.deleted),
        Ok(Some("saved")) => Some(words.saved),
        Ok(Some("unchanged")) => Some(words.unchanged),
        Ok(Some("permanent")) => Some(words.made_permanent),
        Ok(Some("reset")) => Some(words.copied_reset),
        Ok(Some("reactivated")) => Some(words.reactivated),
        _ => None,
    };
    let filled = Filled::asked(query.as_deref(), &FIELDS);
    let shell = Shell::of(&console, &visitor, SECTION).telling(told).proposing(&filled);
    show(&console, &visitor, shell, filled, StatusCode::OK, query.as_deref()).await
}

async fn show(
    console: &Console,
    visitor: &Visitor,
    shell: Shell,
    filled: Filled,
    status: StatusCode,
    query: Option<&str>,
) -> Result<Response, Stop> {
    let (below, clock, wanted) = (console.path(SECTION), visitor.clock(console), Wanted::read(query));
    let list = List { name: "codes, expired ones too", realm: console.counterfoil.realm().as_str(), owner: "" };
    let found = Whose::Codes.page(console, &visitor.presenter(), &wanted, list).await;
    let (found, next) = found.map_err(|error| Stop::of(console, visitor, error))?;
    let names = names(console, visitor, &found).await?;
    let rows: Vec<_> = found.iter().map(|code| CodeRow::new(code, &clock, &below, |of| names.name(of))).collect();
    let words = visitor.language.words();
    let around = wanted.view(words, below, next, true);
    let empty = Emptiness::of(words, rows.len(), &around, words.no_codes);
    let (proof, once) = (visitor.needs_proof(console), once::number(console, visitor)?);
    Ok(answer::page(status, &Codes { shell, filled, proof, once, rows, empty, around, back: from_here(visitor) }))
}

/// What those are called whom codes act as, and who made them.
async fn names(console: &Console, visitor: &Visitor, codes: &[CredentialView]) -> Result<Names, Stop> {
    let acts_as = codes.iter().filter_map(|code| match &code.access {
        Some(Access::SameAsUser(subject)) => Some(subject),
        _ => None,
    });
    let makers = codes.iter().filter_map(|code| code.created_by.as_ref());
    Names::of(console, visitor, acts_as.chain(makers).collect()).await
}

/// Makes one, and shows its text once.
pub(crate) async fn create(State(console): State<Shared>, Posted { mut visitor, form }: Posted) -> Response {
    let answer = created(&console, &mut visitor, &form).await;
    visitor.seal(answer.into_response())
}

const FIELDS: [&str; 3] = ["access", "user", "description"];

async fn created(console: &Console, visitor: &mut Visitor, form: &Form) -> Result<Response, Stop> {
    match made(console, visitor, form).await? {
        Ok(response) => Ok(response),
        Err(wrong) => {
            let (shell, filled) = (Shell::of(console, visitor, SECTION), Filled::with(form.shown_again(&FIELDS)));
            let fields = ["access", "user", "description", "password"];
            let (shell, filled) = wrong.place(shell, filled, &fields);
            Ok(wrong.seal(show(console, visitor, shell, filled, wrong.status, None).await?))
        }
    }
}

async fn made(console: &Console, visitor: &mut Visitor, form: &Form) -> Result<Result<Response, Wrong>, Stop> {
    if let Err(field) = form.check(&FIELDS, &[]) {
        return Ok(Err(Wrong::refused(visitor, field)));
    }
    if let Err(wrong) = demand(console, visitor, form).await? {
        return Ok(Err(wrong));
    }
    let key = match once::key(visitor, form) {
        Ok(key) => key,
        Err(wrong) => return Ok(Err(wrong)),
    };
    // A form sends each of its fields: one that was left empty is as if it were not there.
    let given = |name| Some(form.one(name).trim()).filter(|text| !text.is_empty());
    let access = match NewAccess::parse(form.one("access"), given("user")) {
        Ok(access) => access,
        Err(invalid) => return wrong(console, visitor, invalid.into()).map(Err),
    };
    let description = given("description").map(lines);
    let new = NewSecurityCode { access, description: description.as_deref() };
    match console.counterfoil.once(key).create_security_code(&visitor.presenter(), &new).await {
        Ok(issued) => {
            let shell = Shell::of(console, visitor, SECTION);
            let (caption, done) = (visitor.language.words().code_caption, console.path(SECTION));
            Ok(Ok(secret::token(shell, &issued.token, caption, issued.listed.description.as_deref(), &done)))
        }
        Err(error) => wrong(console, visitor, error).map(Err),
    }
}

/// What a button of a row does.
#[derive(Clone, Copy)]
enum Button {
    MakePermanent,
    Reset,
    Reactivate,
}

impl Button {
    /// The end of its path.
    const fn path(self) -> &'static str {
        match self {
            Self::MakePermanent => "make-permanent",
            Self::Reset => "reset",
            Self::Reactivate => "reactivate",
        }
    }

    /// What it says.
    const fn name(self, words: &Words) -> &'static str {
        match self {
            Self::MakePermanent => words.make_permanent,
            Self::Reset => words.reset,
            Self::Reactivate => words.reactivate,
        }
    }

    /// What it means, for the page that asks.
    const fn question(self, words: &Words) -> &'static str {
        match self {
            Self::MakePermanent => words.make_permanent_question,
            Self::Reset => words.reset_question,
            Self::Reactivate => words.reactivate_question,
        }
    }

    /// Asks before a code lives longer.
    async fn ask(self, console: &Console, visitor: &Visitor, id: &str, query: Option<&str>) -> Result<Response, Stop> {
        let id = record(console, visitor, id)?;
        let name = called(&find(console, visitor, &id).await?);
        Ok(asks(console, visitor, self.asked(console, visitor, &id, &name, &came_from(query, SECTION))))
    }

    fn asked<'a>(self, console: &Console, visitor: &Visitor, id: &RecordId, name: &'a str, back: &str) -> Asked<'a> {
        let words = visitor.language.words();
        Asked {
            title: self.name(words),
            question: self.question(words),
            name,
            action: console.path(&format!("{SECTION}/{id}/{}", self.path())),
            cancel: console.path(back),
            hidden: vec![back_to(back)],
        }
    }

    async fn press(self, console: &Console, visitor: &mut Visitor, id: &str, form: &Form) -> Result<Response, Stop> {
        let id = record(console, visitor, id)?;
        if visitor.needs_proof(console)
            && let Some(asks) = self.prove(console, visitor, &id, form).await?
        {
            return Ok(asks);
        }
        let (by, counterfoil) = (visitor.presenter(), &console.counterfoil);
        let (changed, told) = match self {
            Self::MakePermanent => (counterfoil.make_security_code_permanent(&by, &id).await, "permanent"),
            Self::Reset => (counterfoil.reset_security_code(&by, &id).await, "reset"),
            Self::Reactivate => (counterfoil.reactivate_security_code(&by, &id).await, "reactivated"),
        };
        changed.map_err(|error| Stop::of(console, visitor, error))?;
        Ok(redirect(&returned(console, form, SECTION, told)))
    }

    async fn prove(
        self,
        console: &Console,
        visitor: &mut Visitor,
        id: &RecordId,
        form: &Form,
    ) -> Result<Option<Response>, Stop> {
        let name = called(&find(console, visitor, id).await?);
        let asked = self.asked(console, visitor, id, &name, &back(Some(form.one("back")), SECTION));
        proved(console, visitor, form, asked).await
    }
}

/// Asks before a live one is made permanent.
pub(crate) async fn ask_make_permanent(
    State(console): State<Shared>,
    visitor: Visitor,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Stop> {
    Button::MakePermanent.ask(&console, &visitor, &id, query.as_deref()).await
}

/// Asks before a live one is given the default life from now.
pub(crate) async fn ask_reset(
    State(console): State<Shared>,
    visitor: Visitor,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Stop> {
    Button::Reset.ask(&console, &visitor, &id, query.as_deref()).await
}

/// Asks before an expired one is brought back.
pub(crate) async fn ask_reactivate(
    State(console): State<Shared>,
    visitor: Visitor,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Stop> {
    Button::Reactivate.ask(&console, &visitor, &id, query.as_deref()).await
}

/// Makes a live one permanent.
pub(crate) async fn make_permanent(
    State(console): State<Shared>,
    Path(id): Path<String>,
    Posted { mut visitor, form }: Posted,
) -> Response {
    let answer = Button::MakePermanent.press(&console, &mut visitor, &id, &form).await;
    visitor.seal(answer.into_response())
}

/// Gives a live one the default life from now.
pub(crate) async fn reset(
    State(console): State<Shared>,
    Path(id): Path<String>,
    Posted { mut visitor, form }: Posted,
) -> Response {
    let answer = Button::Reset.press(&console, &mut visitor, &id, &form).await;
    visitor.seal(answer.into_response())
}

/// Brings an expired one back.
pub(crate) async fn reactivate(
    State(console): State<Shared>,
    Path(id): Path<String>,
    Posted { mut visitor, form }: Posted,
) -> Response {
    let answer = Button::Reactivate.press(&console, &mut visitor, &id, &form).await;
    visitor.seal(answer.into_response())
}

/// Asks before one is deleted.
pub(crate) async fn ask_delete(
    State(console): State<Shared>,
    visitor: Visitor,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Stop> {
    let (id, words) = (record(&console, &visitor, &id)?, visitor.language.words());
    let (name, back) = (called(&find(&console, &visitor, &id).await?), came_from(query.as_deref(), SECTION));
    let confirm = Confirm {
        shell: Shell::of(&console, &visitor, SECTION),
        title: words.delete_code,
        question: words.delete_code_question,
        name: Some(&name),
        action: console.path(&format!("{SECTION}/{id}/delete")),
        cancel: console.path(&back),
        yes: words.delete,
        danger: true,
        proof: false,
        overlaps: Vec::new(),
        hidden: vec![back_to(&back)],
        filled: Filled::default(),
    };
    Ok(confirm.answer(StatusCode::OK))
}

/// Deletes one.
pub(crate) async fn delete(
    State(console): State<Shared>,
    Path(id): Path<String>,
    Posted { visitor, form }: Posted,
) -> Result<Response, Stop> {
    let id = record(&console, &visitor, &id)?;
    let deleted = console.counterfoil.delete_security_code(&visitor.presenter(), &id).await;
    deleted.map_err(|error| Stop::of(&console, &visitor, error))?;
    Ok(redirect(&returned(&console, &form, SECTION, "deleted")))
}
