//! The texts of search fields and of links between the pages of a list.

use crate::console::text::lists::ListTexts;

pub(super) const LISTS: ListTexts = ListTexts {
    search_label: "Поиск",
    state_label: "Состояние",
    any_state: "Любое",
    filter: "Найти",
    clear_filter: "Показать все",
    nothing_matches: "Ничего не подходит. Измените условия или покажите все.",
    no_more: "Больше ничего нет.",
    none_on_page: "На этой странице ничего нет. Список продолжается на следующей.",
    pages: "Страницы",
    newer: "Более новые",
    newest: "Самые новые",
    older: "Более старые",
    first_page: "Первая страница",
    go_on: "Дальше",
};
