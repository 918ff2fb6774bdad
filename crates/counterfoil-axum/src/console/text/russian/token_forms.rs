//! The texts of the pages that replace, renew, extend and edit a token.

use crate::console::text::token_forms::TokenFormTexts;

pub(super) const TOKEN_FORMS: TokenFormTexts = TokenFormTexts {
    replace: "Заменить",
    replace_token: "Замена токена",
    replace_token_question: "Вместо него будет создан новый токен с той же меткой и правами.",
    renew: "Продлить",
    renew_token: "Продление токена",
    renew_expired_question: "Срок истёк. Вместо него будет создан новый токен с той же меткой и правами.",
    renew_first: "Срок истёк. Продлите токен: он получит новый секрет.",
    empty_keeps_expiry: "Оставьте поле пустым, чтобы срок не изменился.",
    extend: "Изменить срок",
    extend_token: "Новый срок токена",
    extend_token_question: "Секрет токена не изменится. Дни считаются с этого момента.",
    extended: "У токена новый срок.",
    permanent_choice: "Бессрочно",
    edit_token: "Изменение токена",
    overlap: "Сколько ещё действует старый",
    overlap_hint: "За это время вы успеете установить новый.",
    overlap_none: "Нисколько",
    overlap_first_use: "До первого использования нового",
    overlap_hour: "Один час",
    overlap_day: "Один день",
    overlap_week: "Неделю",
    overlap_after_expiry: "Срок старого токена истёк: действовать дальше он не может.",
    overlap_beyond_expiry: "Новый токен истечёт раньше старого. Выберите определённое время.",
};
