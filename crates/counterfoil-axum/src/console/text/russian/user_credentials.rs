//! The texts of the page that ends all credentials of a user.

use crate::console::text::user_credentials::UserCredentialTexts;

pub(super) const USER_CREDENTIALS: UserCredentialTexts = UserCredentialTexts {
    end_everything: "Завершить всё",
    end_everything_lead: "Завершает все токены, входы и сеансы этого пользователя, а также коды безопасности, которые \
                          он создал или которые действуют от его имени.",
    end_everything_question: "Все токены, входы и сеансы этого пользователя сразу перестанут приниматься, как и коды \
                              безопасности, которые он создал или которые действуют от его имени. Отменить это нельзя.",
    everything_ended: "Все учётные данные этого пользователя завершены.",
    codes_of: "Коды безопасности, созданные этим пользователем или действующие от его имени",
    all_codes_of: "Все эти коды",
    accounts_made: "Сервисные аккаунты, созданные этим пользователем",
    accounts_stay: "Их токены останутся действительными и после завершения всего остального, если не отключить сами \
                    аккаунты.",
    disable_accounts: "Также отключить эти сервисные аккаунты",
};
