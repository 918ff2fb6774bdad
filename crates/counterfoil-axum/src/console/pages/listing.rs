//! Lists: searched, filtered, paged both ways, and come back to after something was done to a row.

use std::num::NonZeroU32;

use counterfoil::operations::Status;
use counterfoil::store::{Cursor, Page};
use counterfoil::{CredentialView, ManageError, Presenter, SubjectId};

use super::PAGE;
use crate::console::form::Form;
use crate::console::paths::{self, TOLD};
use crate::console::state::Console;
use crate::console::visitor::Visitor;
use crate::console::words::Words;
use crate::cursor::List;
use crate::query::Query;

/// How many pages of the core's one page of a search may cost. What lies beyond comes with the next one.
const READS: usize = 10;
/// How many pages back are known to the page.
const TRAIL: usize = 40;

/// How a credential stands, as rows say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Active,
    Soon,
    Replaced,
    Expired,
    Suspended,
}

impl Standing {
    const ALL: [Self; 5] = [Self::Active, Self::Soon, Self::Replaced, Self::Expired, Self::Suspended];

    pub(super) const fn of(listed: &CredentialView) -> Self {
        match listed.status {
            Status::Expired => Self::Expired,
            Status::Suspended => Self::Suspended,
            Status::Active | Status::Expiring if listed.replaced => Self::Replaced,
            Status::Active | Status::Expiring if listed.ends_soon => Self::Soon,
            Status::Active | Status::Expiring => Self::Active,
        }
    }

    /// The name in a query, and the class of its badge.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Soon => "expiring",
            Self::Replaced => "replaced",
            Self::Expired => "expired",
            Self::Suspended => "suspended",
        }
    }

    pub(super) const fn name(self, words: &Words) -> &'static str {
        match self {
            Self::Active => words.active,
            Self::Soon => words.expiring,
            Self::Replaced => words.replaced_status,
            Self::Expired => words.expired,
            Self::Suspended => words.suspended,
        }
    }
}

/// What is wanted of a list, and where in it.
pub(super) struct Wanted {
    typed: String,
    standing: Option<Standing>,
    /// Cursors of the pages on the way here; the last one is this page's.
    trail: Vec<String>,
}

impl Wanted {
    pub(super) fn read(query: Option<&str>) -> Self {
        let query = Query::parse(query);
        let one = |name| query.one(name).ok().flatten().unwrap_or_default().trim().to_owned();
        let state = one("state");
        let is_cursor = |text: &&str| {
            !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        };
        Self {
            typed: one("q").chars().take(255).collect(),
            standing: Standing::ALL.into_iter().find(|standing| standing.as_str() == state),
            trail: one("cursor").split('.').filter(is_cursor).map(str::to_owned).collect(),
        }
    }

    /// Where in that list this page begins; at the list's beginning where the cursor is none of it.
    pub(super) fn after<T>(&self, list: List<'_>, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        list.read(self.trail.last().map(String::as_str), parse).ok().flatten()
    }

    pub(super) fn is_filtered(&self) -> bool {
        !self.typed.is_empty() || self.standing.is_some()
    }

    /// Whether one of those texts has what is searched for in it, in any case.
    pub(super) fn finds(&self, texts: &[&str]) -> bool {
        let sought = self.typed.to_lowercase();
        sought.is_empty() || texts.iter().any(|text| text.to_lowercase().contains(&sought))
    }

    fn fits(&self, listed: &CredentialView) -> bool {
        let id = listed.id.to_string();
        let described = listed.description.as_deref().unwrap_or_default();
        self.standing.is_none_or(|standing| standing == Standing::of(listed))
            && self.finds(&[&listed.label, described, &id, listed.named.as_deref().unwrap_or_default()])
    }

    /// The page at that place of the trail, below `action`.
    fn at(&self, action: &str, trail: &[String]) -> String {
        let kept = &trail[trail.len().saturating_sub(TRAIL)..];
        let cursor = kept.join(".");
        let state = self.standing.map_or("", Standing::as_str);
        let pairs = [("q", self.typed.as_str()), ("state", state), ("cursor", cursor.as_str())];
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs.into_iter().filter(|(_, value)| !value.is_empty()))
            .finish();
        if query.is_empty() { action.to_owned() } else { format!("{action}?{query}") }
    }

    /// What surrounds the rows: the search, and the ways to other pages. `action` is the list's own path.
    pub(super) fn view(&self, words: &Words, action: String, next: Option<String>, states: bool) -> Around {
        let turn = |trail: &[String]| self.at(&action, trail);
        let newer = self.trail.split_last().map(|(_, before)| turn(before));
        let newest = (self.trail.len() > 1).then(|| turn(&[]));
        let older = next.map(|next| turn(&[self.trail.as_slice(), &[next]].concat()));
        let state = |standing: Standing| (standing.as_str(), standing.name(words), self.standing == Some(standing));
        let states = if states { Standing::ALL.into_iter().map(state).collect() } else { Vec::new() };
        let (typed, filtered) = (self.typed.clone(), self.is_filtered());
        Around { action, typed, states, filtered, newest, newer, older }
    }
}

/// What surrounds the rows of a list.
pub(super) struct Around {
    pub(super) action: String,
    pub(super) typed: String,
    /// Names in the query, names on the page, and which one is chosen.
    pub(super) states: Vec<(&'static str, &'static str, bool)>,
    pub(super) filtered: bool,
    pub(super) newest: Option<String>,
    pub(super) newer: Option<String>,
    pub(super) older: Option<String>,
}

/// Whose credentials are listed.
#[derive(Clone, Copy)]
pub(super) enum Whose<'a> {
    Own,
    Of(&'a SubjectId),
    Codes,
}

impl Whose<'_> {
    async fn read(
        self,
        console: &Console,
        by: &Presenter,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<CredentialView>, ManageError> {
        match self {
            Self::Own => console.counterfoil.own_tokens(by, after, limit).await,
            Self::Of(subject) => console.counterfoil.tokens_of(by, subject, after, limit).await,
            Self::Codes => console.counterfoil.security_codes(by, true, after, limit).await,
        }
    }

    /// A page of what is wanted, and where the next one begins.
    pub(super) async fn page(
        self,
        console: &Console,
        by: &Presenter,
        wanted: &Wanted,
        list: List<'_>,
    ) -> Result<(Vec<CredentialView>, Option<String>), ManageError> {
        let mut after = wanted.after(list, |key| key.parse().ok());
        let most = usize::try_from(PAGE.get()).unwrap_or(usize::MAX);
        let mut found = Vec::new();
        for _ in 0..READS {
            let read = self.read(console, by, after.as_ref(), PAGE).await?;
            found.extend(read.items.into_iter().filter(|listed| wanted.fits(listed)));
            after = read.next;
            if after.is_none() || found.len() >= most {
                break;
            }
        }
        if found.len() > most {
            found.truncate(most);
            after = found.last().map(|last| Cursor { at: last.created_at, id: last.id });
        }
        Ok((found, after.map(|next| list.cursor(&next.to_string()))))
    }
}

/// The page that somebody came from, as a link or a form names it, below the base; the section where it names none.
pub(super) fn back(named: Option<&str>, section: &str) -> String {
    match paths::own(named) {
        "/" => section.to_owned(),
        own => own.to_owned(),
    }
}

/// The same as the query of a page that asks says it.
pub(super) fn came_from(query: Option<&str>, section: &str) -> String {
    back(Query::parse(query).one("back").ok().flatten(), section)
}

/// Back to the page of the list, where it says what was done.
pub(super) fn returned(console: &Console, form: &Form, section: &str, told: &str) -> String {
    console.path(&paths::saying(&back(Some(form.one("back")), section), TOLD, told))
}

/// A parameter that leads back to the page that is shown.
pub(super) fn from_here(visitor: &Visitor) -> String {
    form_urlencoded::byte_serialize(visitor.here.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::words::ENGLISH;

    #[test]
    fn fault_f7_a_list_is_paged_both_ways() {
        let first = Wanted::read(Some("q=+ci+&state=expired"));
        let view = first.view(&ENGLISH, "/c/tokens".into(), Some("aa".into()), true);
        assert_eq!((view.newest, view.newer), (None, None));
        assert_eq!(view.older.as_deref(), Some("/c/tokens?q=ci&state=expired&cursor=aa"));
        let third = Wanted::read(Some("cursor=aa.bb")).view(&ENGLISH, "/c/tokens".into(), Some("cc".into()), true);
        assert_eq!(third.older.as_deref(), Some("/c/tokens?cursor=aa.bb.cc"));
        assert_eq!(third.newer.as_deref(), Some("/c/tokens?cursor=aa"));
        assert_eq!(third.newest.as_deref(), Some("/c/tokens"));
    }

    #[test]
    fn fault_f7_a_search_is_in_any_case_and_what_it_does_not_know_is_no_filter() {
        let wanted = Wanted::read(Some("q=STRASSE&state=lost"));
        assert!(wanted.finds(&["", "große strasse"]) && !wanted.finds(&["stras"]));
        assert_eq!(wanted.standing, None);
        assert!(!Wanted::read(Some("q=+")).is_filtered());
    }

    #[test]
    fn one_comes_back_to_own_pages_alone() {
        assert_eq!(back(Some("/tokens?cursor=a"), "/tokens"), "/tokens?cursor=a");
        for elsewhere in [None, Some(""), Some("//evil"), Some("https://evil"), Some("/..")] {
            assert_eq!(back(elsewhere, "/tokens"), "/tokens");
        }
    }
}
