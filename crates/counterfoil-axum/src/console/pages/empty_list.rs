//! The message that a list page shows if it has no rows. If another page of the list can have rows, the message does
//! not say that the list is empty.

use super::list::ListControls;
use crate::console::text::Texts;

/// A message, and its id on the page.
pub(super) struct EmptyList {
    pub(super) id: &'static str,
    pub(super) text: &'static str,
}

impl EmptyList {
    /// Returns the message for a page with this number of rows. Only a page with 0 rows has a message. If the list has
    /// no other page and no filter is set, the message has the text `none`.
    pub(super) fn of(texts: &Texts, rows: usize, controls: &ListControls, none: &'static str) -> Option<Self> {
        let none = if controls.filtered { texts.lists.nothing_matches } else { none };
        Self::message(texts, rows, controls.newer.is_none(), controls.older.is_none(), none)
    }

    /// Returns the message for a page with this number of rows. Only a page with 0 rows has a message. `first` says
    /// whether the page is the first page of the list, and `last` whether it is the last page. If it is both, the whole
    /// list is empty, and the message has the text `none`.
    fn message(texts: &Texts, rows: usize, first: bool, last: bool, none: &'static str) -> Option<Self> {
        match (rows, first, last) {
            (1.., _, _) => None,
            (0, true, true) => Some(Self { id: "empty", text: none }),
            (0, false, true) => Some(Self { id: "empty-page", text: texts.lists.no_more }),
            (0, _, false) => Some(Self { id: "empty-page", text: texts.lists.none_on_page }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::text::ENGLISH;

    #[test]
    fn fault_a12_only_an_empty_list_is_called_empty() {
        let message =
            |rows, first, last| EmptyList::message(&ENGLISH, rows, first, last, "none").map(|empty| empty.text);
        assert_eq!(message(0, true, true), Some("none"));
        assert_eq!(message(0, false, true), Some(ENGLISH.lists.no_more));
        assert_eq!([message(0, true, false), message(0, false, false)], [Some(ENGLISH.lists.none_on_page); 2]);
        assert_eq!(message(1, true, true), None);
    }
}
