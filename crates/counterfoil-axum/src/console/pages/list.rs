//! The parts that list pages share: the search, the filter, links to the next and previous pages, and the link back
//! after an action on a row.

use std::num::NonZeroU32;

use counterfoil::operations::Status;
use counterfoil::service_account::ServiceAccountId;
use counterfoil::store::{Cursor, Page};
use counterfoil::{Counterfoil, CredentialView, ManageError, Presenter, SubjectId};
use counterfoil_http::request::{List, Query};

use super::PAGE_SIZE;
use crate::console::form::Form;
use crate::console::paths::{self, NOTICE};
use crate::console::state::Console;
use crate::console::text::Texts;
use crate::console::viewer::Viewer;

/// The maximum number of reads from the store for one page of search results. Each read returns a part of the whole
/// list, and only some of its rows match the search. If too few rows match after the last read, the page stays short.
/// The next page of results continues after the last row that was read.
const MAX_READS: usize = 10;
/// The maximum number of cursors of previous pages that a link contains.
const MAX_TRAIL: usize = 40;

/// The state of a credential, as the rows of a list show it. The core decides all that the state depends on
/// (`service/view.rs`).
///
/// A credential with [`Status::Expiring`] was either replaced or is near its expiry. Here these are two states,
/// `Replaced` and `EndsSoon`. `EndsSoon` is taken from [`CredentialView::ends_soon`], so that a code with a short
/// lifetime is not shown as ending soon from the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CredentialState {
    Active,
    EndsSoon,
    Replaced,
    Expired,
    Suspended,
}

impl CredentialState {
    const ALL: [Self; 5] = [Self::Active, Self::EndsSoon, Self::Replaced, Self::Expired, Self::Suspended];

    pub(super) const fn of(credential: &CredentialView) -> Self {
        match credential.status {
            Status::Expired => Self::Expired,
            Status::Suspended => Self::Suspended,
            _ if credential.replaced => Self::Replaced,
            _ if credential.ends_soon => Self::EndsSoon,
            _ => Self::Active,
        }
    }

    /// Returns the name of the state in a query. It is also the name of the CSS class of the badge.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::EndsSoon => "expiring",
            Self::Replaced => "replaced",
            Self::Expired => "expired",
            Self::Suspended => "suspended",
        }
    }

    /// Returns the name of a credential's state. If the policy refuses the credential because it lives too long, the
    /// name says so.
    pub(super) const fn name_of(credential: &CredentialView, texts: &Texts) -> &'static str {
        if credential.over_ceiling { texts.credentials.refused_by_policy } else { Self::of(credential).name(texts) }
    }

    pub(super) const fn name(self, texts: &Texts) -> &'static str {
        match self {
            Self::Active => texts.credentials.active,
            Self::EndsSoon => texts.credentials.expiring,
            Self::Replaced => texts.credentials.replaced_status,
            Self::Expired => texts.credentials.expired,
            Self::Suspended => texts.credentials.suspended,
        }
    }
}

/// The search text, the filter and the position of a list page.
pub(super) struct ListQuery {
    search: String,
    state: Option<CredentialState>,
    /// The cursors of all pages from the second page to this page. The last cursor is that of this page.
    trail: Vec<String>,
}

impl ListQuery {
    pub(super) fn read(query: Option<&str>) -> Self {
        let query = Query::parse(query);
        let one = |name| query.one(name).ok().flatten().unwrap_or_default().trim().to_owned();
        let name = one("state");
        let is_cursor = |text: &&str| {
            !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        };
        Self {
            search: one("q").chars().take(255).collect(),
            state: CredentialState::ALL.into_iter().find(|state| state.as_str() == name),
            trail: one("cursor").split('.').filter(is_cursor).map(str::to_owned).collect(),
        }
    }

    /// Returns the position at which this page of the list begins. Returns `None` for the first page of the list. Also
    /// returns `None` if the cursor in the address belongs to another list.
    pub(super) fn after<T>(&self, list: List<'_>, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        list.read(self.trail.last().map(String::as_str), parse).ok().flatten()
    }

    pub(super) fn is_filtered(&self) -> bool {
        !self.search.is_empty() || self.state.is_some()
    }

    /// Whether one of the texts contains the search text. Upper and lower case are treated as equal.
    pub(super) fn matches(&self, texts: &[&str]) -> bool {
        let search = self.search.to_lowercase();
        search.is_empty() || texts.iter().any(|text| text.to_lowercase().contains(&search))
    }

    fn includes(&self, credential: &CredentialView) -> bool {
        let id = credential.id.to_string();
        let description = credential.description.as_deref().unwrap_or_default();
        self.state.is_none_or(|state| state == CredentialState::of(credential))
            && self.matches(&[&credential.label, description, &id, credential.named.as_deref().unwrap_or_default()])
    }

    /// Returns the link to the page whose cursor is the last one in `trail`. If `trail` is empty, this is the first
    /// page.
    fn at(&self, action: &str, trail: &[String]) -> String {
        let kept = &trail[trail.len().saturating_sub(MAX_TRAIL)..];
        let cursor = kept.join(".");
        let state = self.state.map_or("", CredentialState::as_str);
        let pairs = [("q", self.search.as_str()), ("state", state), ("cursor", cursor.as_str())];
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs.into_iter().filter(|(_, value)| !value.is_empty()))
            .finish();
        if query.is_empty() { action.to_owned() } else { format!("{action}?{query}") }
    }

    /// Makes the controls of a list: the search form, and the links to other pages. `action` is the path of the list.
    pub(super) fn controls(&self, texts: &Texts, action: String, next: Option<String>, states: bool) -> ListControls {
        let link = |trail: &[String]| self.at(&action, trail);
        let newer = self.trail.split_last().map(|(_, before)| link(before));
        let newest = (self.trail.len() > 1).then(|| link(&[]));
        let older = next.map(|next| link(&[self.trail.as_slice(), &[next]].concat()));
        let state = |state: CredentialState| (state.as_str(), state.name(texts), self.state == Some(state));
        let states = if states { CredentialState::ALL.into_iter().map(state).collect() } else { Vec::new() };
        let (search, filtered) = (self.search.clone(), self.is_filtered());
        ListControls { action, search, states, filtered, newest, newer, older }
    }
}

/// The controls of a list: the search form, and the links to other pages.
pub(super) struct ListControls {
    pub(super) action: String,
    pub(super) search: String,
    /// The states of the filter. Each has its name in the query, its name on the page, and whether it is chosen.
    pub(super) states: Vec<(&'static str, &'static str, bool)>,
    pub(super) filtered: bool,
    pub(super) newest: Option<String>,
    pub(super) newer: Option<String>,
    pub(super) older: Option<String>,
}

/// The kind and the owner of the credentials that a page lists.
#[derive(Clone, Copy)]
pub(super) enum CredentialList<'a> {
    Own,
    Of(&'a SubjectId),
    Codes,
    /// The personal access tokens of a service account.
    Service(&'a ServiceAccountId),
}

impl CredentialList<'_> {
    async fn read(
        self,
        counterfoil: &Counterfoil,
        by: &Presenter,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<CredentialView>, ManageError> {
        match self {
            Self::Own => counterfoil.list_personal_access_tokens(by, after, limit).await,
            Self::Of(subject) => counterfoil.list_personal_access_tokens_of(by, subject, after, limit).await,
            Self::Service(account) => counterfoil.list_service_tokens(by, account, after, limit).await,
            Self::Codes => counterfoil.list_security_codes(by, true, after, limit).await,
        }
    }

    /// Returns one page of the credentials that match the search and the filter, and the cursor of the next page.
    pub(super) async fn page(
        self,
        viewer: &Viewer,
        list_query: &ListQuery,
        list: List<'_>,
    ) -> Result<(Vec<CredentialView>, Option<String>), ManageError> {
        let (by, mut after) = (viewer.presenter(), list_query.after(list, |key| key.parse().ok()));
        let page_size = usize::try_from(PAGE_SIZE.get()).unwrap_or(usize::MAX);
        let mut found = Vec::new();
        for _ in 0..MAX_READS {
            let read = self.read(&viewer.counterfoil, &by, after.as_ref(), PAGE_SIZE).await?;
            found.extend(read.items.into_iter().filter(|credential| list_query.includes(credential)));
            after = read.next;
            if after.is_none() || found.len() >= page_size {
                break;
            }
        }
        if found.len() > page_size {
            found.truncate(page_size);
            after = found.last().map(|last| Cursor { at: last.created_at, id: last.id });
        }
        Ok((found, after.map(|next| list.cursor(&next.to_string()))))
    }
}

/// Returns the path to which the browser goes back. `named` is the path that a link or a form names. If `named` is
/// `None` or does not lead to a page of this console, returns the path of the section.
pub(super) fn back(named: Option<&str>, section: &str) -> String {
    match paths::own(named) {
        "/" => section.to_owned(),
        own => own.to_owned(),
    }
}

/// Returns the path to which the browser goes back after the confirmation. The parameter `back` in the query of the
/// confirmation page contains this path. Without the parameter, returns the path of the section.
pub(super) fn back_from_query(query: Option<&str>, section: &str) -> String {
    back(Query::parse(query).one("back").ok().flatten(), section)
}

/// Returns the path of the list page to which the browser goes back after an action. The path contains a parameter that
/// makes the page show the notice `notice`.
pub(super) fn list_with_notice(console: &Console, form: &Form, section: &str, notice: &str) -> String {
    console.path(&paths::with_parameter(&back(Some(form.one("back")), section), NOTICE, notice))
}

/// Returns the path of the current page, encoded as the value of a `back` parameter.
pub(super) fn back_to_here(viewer: &Viewer) -> String {
    form_urlencoded::byte_serialize(viewer.here.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::text::ENGLISH;

    #[test]
    fn fault_f7_a_list_is_paged_both_ways() {
        let first = ListQuery::read(Some("q=+ci+&state=expired"));
        let view = first.controls(&ENGLISH, "/c/tokens".into(), Some("aa".into()), true);
        assert_eq!((view.newest, view.newer), (None, None));
        assert_eq!(view.older.as_deref(), Some("/c/tokens?q=ci&state=expired&cursor=aa"));
        let third =
            ListQuery::read(Some("cursor=aa.bb")).controls(&ENGLISH, "/c/tokens".into(), Some("cc".into()), true);
        assert_eq!(third.older.as_deref(), Some("/c/tokens?cursor=aa.bb.cc"));
        assert_eq!(third.newer.as_deref(), Some("/c/tokens?cursor=aa"));
        assert_eq!(third.newest.as_deref(), Some("/c/tokens"));
    }

    #[test]
    fn fault_f7_a_search_ignores_case_and_an_unknown_state_filters_nothing() {
        let list_query = ListQuery::read(Some("q=STRASSE&state=lost"));
        assert!(list_query.matches(&["", "große strasse"]) && !list_query.matches(&["stras"]));
        assert_eq!(list_query.state, None);
        assert!(!ListQuery::read(Some("q=+")).is_filtered());
    }

    #[test]
    fn a_link_back_leads_only_to_own_pages() {
        assert_eq!(back(Some("/tokens?cursor=a"), "/tokens"), "/tokens?cursor=a");
        for elsewhere in [None, Some(""), Some("//evil"), Some("https://evil"), Some("/..")] {
            assert_eq!(back(elsewhere, "/tokens"), "/tokens");
        }
    }
}
