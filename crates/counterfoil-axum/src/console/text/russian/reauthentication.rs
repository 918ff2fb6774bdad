//! The texts with which the console asks a viewer who is signed in for the password again.

use crate::console::text::reauthentication::ReauthenticationTexts;

pub(super) const REAUTHENTICATION: ReauthenticationTexts = ReauthenticationTexts {
    password_again: "Ваш пароль",
    password_again_hint: "Нужен, потому что с момента входа прошло время.",
    password_wrong: "Неверный пароль.",
    prove_question: "С момента входа прошло время. Введите пароль, чтобы продолжить.",
    password_for_expiry: "Нужен, чтобы изменить срок или разрешить новые сети: с момента входа прошло время.",
    password_for_sources: "Нужен, чтобы разрешить новые сети: с момента входа прошло время.",
};
