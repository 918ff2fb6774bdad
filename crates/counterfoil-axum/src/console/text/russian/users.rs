//! The texts of the list of users and of the page of a user.

use crate::console::text::users::UserTexts;

pub(super) const USERS: UserTexts = UserTexts {
    title: "Пользователи",
    find_label: "Имя",
    find: "Найти",
    nobody_found: "Никого с таким именем нет. Введите часть имени.",
    users_cut: "Показаны только первые 50. Введите больше букв имени, чтобы найти остальных.",
    role: "Роль",
    role_collaborator: "Соавтор",
    role_member: "Участник",
    role_administrator: "Администратор",
    role_super_administrator: "Суперадминистратор",
    subject: "Идентификатор",
    not_in_directory: "Больше нет в каталоге",
    left_text: "Этого пользователя больше нет в каталоге. То, что от него осталось, показано по идентификатору.",
    no_tokens_of: "У этого пользователя нет токенов.",
    token_login: "Вход по токену",
    token_login_on: "Пользователь может входить по токену.",
    token_login_off: "Пользователь не может входить по токену.",
    allowed: "Разрешён",
    not_allowed: "Не разрешён",
    allow: "Разрешить вход по токену",
    forbid: "Запретить вход по токену",
    login_allowed: "Вход по токену разрешён.",
    login_forbidden: "Вход по токену больше не разрешён.",
    gate_not_asked: "Служба не использует эту настройку: изменение ни на что не повлияет.",
};
