//! Credentials as rows of a table.

use counterfoil::store::Access;
use counterfoil::{Listed, Status};

use crate::console::when::{Clock, Moment};
use crate::console::words::Words;

/// A personal access token.
pub(super) struct TokenRow {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) last_used_at: Option<Moment>,
    pub(super) created_at: Moment,
    pub(super) expires_at: Option<Moment>,
    pub(super) status: &'static str,
    pub(super) status_name: &'static str,
    pub(super) is_over: bool,
    pub(super) rotate: Option<String>,
    pub(super) delete: String,
}

impl TokenRow {
    /// Below that path, which is where its actions are; its owner may replace it.
    pub(super) fn new(listed: &Listed, clock: &Clock, below: &str, owner: bool) -> Self {
        let (id, is_over) = (listed.id.to_string(), listed.status == Status::Expired);
        Self {
            label: listed.label.clone(),
            last_used_at: listed.last_used_at.map(|at| clock.moment(at)),
            created_at: clock.moment(listed.created_at),
            expires_at: listed.expires_at.map(|at| clock.moment(at)),
            status: listed.status.as_str(),
            status_name: status(clock.words, listed.status),
            is_over,
            rotate: (owner && !is_over).then(|| format!("{below}/{id}/rotate")),
            delete: format!("{below}/{id}/delete"),
            id,
        }
    }
}

/// A security code.
pub(super) struct CodeRow {
    pub(super) id: String,
    /// What it is called where there is no room for more: its description, or its id.
    pub(super) name: String,
    pub(super) description: String,
    pub(super) access: &'static str,
    pub(super) user: Option<String>,
    pub(super) last_used_at: Option<Moment>,
    pub(super) created_at: Moment,
    pub(super) expires_at: Option<Moment>,
    pub(super) status: &'static str,
    pub(super) status_name: &'static str,
    pub(super) is_over: bool,
    pub(super) path: String,
}

impl CodeRow {
    pub(super) fn new(listed: &Listed, clock: &Clock, below: &str) -> Self {
        let id = listed.id.to_string();
        let description = listed.description.clone().unwrap_or_default();
        let (access, user) = match &listed.access {
            Some(Access::SameAsUser(subject)) => (clock.words.same_as_user, Some(subject.to_string())),
            _ => (clock.words.super_administrator, None),
        };
        Self {
            name: if description.is_empty() { id.clone() } else { description.clone() },
            description,
            access,
            user,
            last_used_at: listed.last_used_at.map(|at| clock.moment(at)),
            created_at: clock.moment(listed.created_at),
            expires_at: listed.expires_at.map(|at| clock.moment(at)),
            status: listed.status.as_str(),
            status_name: status(clock.words, listed.status),
            is_over: listed.status == Status::Expired,
            path: format!("{below}/{id}"),
            id,
        }
    }
}

fn status(words: &Words, status: Status) -> &'static str {
    match status {
        Status::Active => words.active,
        Status::Expiring => words.expiring,
        Status::Expired => words.expired,
        Status::Suspended => words.suspended,
    }
}
