//! The texts of the pages of service accounts.

use crate::console::text::service_accounts::ServiceAccountTexts;

pub(super) const SERVICE_ACCOUNTS: ServiceAccountTexts = ServiceAccountTexts {
    title: "Service accounts",
    lead: "Owners of tokens that are no people, such as a build server. Each acts with the lower role of its own and \
           its maker’s.",
    registered_accounts: "Accounts",
    no_service_accounts: "There are no service accounts.",
    new_service_account: "New service account",
    create_account: "Create",
    account_role_hint: "At most your own role.",
    account_role_wrong: "A service account needs the role of a member or a higher one.",
    notify: "Notices go to",
    notify_hint: "An e-mail address. If it is empty, the notices go to the person who made the account.",
    notify_maker: "The person who made the account",
    notify_wrong: "This is not an e-mail address.",
    made_by_service: "The service itself",
    no_tokens_of_account: "The service account has no tokens.",
    scope_beyond_account: "The account does not have these rights.",
    account_unknown: "There is no such service account.",
    may_not_act: "The service account is disabled, or the person who made it is disabled or has left. Enable it, or \
                  take it over.",
    edit_service_account: "Edit the service account",
    take_over: "Take over",
    taken_over: "The account is now yours: it has at most your role.",
    account_enabled: "The service account is enabled.",
    account_disabled: "The service account is disabled. Its tokens are refused.",
    delete_service_account: "Delete the service account",
    delete_service_account_question: "All its tokens stop working at once. This cannot be undone.",
};
