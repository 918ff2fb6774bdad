//! The rows of the tables of credentials.

use counterfoil::store::Access;
use counterfoil::{CredentialView, Scope};

use super::allowed_sources::blocks;
use super::list::CredentialState;
use crate::console::clock::Clock;
use crate::console::text::Texts;
use crate::console::time::Moment;

/// The actions that the rows of a table offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RowActions {
    /// Only the action that revokes the token.
    Revoke,
    /// All actions that fit the state of the token.
    All {
        /// Whether the policy allows an extension, which gives a token a new expiry and keeps its secret.
        extendable: bool,
    },
}

pub(super) struct TokenRow {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) description: String,
    pub(super) rights: Vec<String>,
    /// The addresses and networks from which the token can be used. Empty if it can be used from every address.
    pub(super) sources: Vec<String>,
    pub(super) last_used_at: Option<Moment>,
    pub(super) created_at: Moment,
    pub(super) expires_at: Option<Moment>,
    pub(super) status: &'static str,
    pub(super) status_name: &'static str,
    pub(super) is_expired: bool,
    pub(super) rotate: Option<String>,
    pub(super) networks: Option<String>,
    pub(super) renew: Option<String>,
    pub(super) extend: Option<String>,
    pub(super) edit: Option<String>,
    pub(super) delete: String,
}

impl TokenRow {
    /// Makes the row of a token. `below` is the beginning of the paths of the row's actions. After an action, the
    /// browser returns to the address `back`.
    pub(super) fn new(
        credential: &CredentialView,
        clock: &Clock,
        below: &str,
        actions: RowActions,
        back: &str,
    ) -> Self {
        let (id, state) = (credential.id.to_string(), CredentialState::of(credential));
        let is_expired = state == CredentialState::Expired;
        let is_newest = actions != RowActions::Revoke && state != CredentialState::Replaced;
        let ends = matches!(state, CredentialState::EndsSoon | CredentialState::Expired);
        let extendable = matches!(actions, RowActions::All { extendable: true });
        let action = |offered: bool, name: &str| offered.then(|| format!("{below}/{id}/{name}?back={back}"));
        Self {
            label: credential.label.clone(),
            description: credential.description.clone().unwrap_or_default(),
            rights: tokens(credential.scope.as_ref()),
            sources: blocks(credential.allowed_sources.as_ref()),
            last_used_at: credential.last_used_at.map(|at| clock.moment(at)),
            created_at: clock.moment(credential.created_at),
            expires_at: credential.expires_at.map(|at| clock.moment(at)),
            status: state.as_str(),
            status_name: CredentialState::name_of(credential, clock.texts),
            is_expired,
            rotate: action(is_newest && !is_expired, "rotate"),
            renew: action(is_newest && ends, "renew"),
            extend: action(is_newest && !is_expired && extendable, "extend"),
            edit: action(is_newest, "edit"),
            networks: action(is_newest, "networks"),
            delete: format!("{below}/{id}/delete?back={back}"),
            id,
        }
    }
}

/// Returns the scope tokens of a scope. If `scope` is `None`, there is no restriction, and the list is empty.
pub(super) fn tokens(scope: Option<&Scope>) -> Vec<String> {
    scope.map(|scope| scope.tokens().map(str::to_owned).collect()).unwrap_or_default()
}

pub(super) struct CodeRow {
    pub(super) id: String,
    /// The description of the code on one line, or the id of a code without a description.
    pub(super) name: String,
    pub(super) description: String,
    pub(super) access: &'static str,
    pub(super) user: Option<String>,
    pub(super) maker: Option<String>,
    /// The addresses and networks from which the code can be used. Empty if it can be used from every address.
    pub(super) sources: Vec<String>,
    pub(super) last_used_at: Option<Moment>,
    pub(super) created_at: Moment,
    pub(super) expires_at: Option<Moment>,
    pub(super) status: &'static str,
    pub(super) status_name: &'static str,
    pub(super) is_expired: bool,
    pub(super) path: String,
}

impl CodeRow {
    /// Makes the row of a code. `below` is the beginning of the paths of the row's actions. The function `name` returns
    /// the account name for a subject id.
    pub(super) fn new(credential: &CredentialView, clock: &Clock, below: &str, name: impl Fn(&str) -> String) -> Self {
        let (id, state) = (credential.id.to_string(), CredentialState::of(credential));
        let (access, user) = access(credential, clock.texts);
        Self {
            name: code_name(credential),
            description: credential.description.clone().unwrap_or_default(),
            access,
            user: user.map(&name),
            maker: credential.created_by.as_ref().map(|maker| name(maker.as_str())),
            sources: blocks(credential.allowed_sources.as_ref()),
            last_used_at: credential.last_used_at.map(|at| clock.moment(at)),
            created_at: clock.moment(credential.created_at),
            expires_at: credential.expires_at.map(|at| clock.moment(at)),
            status: state.as_str(),
            status_name: CredentialState::name_of(credential, clock.texts),
            is_expired: state == CredentialState::Expired,
            path: format!("{below}/{id}"),
            id,
        }
    }
}

/// Returns the name of a code: its description on one line, or its id if it has no description.
pub(super) fn code_name(credential: &CredentialView) -> String {
    let described = credential.description.as_deref().filter(|text| !text.is_empty());
    described.map_or_else(|| credential.id.to_string(), |text| text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Returns the text for the access that a code gives. If the code gives the access of a person, also returns the
/// subject id of this person.
fn access<'a>(credential: &'a CredentialView, texts: &Texts) -> (&'static str, Option<&'a str>) {
    match &credential.access {
        Some(Access::SameAsUser(subject)) => (texts.codes.same_as_user, Some(subject.as_str())),
        _ => (texts.codes.super_administrator, None),
    }
}
