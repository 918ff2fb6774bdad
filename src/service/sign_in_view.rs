//! Views of sign-ins and console sessions, for their owners and for administrators.

use crate::service::view::Status;
use crate::types::client::ClientId;
use crate::types::device::Device;
use crate::types::ids::{FamilyId, SubjectId};
use crate::types::kind::TokenKind;
use crate::types::time::Timestamp;

/// A sign-in or a console session as lists show it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SignInView {
    /// The id. It stays the same for the whole life of the sign-in: a refresh does not change it.
    pub id: FamilyId,
    /// [`TokenKind::ConsoleSession`] for a session. [`TokenKind::RefreshToken`] for a sign-in, or
    /// [`TokenKind::AccessToken`] for a sign-in without a refresh token.
    pub kind: TokenKind,
    /// The person who signed in.
    pub owner: SubjectId,
    /// The client of a sign-in. `None` for a session.
    pub client: Option<ClientId>,
    /// The display name of the client as it is now. `None` for a session, and for a client that was deleted.
    pub client_name: Option<String>,
    /// When the sign-in or session was opened.
    pub created_at: Timestamp,
    /// When the sign-in or session ends under the current settings if it is not used again.
    pub expires_at: Timestamp,
    /// The last use: when tokens were last issued for the sign-in, or when the session was last extended. Before the
    /// first such use, the instant of the opening. The use of an access token does not change this field, so the actual
    /// last use of a sign-in can be later by at most one lifetime of an access token, 10 minutes by default. A session
    /// is extended at most once per minute, or more often if the policy's inactivity time-out is below two minutes.
    pub last_used_at: Timestamp,
    /// The device on which the person opened the sign-in or session. `None` if no device was stored.
    pub device: Option<Device>,
    /// Whether the presenter uses this sign-in or session.
    pub is_current: bool,
    /// [`Status::Suspended`] if the sign-in or session is refused at the moment, for example because the account or the
    /// client is disabled.
    pub status: Status,
}
