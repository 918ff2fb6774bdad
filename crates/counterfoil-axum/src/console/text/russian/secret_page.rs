//! The texts of the page that shows a new secret.

use crate::console::text::secret_page::SecretPageTexts;

pub(super) const SECRET_PAGE: SecretPageTexts = SecretPageTexts {
    title: "Скопируйте сейчас",
    shown_once: "Скопируйте и сохраните в надёжном месте. Позже увидеть его будет нельзя.",
    no_secret: "У этого клиента нет секрета.",
    token_caption: "Токен",
    code_caption: "Код безопасности",
    secret_caption: "Секрет клиента",
    api_key_caption: "Строка ключа API",
    reveal: "Показать",
    hide: "Скрыть",
    copy: "Копировать",
    copy_api_key: "Копировать строку ключа API",
    copied: "Скопировано и удалено с этой страницы.",
};
