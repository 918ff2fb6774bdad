//! The texts of the fields for the scope of a token.

use counterfoil::Scope;

use crate::console::text::scopes::ScopeTexts;

pub(super) const SCOPES: ScopeTexts = ScopeTexts {
    legend: "What it may do",
    all: "Everything you may do",
    limited: "Only this:",
    tokens: "Scopes, separated by spaces",
    about,
    needed: "Choose at least one scope, or everything.",
    both: "You chose both everything and single scopes. Choose one or the other.",
    too_long: "All scopes together may have at most 1,000 characters.",
    wrong: "This service does not know that scope.",
    beyond: "You cannot grant more than you may do yourself.",
};

fn about(token: &str) -> &'static str {
    match token {
        Scope::CREDENTIALS_READ => "see your own tokens",
        Scope::CREDENTIALS_WRITE => "create, replace and revoke your own tokens",
        Scope::CODES_MANAGE => "manage security codes",
        Scope::CLIENTS_MANAGE => "manage clients",
        Scope::USERS_MANAGE => "manage users and their tokens",
        Scope::SERVICE_ACCOUNTS_MANAGE => "manage service accounts and their tokens",
        Scope::SETTINGS_MANAGE => "see and change system settings",
        _ => "",
    }
}
