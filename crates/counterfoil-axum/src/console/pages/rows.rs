//! Credentials as rows of a table.

use counterfoil::store::Access;
use counterfoil::{CredentialView, Scope};

use super::listing::Standing;
use crate::console::when::{Clock, Moment};
use crate::console::words::Words;

/// A personal access token.
pub(super) struct TokenRow {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) rights: Vec<String>,
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
    /// Below that path, which is where its actions are; its owner may replace it. `back` leads to the page that is shown.
    pub(super) fn new(listed: &CredentialView, clock: &Clock, below: &str, owner: bool, back: &str) -> Self {
        let (id, standing) = (listed.id.to_string(), Standing::of(listed));
        let is_over = standing == Standing::Expired;
        Self {
            label: listed.label.clone(),
            rights: tokens(listed.scope.as_ref()),
            last_used_at: listed.last_used_at.map(|at| clock.moment(at)),
            created_at: clock.moment(listed.created_at),
            expires_at: listed.expires_at.map(|at| clock.moment(at)),
            status: standing.as_str(),
            status_name: standing.name(clock.words),
            is_over,
            rotate: (owner && !is_over && standing != Standing::Replaced)
                .then(|| format!("{below}/{id}/rotate?back={back}")),
            delete: format!("{below}/{id}/delete?back={back}"),
            id,
        }
    }
}

/// The scope tokens; none at all where everything is allowed.
pub(super) fn tokens(scope: Option<&Scope>) -> Vec<String> {
    scope.map(|scope| scope.tokens().map(str::to_owned).collect()).unwrap_or_default()
}

/// A security code.
pub(super) struct CodeRow {
    pub(super) id: String,
    /// What it is called where there is no room for more: its description, or its id.
    pub(super) name: String,
    pub(super) description: String,
    pub(super) access: &'static str,
    pub(super) user: Option<String>,
    pub(super) maker: Option<String>,
    pub(super) last_used_at: Option<Moment>,
    pub(super) created_at: Moment,
    pub(super) expires_at: Option<Moment>,
    pub(super) status: &'static str,
    pub(super) status_name: &'static str,
    pub(super) is_over: bool,
    pub(super) path: String,
}

impl CodeRow {
    /// A row whose link lies under the path `below`. `name` gives the account name of a subject id.
    pub(super) fn new(listed: &CredentialView, clock: &Clock, below: &str, name: impl Fn(&str) -> String) -> Self {
        let (id, standing) = (listed.id.to_string(), Standing::of(listed));
        let (access, user) = access(listed, clock.words);
        Self {
            name: called(listed),
            description: listed.description.clone().unwrap_or_default(),
            access,
            user: user.map(&name),
            maker: listed.created_by.as_ref().map(|maker| name(maker.as_str())),
            last_used_at: listed.last_used_at.map(|at| clock.moment(at)),
            created_at: clock.moment(listed.created_at),
            expires_at: listed.expires_at.map(|at| clock.moment(at)),
            status: standing.as_str(),
            status_name: standing.name(clock.words),
            is_over: standing == Standing::Expired,
            path: format!("{below}/{id}"),
            id,
        }
    }
}

/// What a code is called: its description, or its id.
pub(super) fn called(listed: &CredentialView) -> String {
    let described = listed.description.as_deref().filter(|text| !text.is_empty());
    described.map_or_else(|| listed.id.to_string(), |text| text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// What a code may do, and the subject that it acts as.
fn access<'a>(listed: &'a CredentialView, words: &Words) -> (&'static str, Option<&'a str>) {
    match &listed.access {
        Some(Access::SameAsUser(subject)) => (words.same_as_user, Some(subject.as_str())),
        _ => (words.super_administrator, None),
    }
}
