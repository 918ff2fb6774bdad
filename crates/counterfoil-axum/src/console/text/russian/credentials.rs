//! The Russian texts of the page that lists the credentials of all owners, and the Russian names of the states of a
//! credential.

use super::plural::form;
use crate::console::text::credentials::CredentialTexts;

pub(super) const CREDENTIALS: CredentialTexts = CredentialTexts {
    title: "Все учётные данные",
    lead: "Всё, что выдано всем владельцам: по видам, а не по дате. Страница просматривает до 1000 записей.",
    searched,
    any_kind: "Любой",
    kind_personal: "Персональный токен",
    kind_access: "Токен доступа",
    kind_refresh: "Токен обновления",
    kind_session: "Сеанс консоли",
    owner: "Владелец",
    owner_hint: "Идентификатор со страницы пользователя.",
    label_begins: "Начало метки",
    expiring_before: "Истекает раньше",
    unused_since: "Не используется с",
    unused_since_hint: "Не создано и не использовано в этот момент или позже.",
    metadata: "Метаданные сервиса",
    active: "Действует",
    expiring: "Скоро истечёт",
    expired: "Истёк",
    suspended: "Приостановлен",
    refused_by_policy: "Отклоняется: срок слишком долгий",
    replaced_status: "Заменён",
};

fn searched(count: u64) -> String {
    format!("Просмотрено {count} {}.", form(count, ["запись", "записи", "записей"]))
}
