//! The Russian texts of buttons, columns and notices that several pages have.

use crate::console::text::common::CommonTexts;

pub(super) const COMMON: CommonTexts = CommonTexts {
    save: "Сохранить",
    saved: "Сохранено.",
    cancel: "Отмена",
    done: "Готово",
    edit: "Изменить",
    delete: "Удалить",
    deleted: "Удалено.",
    unchanged: "Ничего не изменено.",
    enable: "Включить",
    enabled: "Включён",
    disable: "Отключить",
    disabled: "Отключён",
    generate: "Создать",
    actions: "Действие",
    status: "Состояние",
    created: "Создан",
    expires: "Истекает",
    permanent: "Бессрочно",
    last_access: "Последний доступ",
    never: "Доступ не выполнялся",
    label: "Метка",
    description: "Описание",
    rights: "Права",
    all_rights: "Все права",
    made_by: "Создал",
    id_title: "Идентификатор",
};
