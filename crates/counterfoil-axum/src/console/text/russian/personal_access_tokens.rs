//! The texts of the page of the viewer's own personal access tokens, and of the revocation of a token.

use crate::console::text::personal_access_tokens::TokenTexts;

pub(super) const TOKENS: TokenTexts = TokenTexts {
    title: "Персональные токены",
    lead: "Токен позволяет программе действовать от вашего имени без пароля. Храните токены так же надёжно, как \
           пароли.",
    tokens_off: "Персональные токены отключены. Администратор может включить их в системных настройках.",
    token_login_denied: "Для вашей учётной записи вход по токену не разрешён. Попросите администратора разрешить его.",
    collaborator: "Соавторы не могут создавать персональные токены.",
    your_tokens: "Ваши токены",
    no_tokens: "Токенов пока нет. Укажите метку и срок в днях, затем создайте токен.",
    new_token: "Новый токен",
    days: "Срок в днях",
    days_hint,
    days_needed: "Укажите, через сколько дней истечёт срок.",
    revoke: "Отозвать",
    revoke_token: "Отзыв токена",
    revoke_token_question: "Программы, которые его используют, сразу потеряют доступ. Отменить это нельзя.",
    revoked: "Токен отозван.",
};

fn days_hint(most: u16, lead: &str) -> String {
    format!("От 1 до {most}. Письмо придёт за {lead} до окончания срока и по его окончании.")
}
