//! What the page of a user shows besides the personal access tokens: sign-ins, security codes, and the service accounts
//! that the user made.

use counterfoil::operations::CredentialFilter;
use counterfoil::types::TokenKind;
use counterfoil::{ManageError, SubjectId};

use super::list::ListQuery;
use super::revocation::{MadeAccount, made_accounts};
use super::sign_in_row::SignInRow;
use super::table_rows::CodeRow;
use super::{PAGE_SIZE, user_sign_ins};
use crate::console::rejection::Rejection;
use crate::console::state::Console;
use crate::console::viewer::Viewer;

/// What the page of a user shows besides the personal access tokens.
#[derive(Default)]
pub(super) struct UserCredentials {
    /// The first page of the list of the open sign-ins and sessions of the user.
    pub(super) sign_ins: Vec<SignInRow>,
    /// Whether the user has further sign-ins, which another page lists.
    pub(super) has_more_sign_ins: bool,
    /// The first page of the security codes that the user made or that act as the user. Empty if the viewer may not
    /// list codes.
    pub(super) codes: Vec<CodeRow>,
    /// The path of the page that lists all these codes. `None` if `codes` contains all of them.
    pub(super) all_codes: Option<String>,
    pub(super) accounts: Vec<MadeAccount>,
}

impl UserCredentials {
    /// Reads the sign-ins, the security codes and the service accounts of a user. Only administrators have the rights
    /// for this.
    pub(super) async fn of(console: &Console, viewer: &Viewer, subject: &SubjectId) -> Result<Self, Rejection> {
        let found = user_sign_ins::rows(console, viewer, subject, &ListQuery::read(None)).await;
        let (sign_ins, more) = found.map_err(|error| Rejection::of(console, viewer, error))?;
        let (codes, all_codes) = codes(console, viewer, subject).await?;
        let accounts = made_accounts(console, viewer, subject).await?;
        Ok(Self { sign_ins, has_more_sign_ins: more.is_some(), codes, all_codes, accounts })
    }
}

/// Returns the first security codes that a user made or that act as the user. If there are further ones, also returns
/// the path of the page of the inventory that lists all of them. Returns no codes if the viewer may not list codes.
async fn codes(
    console: &Console,
    viewer: &Viewer,
    subject: &SubjectId,
) -> Result<(Vec<CodeRow>, Option<String>), Rejection> {
    let kind = TokenKind::SecurityCode;
    let filter = CredentialFilter::default().with_kind(Some(kind)).with_owner(Some(subject.clone()));
    let page = match viewer.counterfoil.list_credentials(&viewer.presenter(), &filter, None, PAGE_SIZE).await {
        Ok(page) => page,
        Err(ManageError::Forbidden(_)) => return Ok((Vec::new(), None)),
        Err(error) => return Err(Rejection::of(console, viewer, error)),
    };
    let (clock, below) = (viewer.clock(), console.path("/codes"));
    let rows = page.items.iter().map(|code| CodeRow::new(code, &clock, &below, str::to_owned)).collect();
    let all = page.next.map(|_| {
        let owner: String = form_urlencoded::byte_serialize(subject.as_str().as_bytes()).collect();
        console.path(&format!("/credentials?kind={}&owner={owner}", kind.as_str()))
    });
    Ok((rows, all))
}
