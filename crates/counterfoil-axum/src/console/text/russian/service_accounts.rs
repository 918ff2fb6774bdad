//! The texts of the pages of service accounts.

use crate::console::text::service_accounts::ServiceAccountTexts;

pub(super) const SERVICE_ACCOUNTS: ServiceAccountTexts = ServiceAccountTexts {
    title: "Сервисные аккаунты",
    lead: "Владельцы токенов, которые не являются людьми, например сервер сборки. Каждый действует с низшей из двух \
           ролей: своей и создателя.",
    registered_accounts: "Аккаунты",
    no_service_accounts: "Сервисных аккаунтов нет.",
    new_service_account: "Новый сервисный аккаунт",
    create_account: "Создать",
    account_role_hint: "Не выше вашей роли.",
    account_role_wrong: "Сервисному аккаунту нужна роль участника или выше.",
    notify: "Уведомления приходят",
    notify_hint: "Адрес электронной почты. Если он не указан, уведомления получает создатель аккаунта.",
    notify_maker: "Создателю аккаунта",
    notify_wrong: "Это не адрес электронной почты.",
    made_by_service: "Сам сервис",
    no_tokens_of_account: "У сервисного аккаунта нет токенов.",
    scope_beyond_account: "У аккаунта нет этих прав.",
    account_unknown: "Такого сервисного аккаунта нет.",
    may_not_act: "Сервисный аккаунт отключён, либо его создатель отключён или удалён. Включите аккаунт или возьмите \
                  его на себя.",
    edit_service_account: "Изменение сервисного аккаунта",
    take_over: "Взять на себя",
    taken_over: "Теперь аккаунт ваш: его роль не выше вашей.",
    account_enabled: "Сервисный аккаунт включён.",
    account_disabled: "Сервисный аккаунт отключён. Его токены не принимаются.",
    delete_service_account: "Удаление сервисного аккаунта",
    delete_service_account_question: "Все его токены сразу перестанут действовать. Отменить это нельзя.",
};
