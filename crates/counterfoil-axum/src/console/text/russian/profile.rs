//! The texts of the page of the viewer's time zone and signature.

use crate::console::text::profile::ProfileTexts;

pub(super) const PROFILE: ProfileTexts = ProfileTexts {
    title: "Настройки профиля",
    zone: "Часовой пояс",
    zone_label: "Ваш часовой пояс",
    zone_hint: "В нём указано время во всех таблицах и уведомлениях.",
    zone_unknown: "Выберите часовой пояс из списка.",
    signature: "Подпись",
    no_signature: "Подписи пока нет. Введите, нарисуйте или загрузите её ниже.",
    signature_image: "Ваша подпись",
    new_signature: "Новая подпись",
    one_way: "Выберите один способ, а другой оставьте пустым.",
    way_typed: "Ввести",
    typed_label: "Ваше имя",
    typed_wrong: "Введите от 1 до 100 символов.",
    way_image: "Нарисовать или загрузить",
    image_label: "Файл изображения",
    image_hint: "PNG или JPEG, не больше 256 КиБ.",
    image_wrong: "Выберите файл PNG или JPEG не больше 256 КиБ.",
    draw_label: "Рисуйте мышью или пальцем",
    undraw: "Начать заново",
    download: "Скачать",
    clear: "Очистить",
    cleared: "Подпись удалена.",
};
