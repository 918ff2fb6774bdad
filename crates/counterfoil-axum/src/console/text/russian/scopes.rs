//! The texts of the fields for the scope of a token.

use counterfoil::Scope;

use crate::console::text::scopes::ScopeTexts;

pub(super) const SCOPES: ScopeTexts = ScopeTexts {
    legend: "Что ему разрешено",
    all: "Всё, что разрешено вам",
    limited: "Только это:",
    tokens: "Права через пробел",
    about,
    needed: "Выберите хотя бы одно право или всё.",
    both: "Выбрано и всё, и отдельные права. Выберите что-то одно.",
    too_long: "Все права вместе могут занимать не больше 1000 символов.",
    wrong: "Такого права в этой службе нет.",
    beyond: "Нельзя дать больше прав, чем есть у вас.",
};

fn about(token: &str) -> &'static str {
    match token {
        Scope::CREDENTIALS_READ => "видеть свои токены",
        Scope::CREDENTIALS_WRITE => "создавать, заменять и отзывать свои токены",
        Scope::CODES_MANAGE => "управлять кодами безопасности",
        Scope::CLIENTS_MANAGE => "управлять клиентами",
        Scope::USERS_MANAGE => "управлять пользователями и их токенами",
        Scope::SERVICE_ACCOUNTS_MANAGE => "управлять сервисными аккаунтами и их токенами",
        Scope::SETTINGS_MANAGE => "видеть и менять системные настройки",
        _ => "",
    }
}
