//! What is said where a page of a list has no rows. That there are none is said of a whole list alone.

use super::listing::Around;
use crate::console::words::Words;

/// What is said, and the id that it has on the page.
pub(super) struct Emptiness {
    pub(super) id: &'static str,
    pub(super) text: &'static str,
}

impl Emptiness {
    /// Of a page with that many rows, and what surrounds them.
    pub(super) fn of(words: &Words, rows: usize, around: &Around, none: &'static str) -> Option<Self> {
        let none = if around.filtered { words.nothing_matches } else { none };
        Self::said(words, rows, around.newer.is_none(), around.older.is_none(), none)
    }

    /// `first`: it is the list's first page; `last`: nothing follows it.
    fn said(words: &Words, rows: usize, first: bool, last: bool, none: &'static str) -> Option<Self> {
        match (rows, first, last) {
            (1.., _, _) => None,
            (0, true, true) => Some(Self { id: "empty", text: none }),
            (0, false, true) => Some(Self { id: "empty-page", text: words.no_more }),
            (0, _, false) => Some(Self { id: "empty-page", text: words.none_on_page }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::words::ENGLISH;

    #[test]
    fn fault_a12_that_there_are_none_is_said_of_a_whole_list_alone() {
        let said = |rows, first, last| Emptiness::said(&ENGLISH, rows, first, last, "none").map(|said| said.text);
        assert_eq!(said(0, true, true), Some("none"));
        assert_eq!(said(0, false, true), Some(ENGLISH.no_more));
        assert_eq!([said(0, true, false), said(0, false, false)], [Some(ENGLISH.none_on_page); 2]);
        assert_eq!(said(1, true, true), None);
    }
}
