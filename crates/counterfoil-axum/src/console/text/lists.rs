//! The texts of search fields and of links between the pages of a list.

pub(crate) struct ListTexts {
    pub(crate) search_label: &'static str,
    pub(crate) state_label: &'static str,
    pub(crate) any_state: &'static str,
    pub(crate) filter: &'static str,
    pub(crate) clear_filter: &'static str,
    pub(crate) nothing_matches: &'static str,
    pub(crate) no_more: &'static str,
    pub(crate) none_on_page: &'static str,
    pub(crate) pages: &'static str,
    pub(crate) newer: &'static str,
    pub(crate) newest: &'static str,
    pub(crate) older: &'static str,
    pub(crate) first_page: &'static str,
    pub(crate) go_on: &'static str,
}
