//! The Russian texts. After a number, a Russian noun has one of three forms (Unicode CLDR, plural rules of `ru`).

use std::time::Duration;

use counterfoil::Scope;

use super::{EventName, SettingTexts, Texts, compound};
use crate::console::time::{Distance, Moment, Unit};

pub(crate) const RUSSIAN: Texts = Texts {
    distance,
    date: "%d.%m.%Y %H:%M",
    exact: "%d.%m.%Y %H:%M:%S %Z",
    from_to,
    at_most_characters,
    days_hint,
    too_many_made,
    duration,
    unit,
    between,
    exactly,
    scope_about,
    label_character,
    network_wrong,
    network_bits,
    in_zone,
    event,
    skip: "К содержанию",
    sections: "Разделы",
    sign_in: "Вход",
    sign_out: "Выйти",
    name: "Имя",
    password: "Пароль",
    sign_in_refused: "Неверное имя или пароль.",
    slow_down: "Слишком много неудачных попыток. Подождите немного и попробуйте снова.",
    busy: "Сейчас выполняется слишком много входов. Попробуйте снова через секунду.",
    signed_out: "Вы вышли из системы.",
    back_to_start: "На главную",
    times_in: "Время указано в поясе",
    older: "Более старые",
    save: "Сохранить",
    saved: "Сохранено.",
    cancel: "Отмена",
    done: "Готово",
    delete: "Удалить",
    deleted: "Удалено.",
    edit: "Изменить",
    actions: "Действие",
    status: "Состояние",
    active: "Действует",
    expiring: "Скоро истечёт",
    expired: "Истёк",
    suspended: "Приостановлен",
    refused_by_policy: "Отклоняется: срок слишком долгий",
    created: "Создан",
    expires: "Истекает",
    permanent: "Бессрочно",
    last_access: "Последний доступ",
    never: "Доступ не выполнялся",
    label: "Метка",
    description: "Описание",
    no_description: "Без описания",
    tokens: "Персональные токены",
    tokens_lead: "Токен позволяет программе действовать от вашего имени без пароля. Храните токены так же надёжно, \
                  как пароли.",
    tokens_off: "Персональные токены отключены. Администратор может включить их в системных настройках.",
    token_login_denied: "Для вашей учётной записи вход по токену не разрешён. Попросите администратора разрешить его.",
    collaborator: "Соавторы не могут создавать персональные токены.",
    new_token: "Новый токен",
    your_tokens: "Ваши токены",
    no_tokens: "Токенов пока нет. Укажите метку и срок в днях, затем создайте токен.",
    no_tokens_of: "У этого пользователя нет токенов.",
    days: "Срок в днях",
    generate: "Создать",
    replace: "Заменить",
    replace_token: "Замена токена",
    replace_token_question: "Вместо него будет создан новый токен с той же меткой и правами.",
    revoke: "Отозвать",
    revoke_token: "Отзыв токена",
    revoke_token_question: "Программы, которые его используют, сразу потеряют доступ. Отменить это нельзя.",
    revoked: "Токен отозван.",
    overlap: "Сколько ещё действует старый",
    overlap_hint: "За это время вы успеете установить новый.",
    overlap_none: "Нисколько",
    overlap_first_use: "До первого использования нового",
    overlap_hour: "Один час",
    overlap_day: "Один день",
    overlap_week: "Неделю",
    new_secret: "Скопируйте сейчас",
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
    profile: "Настройки профиля",
    zone: "Часовой пояс",
    zone_label: "Ваш часовой пояс",
    zone_hint: "В нём указано время во всех таблицах и уведомлениях.",
    zone_unknown: "Выберите часовой пояс из списка.",
    signature: "Подпись",
    no_signature: "Подписи пока нет. Введите, нарисуйте или загрузите её ниже.",
    signature_image: "Ваша подпись",
    new_signature: "Новая подпись",
    way_typed: "Ввести",
    typed_label: "Ваше имя",
    typed_wrong: "Введите от 1 до 100 символов.",
    way_image: "Нарисовать или загрузить",
    image_label: "Файл изображения",
    image_hint: "PNG или JPEG, не больше 256 КиБ.",
    image_wrong: "Выберите файл PNG или JPEG не больше 256 КиБ.",
    draw_label: "Рисуйте мышью или пальцем",
    undraw: "Начать заново",
    download: "Скачать",
    clear: "Очистить",
    cleared: "Подпись удалена.",
    users: "Пользователи",
    find_label: "Имя",
    find: "Найти",
    nobody_found: "Никого с таким именем нет. Введите часть имени.",
    role: "Роль",
    role_collaborator: "Соавтор",
    role_member: "Участник",
    role_administrator: "Администратор",
    role_super_administrator: "Суперадминистратор",
    subject: "Идентификатор",
    token_login: "Вход по токену",
    token_login_on: "Пользователь может входить по токену.",
    token_login_off: "Пользователь не может входить по токену.",
    allowed: "Разрешён",
    not_allowed: "Не разрешён",
    allow: "Разрешить вход по токену",
    forbid: "Запретить вход по токену",
    codes: "Коды безопасности",
    codes_lead: "Код безопасности даёт внешней программе доступ с выбранными правами. Истёкшие коды некоторое время \
                 можно возобновить.",
    new_code: "Новый код безопасности",
    no_codes: "Кодов безопасности пока нет. Выберите уровень доступа выше и создайте код.",
    access: "Уровень доступа",
    super_administrator: "Суперадминистратор",
    same_as_user: "Как у пользователя",
    user_of_code: "Пользователь, для «как у пользователя»",
    reactivate: "Возобновить",
    make_permanent: "Сделать бессрочным",
    reset: "Сбросить срок",
    edit_code: "Изменение кода безопасности",
    expires_label: "Новый срок",
    delete_code: "Удаление кода безопасности",
    delete_code_question: "Программы, которые его используют, сразу потеряют доступ. Удалённый код нельзя возобновить.",
    clients: "Клиенты",
    clients_lead: "Программы, которые запрашивают токены.",
    registered_clients: "Зарегистрированные клиенты",
    new_client: "Новый клиент",
    no_clients: "Клиентов пока нет. Зарегистрируйте клиента ниже.",
    display_name: "Название",
    client_id: "Идентификатор клиента",
    client_id_hint: "Если не указать, он будет создан.",
    grants: "Способы входа",
    grant_password: "Пароль",
    grant_refresh: "Токен обновления",
    grant_client_credentials: "Учётные данные клиента (от имени сервисного аккаунта)",
    refresh_mode: "Токены обновления",
    refresh_mode_hint: "Публичный клиент обязан их менять.",
    rotate: "Менять: каждый раз новый",
    reuse: "Не менять: каждый раз тот же",
    kind: "Вид",
    public_client: "Публичный: без секрета",
    resource_server: "Сервер ресурсов: может проверять любой токен",
    register: "Зарегистрировать",
    enabled: "Включён",
    disabled: "Отключён",
    enable: "Включить",
    disable: "Отключить",
    replace_secret: "Заменить секрет",
    replace_secret_question: "Клиент получит новый секрет.",
    delete_client: "Удаление клиента",
    delete_client_question: "Все выданные ему токены перестанут действовать. Отменить это нельзя.",
    settings: "Системные настройки",
    setting: SettingTexts {
        personal_access_tokens_enabled: "Создание персональных токенов и вход по ним",
        access_lifetime_seconds: "Срок действия токена доступа",
        refresh_inactivity_seconds: "Срок действия токена обновления без использования",
        refresh_absolute_seconds: "Наибольшая длительность входа в систему",
        pat_max_days: "Наибольший срок действия персонального токена, в днях",
        code_lifetime_seconds: "Срок действия кода безопасности",
        notice_lead_days: "За сколько дней до истечения отправлять уведомление",
    },
    events: "Последние события",
    events_lead: "События с момента запуска сервера, сначала новые.",
    no_events: "Событий пока нет.",
    by: "пользователь",
    password_again: "Ваш пароль",
    password_again_hint: "Нужен, потому что с момента входа прошло время.",
    password_wrong: "Неверный пароль.",
    not_found: "Не найдено",
    not_found_text: "Этого не существует, или оно принадлежит не вам.",
    forbidden: "Нет доступа",
    forbidden_text: "Вашей учётной записи это не разрешено.",
    forged: "Форма устарела",
    forged_text: "Ничего не сделано. Вернитесь, обновите страницу и попробуйте снова.",
    unavailable: "Сейчас недоступно",
    unavailable_text: "Служба сейчас не отвечает. Попробуйте немного позже.",
    no_search: "Поиска пользователей нет",
    no_search_text: "Эта служба не предоставляет поиск пользователей.",
    no_logins: "Входа по паролю нет",
    no_logins_text: "Эта служба не проверяет пароли. Войдите (в том числе повторно) тем способом, который она предоставляет.",
    too_large: "Слишком много данных",
    too_large_text: "Форма больше, чем принимает эта страница.",
    bad_host: "Неверный адрес",
    bad_host_text: "В запросе должен быть указан ровно один узел.",
    insecure: "Недоступно по HTTP",
    insecure_text: "По обычному HTTP консоль доступна только с этого компьютера. Используйте HTTPS.",
    label_taken: "Эта метка уже есть у другого вашего токена.",
    client_id_taken: "Этот идентификатор уже занят другим клиентом.",
    quota_reached: "Достигнут предел. Сначала удалите что-нибудь.",
    changed_meanwhile: "За это время кто-то внёс изменения. Проверьте и повторите.",
    has_expired: "Срок истёк. Сначала возобновите.",
    not_expired: "Срок ещё не истёк.",
    replaced: "Уже заменено.",
    is_suspended: "Действие приостановлено и останется таким после замены. Удалите и создайте заново.",
    conflict: "В текущем состоянии это невозможно.",
    invalid: "Недопустимое значение.",
    label_empty: "Укажите метку хотя бы с одним видимым символом.",
    description_wrong: "Не больше 500 символов, без управляющих символов.",
    days_needed: "Укажите, через сколько дней истечёт срок.",
    expires_wrong: "Выберите дату и время в будущем.",
    user_unknown: "Пользователя с таким именем нет.",
    client_id_wrong: "От 1 до 100 символов A–Z a–z 0–9 . _ ~ -",
    display_name_wrong: "От 1 до 100 символов, без управляющих символов.",
    refresh_mode_wrong: "Публичный клиент обязан менять токены обновления.",
    resource_server_wrong: "Сервер ресурсов не может быть публичным.",
    copied_reset: "Срок сброшен.",
    reactivated: "Код снова действует.",
    made_permanent: "Код теперь бессрочный.",
    client_enabled: "Клиент включён.",
    client_disabled: "Клиент отключён.",
    login_allowed: "Вход по токену разрешён.",
    login_forbidden: "Вход по токену больше не разрешён.",
    made_room: "Сеансов было столько, сколько разрешено, поэтому вход завершил тот, которым вы дольше всего не \
                пользовались.",
    too_many_sessions: "Открыто столько сеансов, сколько разрешено. Сначала выйдите из системы в другом месте.",
    form_used: "Эта форма уже использована. Проверьте список. Отправляйте её снова, только если нужно ещё раз то же \
                самое.",
    unknown_field: "В форме есть поле, которого эта страница не ожидает. Обновите страницу и попробуйте снова.",
    stale: "Нужен ваш пароль",
    stale_text: "Ничего не сделано. Вернитесь и повторите: страница попросит пароль.",
    back_to_form: "Вернуться",
    done_already: "Это уже сделано",
    done_already_text: "Форма уже была отправлена, и второй раз ничего не создано. Секрет показывается только один \
                        раз: если он не сохранён, создайте другой.",
    to_list: "К списку",
    prove_question: "С момента входа прошло время. Введите пароль, чтобы продолжить.",
    password_for_expiry: "Нужен, чтобы изменить срок или разрешить новые сети: с момента входа прошло время.",
    no_more: "Больше ничего нет.",
    none_on_page: "На этой странице ничего нет. Список продолжается на следующей.",
    not_in_directory: "Больше нет в каталоге",
    left_text: "Этого пользователя больше нет в каталоге. То, что от него осталось, показано по идентификатору.",
    one_way: "Выберите один способ, а другой оставьте пустым.",
    access_needed: "Выберите уровень доступа.",
    user_not_asked: "Код суперадминистратора не связан с пользователем. Оставьте поле пустым или выберите «как у \
                     пользователя».",
    user_needed: "Укажите пользователя.",
    gate_not_asked: "Служба не использует эту настройку: изменение ни на что не повлияет.",
    newer: "Более новые",
    newest: "Самые новые",
    pages: "Страницы",
    search_label: "Поиск",
    state_label: "Состояние",
    any_state: "Любое",
    filter: "Найти",
    clear_filter: "Показать все",
    nothing_matches: "Ничего не подходит. Измените условия или покажите все.",
    users_cut: "Показаны только первые 50. Введите больше букв имени, чтобы найти остальных.",
    rights: "Права",
    all_rights: "Все права",
    scope_legend: "Что ему разрешено",
    scope_all: "Всё, что разрешено вам",
    scope_limited: "Только это:",
    scope_tokens: "Права через пробел",
    scope_needed: "Выберите хотя бы одно право или всё.",
    scope_both: "Выбрано и всё, и отдельные права. Выберите что-то одно.",
    scope_long: "Все права вместе могут занимать не больше 1000 символов.",
    scope_wrong: "Такого права в этой службе нет.",
    scope_beyond: "Нельзя дать больше прав, чем есть у вас.",
    client_allowed: "Что ему разрешено запрашивать",
    client_any: "Что угодно",
    client_limited: "Не больше этого:",
    client_default: "Что он получает, если ничего не запросил",
    default_any: "Всё, что разрешено запрашивать",
    default_limited: "Это:",
    default_outside: "Это должно входить в то, что разрешено запрашивать.",
    any_rights: "Что угодно",
    edit_client: "Изменение клиента",
    unchanged: "Ничего не изменено.",
    prefilled: "Форма заполнена по ссылке или тем, что вы ввели раньше. Проверьте её перед отправкой.",
    problem: "Есть ошибка",
    session_ended: "Сеанс завершён. Войдите, чтобы продолжить с того же места.",
    session_kept: "Сеанс завершён, ничего не сделано. Войдите: введённое сохранится.",
    form_expired: "Эта форма была открыта слишком долго. Введите пароль ещё раз.",
    foreign_origin: "Адреса не совпадают",
    foreign_origin_text: "Ничего не сделано. Адрес в браузере не совпадает с тем, по которому запрос пришёл в службу. \
                          Если вы пришли не с другого сайта, прокси-сервер меняет заголовок Host: администратор \
                          найдёт оба значения в журнале.",
    replaced_status: "Заменён",
    made_by: "Создал",
    make_permanent_question: "Срок кода никогда не истечёт. Тот, у кого он есть, сохранит доступ, пока код не удалят.",
    reset_question: "Срок кода будет отсчитан заново от текущего момента, каким бы он ни был сейчас.",
    reactivate_question: "Тот же код снова начнёт действовать на обычный срок от текущего момента.",
    expiry_stays: "Здесь срок убрать нельзя. Для этого в списке есть «Сделать бессрочным».",
    edit_expired: "Срок кода истёк. Чтобы изменить срок, возобновите код.",
    unit_label: "Единица",
    id_title: "Идентификатор",
    searched,
    inventory: "Все учётные данные",
    inventory_lead: "Всё, что выдано всем владельцам: по видам, а не по дате. Страница просматривает до 1000 \
                     записей.",
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
    first_page: "Первая страница",
    go_on: "Дальше",
    service_account: "Сервисный аккаунт",
    service_account_hint: "Нужен для учётных данных клиента. Клиент действует от имени этого аккаунта.",
    no_service_account: "Нет",
    service_accounts: "Сервисные аккаунты",
    service_accounts_lead: "Владельцы токенов, которые не являются людьми, например сервер сборки. Каждый действует с низшей из двух ролей: своей и создателя.",
    registered_accounts: "Аккаунты",
    new_service_account: "Новый сервисный аккаунт",
    no_service_accounts: "Сервисных аккаунтов нет.",
    create_account: "Создать",
    account_role_hint: "Не выше вашей роли.",
    notify: "Уведомления приходят",
    notify_hint: "Адрес электронной почты. Если он не указан, уведомления получает создатель аккаунта.",
    notify_maker: "Создателю аккаунта",
    made_by_service: "Сам сервис",
    edit_service_account: "Изменение сервисного аккаунта",
    take_over: "Взять на себя",
    taken_over: "Теперь аккаунт ваш: его роль не выше вашей.",
    account_enabled: "Сервисный аккаунт включён.",
    account_disabled: "Сервисный аккаунт отключён. Его токены не принимаются.",
    delete_service_account: "Удаление сервисного аккаунта",
    delete_service_account_question: "Все его токены сразу перестанут действовать. Отменить это нельзя.",
    no_tokens_of_account: "У сервисного аккаунта нет токенов.",
    account_role_wrong: "Сервисному аккаунту нужна роль участника или выше.",
    notify_wrong: "Это не адрес электронной почты.",
    scope_beyond_account: "У аккаунта нет этих прав.",
    account_unknown: "Такого сервисного аккаунта нет.",
    may_not_act: "Сервисный аккаунт отключён, либо его создатель отключён или удалён. Включите аккаунт или возьмите его на себя.",
    policy_forbids: "Политика этого сервиса этого не разрешает.",
    allowed_sources: "Разрешённые сети",
    allowed_sources_hint: "Адреса или сети, например 192.0.2.0/24 или 2001:db8::/32, по одной в строке, не больше 16. Пустое поле разрешает все адреса.",
    networks: "Сети",
    networks_many: "Не больше 16 сетей.",
    only_from: "Только из",
    password_for_sources: "Нужен, чтобы разрешить новые сети: с момента входа прошло время.",
    metadata: "Метаданные сервиса",
    sign_ins: "Входы",
    sign_ins_lead: "Где открыт ваш аккаунт: программы и браузеры с этой консолью. Завершите то, чего не узнаёте.",
    open_sign_ins: "Открытые входы",
    no_sign_ins: "У этого пользователя нет открытых входов.",
    signed_in_to: "Куда выполнен вход",
    device: "Устройство",
    source: "Откуда",
    not_known: "Неизвестно",
    this_device: "Это устройство",
    end: "Завершить",
    end_sign_in: "Завершение входа",
    end_sign_in_question: "Все токены этого входа сразу перестанут приниматься. Чтобы продолжить там работу, нужно будет войти заново.",
    sign_in_ended: "Вход завершён.",
    end_others: "Завершить все остальные",
    end_others_question: "Все ваши входы сразу завершатся, кроме того, которым вы пользуетесь сейчас. Личные токены доступа останутся.",
    others_ended: "Все остальные входы завершены.",
    all_sign_ins: "Все входы этого пользователя",
    end_everything: "Завершить всё",
    end_everything_lead: "Завершает все токены, входы и сеансы этого пользователя, а также коды безопасности, которые он создал или которые действуют от его имени.",
    end_everything_question: "Все токены, входы и сеансы этого пользователя сразу перестанут приниматься, как и коды безопасности, которые он создал или которые действуют от его имени. Отменить это нельзя.",
    everything_ended: "Все учётные данные этого пользователя завершены.",
    codes_of: "Коды безопасности, созданные этим пользователем или действующие от его имени",
    all_codes_of: "Все эти коды",
    accounts_made: "Сервисные аккаунты, созданные этим пользователем",
    accounts_stay: "Их токены останутся действительными и после завершения всего остального, если не отключить сами аккаунты.",
    disable_accounts: "Также отключить эти сервисные аккаунты",
    partly_done: "Возможно, выполнена только часть. Повторите действие, пока оно не завершится успешно.",
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
    overlap_after_expiry: "Срок старого токена истёк: действовать дальше он не может.",
    overlap_beyond_expiry: "Новый токен истечёт раньше старого. Выберите определённое время.",
    end_client_tokens: "Завершить его токены",
    end_client_tokens_question: "Всем, кто вошёл через этот клиент, нужно будет войти заново. Сам клиент останется.",
    client_tokens_ended: "Все токены клиента завершены.",
};

fn searched(count: u64) -> String {
    format!("Просмотрено {count} {}.", form(count, ["запись", "записи", "записей"]))
}

fn distance(distance: Distance) -> String {
    match distance {
        Distance::Now => "только что".to_owned(),
        Distance::Past(count, unit) => format!("{} назад", counted(count, unit)),
        Distance::Future(count, unit) => format!("через {}", counted(count, unit)),
    }
}

fn counted(count: u64, unit: Unit) -> String {
    let forms = match unit {
        Unit::Seconds => ["секунду", "секунды", "секунд"],
        Unit::Minutes => ["минуту", "минуты", "минут"],
        Unit::Hours => ["час", "часа", "часов"],
        Unit::Days => ["день", "дня", "дней"],
        Unit::Months => ["месяц", "месяца", "месяцев"],
        Unit::Years => ["год", "года", "лет"],
    };
    format!("{count} {}", form(count, forms))
}

/// Returns the form of a noun after a number: one (1, 21), few (2 to 4, 22) or many (0, 5 to 20).
fn form(count: u64, [one, few, many]: [&str; 3]) -> &str {
    match (count % 10, count % 100) {
        (_, 11..=14) => many,
        (1, _) => one,
        (2..=4, _) => few,
        _ => many,
    }
}

fn from_to(least: u64, most: u64) -> String {
    format!("Целое число от {least} до {most}.")
}

fn at_most_characters(most: u16) -> String {
    format!("Не больше {most} {}.", form(u64::from(most), ["символа", "символов", "символов"]))
}

fn days_hint(most: u16, lead: &str) -> String {
    format!("От 1 до {most}. Письмо придёт за {lead} до окончания срока и по его окончании.")
}

/// Formats a duration in the accusative case, which all callers need.
fn duration(duration: Duration) -> String {
    compound(duration, counted)
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Seconds => "секунды",
        Unit::Minutes => "минуты",
        Unit::Hours => "часы",
        Unit::Days => "дни",
        Unit::Months => "месяцы",
        Unit::Years => "годы",
    }
}

fn between(least: &str, most: &str) -> String {
    format!("Задайте целое число: минимум {least}, максимум {most}.")
}

fn exactly(duration: &str) -> String {
    format!("Служба применяет ровно {duration}.")
}

fn scope_about(token: &str) -> &'static str {
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

fn too_many_made(again: &Moment) -> String {
    format!("За последнее время создано слишком много. Попробуйте {} ({}).", again.relative, again.exact)
}

fn label_character(character: char) -> String {
    let name = match character {
        '\u{200B}' => "пробел нулевой ширины",
        '\u{200C}' => "разъединитель нулевой ширины",
        '\u{200D}' => "соединитель нулевой ширины",
        '\u{AD}' => "мягкий перенос",
        '\u{FEFF}' => "метка порядка байтов",
        '\u{61C}' | '\u{200E}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {
            "знак направления текста"
        }
        '\n' | '\r' | '\u{2028}' | '\u{2029}' => "перевод строки",
        '\t' => "табуляция",
        _ => "невидимый",
    };
    format!("Символ U+{:04X} ({name}) здесь не допускается. Удалите его.", u32::from(character))
}

fn network_wrong(number: usize) -> String {
    format!("Запись {number}: не адрес и не сеть вроде 192.0.2.0/24 или 2001:db8::/32.")
}

fn network_bits(number: usize, network: &str) -> String {
    format!("Запись {number}: это не первый адрес сети, введите {network}.")
}

fn in_zone(zone: &str) -> String {
    format!("В часовом поясе {zone}.")
}

fn event(name: EventName) -> &'static str {
    match name {
        EventName::Issued => "Выдан",
        EventName::Refused => "Отказано",
        EventName::LoginProved => "Вход",
        EventName::LoginRefused => "Вход отклонён",
        EventName::ClientRefused => "Клиент отклонён",
        EventName::GrantRefused => "Клиенту отказано в выдаче",
        EventName::Refreshed => "Обновлён",
        EventName::Replayed => "Старый токен обновления предъявлен снова: вход отозван целиком",
        EventName::ForeignClient => "Предъявлен токен другого клиента",
        EventName::RevocationIgnored => "Отзыв не выполнен: токен не принадлежит клиенту",
        EventName::Revoked => "Отозван",
        EventName::SignInEnded => "Вход завершён",
        EventName::OwnerRevoked => "Отозваны учётные данные владельца",
        EventName::LeakEnded => "Найден в открытом доступе: отозван",
        EventName::LeakLeftValid => "Найден в открытом доступе: ещё действует",
        EventName::LeakOfEnded => "Найден в открытом доступе: уже не действовал",
        EventName::ClientSecretLeaked => "Секрет клиента найден в открытом доступе",
        EventName::Rotated => "Заменён",
        EventName::OverlapEnded => "Старый перестал действовать",
        EventName::Edited => "Изменён",
        EventName::ExpirySet => "Изменён срок",
        EventName::Extended => "Продлён",
        EventName::MadePermanent => "Сделан бессрочным",
        EventName::Reset => "Срок сброшен",
        EventName::Reactivated => "Возобновлён",
        EventName::SourcesNarrowed => "Разрешено меньше сетей",
        EventName::SourcesWidened => "Разрешены новые сети",
        EventName::MetadataSet => "Изменены метаданные",
        EventName::ClientCreated => "Клиент зарегистрирован",
        EventName::ClientChanged => "Клиент изменён",
        EventName::ClientDisabled => "Клиент отключён",
        EventName::ClientEnabled => "Клиент включён",
        EventName::ClientSecretReplaced => "Секрет клиента заменён",
        EventName::ClientTokensRevoked => "Токены клиента отозваны",
        EventName::ClientDeleted => "Клиент удалён",
        EventName::ServiceAccountCreated => "Сервисный аккаунт создан",
        EventName::ServiceAccountChanged => "Сервисный аккаунт изменён",
        EventName::ServiceAccountDisabled => "Сервисный аккаунт отключён",
        EventName::ServiceAccountEnabled => "Сервисный аккаунт включён",
        EventName::ServiceAccountDeleted => "Сервисный аккаунт удалён",
        EventName::Setting => "Настройка изменена",
        EventName::LoginAllowed => "Вход по токену разрешён",
        EventName::LoginForbidden => "Вход по токену больше не разрешён",
        EventName::Throttled => "Слишком много неудачных попыток: нужно подождать",
        EventName::FailuresWithoutSource => "Много неверных паролей или секретов из неизвестных источников",
        EventName::NoKeyRing => "Ключи не настроены",
        EventName::Rekeyed => "Пересчитан с новым ключом",
        EventName::Imported => "Перенесён из другой системы",
        EventName::Corrupt => "Пропущены повреждённые записи",
        EventName::NoAddress => "Нет адреса для уведомления",
        EventName::NoticeWithheld => "Уведомление не отправлено",
        EventName::ValidSinceAhead => "Учётные данные начнут действовать только в будущем",
        EventName::ReservedSubject => "В каталоге занят идентификатор служебной учётной записи",
        EventName::UsesDropped => "Отметки о доступе потеряны",
        EventName::MadeRoom => "Завершён, чтобы освободить место новому",
        EventName::LimitReached => "Достигнут предел: ничего не создано",
        EventName::Other => "Событие",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn console_1_words_follow_their_number() {
        let days = |count| counted(count, Unit::Days);
        assert_eq!(
            [1, 2, 5, 11, 21, 22, 25, 111, 0].map(days),
            ["1 день", "2 дня", "5 дней", "11 дней", "21 день", "22 дня", "25 дней", "111 дней", "0 дней"]
        );
        assert_eq!(distance(Distance::Past(3, Unit::Hours)), "3 часа назад");
        assert_eq!(at_most_characters(21), "Не больше 21 символа.");
    }
}
