//! The texts of search fields and of links between the pages of a list.

use crate::console::text::lists::ListTexts;

pub(super) const LISTS: ListTexts = ListTexts {
    search_label: "Search",
    state_label: "Status",
    any_state: "Any",
    filter: "Search",
    clear_filter: "Show all",
    nothing_matches: "Nothing matches. Change the search, or show all.",
    no_more: "There are no more.",
    none_on_page: "Nothing on this page. The list continues on the next one.",
    pages: "Pages",
    newer: "Newer",
    newest: "Newest",
    older: "Older",
    first_page: "First page",
    go_on: "Go on",
};
