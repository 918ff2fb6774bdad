//! Sessions of the console: opened with a password or by the host, verified, proved anew, ended.
//!
//! A session is a record alone in a family. It is no bearer token: nothing but [`verify::verify`] takes its text.

pub(crate) mod end;
pub(crate) mod open;
pub(crate) mod verify;

use crate::desk::Desk;
use crate::instruments::principal::Principal;
use crate::words::account::Account;
use crate::words::ids::RecordId;
use crate::words::kind::TokenKind;
use crate::words::source::SourceName;
use crate::words::time::{Span, Ts};

/// For how long an expired session is still told from an unknown one.
const AFTERLIFE: Span = Span::days(1);

/// Who is signed in by a session.
fn principal(
    desk: &Desk,
    account: Account,
    credential: RecordId,
    (expires_at, authenticated_at): (Ts, Ts),
    source: Option<&SourceName>,
) -> Principal {
    let (role, manages_profiles) = (account.role(), account.manages_profiles());
    let (subject, name) = account.into_identity();
    Principal {
        realm: desk.realm.clone(),
        subject,
        name,
        role,
        manages_profiles,
        kind: TokenKind::ConsoleSession,
        credential,
        label: None,
        scope: None,
        expires_at: Some(expires_at),
        actor: None,
        authenticated_at: Some(authenticated_at),
        source: source.cloned(),
    }
}
