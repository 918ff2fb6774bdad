//! The texts of the parts that all pages have.

use crate::console::text::layout::LayoutTexts;

pub(super) const LAYOUT: LayoutTexts = LayoutTexts {
    skip: "К содержанию",
    sections: "Разделы",
    sign_out: "Выйти",
    times_in: "Время указано в поясе",
    problem: "Есть ошибка",
    prefilled: "Форма заполнена по ссылке или тем, что вы ввели раньше. Проверьте её перед отправкой.",
    made_room: "Сеансов было столько, сколько разрешено, поэтому вход завершил тот, которым вы дольше всего не \
                пользовались.",
};
