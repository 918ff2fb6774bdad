//! The texts of the lists of open sign-ins.

use crate::console::text::sign_ins::SignInTexts;

pub(super) const SIGN_INS: SignInTexts = SignInTexts {
    title: "Входы",
    lead: "Где открыт ваш аккаунт: программы и браузеры с этой консолью. Завершите то, чего не узнаёте.",
    open_sign_ins: "Открытые входы",
    no_sign_ins: "У этого пользователя нет открытых входов.",
    signed_in_to: "Куда выполнен вход",
    device: "Устройство",
    source: "Откуда",
    not_known: "Неизвестно",
    this_device: "Это устройство",
    end: "Завершить",
    end_sign_in: "Завершение входа",
    end_sign_in_question: "Все токены этого входа сразу перестанут приниматься. Чтобы продолжить там работу, нужно \
                           будет войти заново.",
    sign_in_ended: "Вход завершён.",
    end_others: "Завершить все остальные",
    end_others_question: "Все ваши входы сразу завершатся, кроме того, которым вы пользуетесь сейчас. Личные токены \
                          доступа останутся.",
    others_ended: "Все остальные входы завершены.",
    all_sign_ins: "Все входы этого пользователя",
};
