//! The English texts.

mod allowed_sources;
mod clients;
mod common;
mod credentials;
mod errors;
mod events;
mod formats;
mod layout;
mod lists;
mod personal_access_tokens;
mod profile;
mod reauthentication;
mod rejections;
mod scopes;
mod secret_page;
mod security_codes;
mod service_accounts;
mod sessions;
mod settings;
mod sign_ins;
mod token_forms;
mod user_credentials;
mod users;

use super::Texts;

pub(crate) const ENGLISH: Texts = Texts {
    formats: formats::FORMATS,
    layout: layout::LAYOUT,
    common: common::COMMON,
    lists: lists::LISTS,
    errors: errors::ERRORS,
    rejections: rejections::REJECTIONS,
    sessions: sessions::SESSIONS,
    reauthentication: reauthentication::REAUTHENTICATION,
    secret_page: secret_page::SECRET_PAGE,
    tokens: personal_access_tokens::TOKENS,
    token_forms: token_forms::TOKEN_FORMS,
    scopes: scopes::SCOPES,
    allowed_sources: allowed_sources::ALLOWED_SOURCES,
    sign_ins: sign_ins::SIGN_INS,
    profile: profile::PROFILE,
    users: users::USERS,
    user_credentials: user_credentials::USER_CREDENTIALS,
    codes: security_codes::CODES,
    clients: clients::CLIENTS,
    service_accounts: service_accounts::SERVICE_ACCOUNTS,
    settings: settings::SETTINGS,
    events: events::EVENTS,
    credentials: credentials::CREDENTIALS,
};
