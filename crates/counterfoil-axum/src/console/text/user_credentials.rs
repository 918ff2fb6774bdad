//! The texts of the page that ends all credentials of a user.

pub(crate) struct UserCredentialTexts {
    pub(crate) end_everything: &'static str,
    pub(crate) end_everything_lead: &'static str,
    pub(crate) end_everything_question: &'static str,
    pub(crate) everything_ended: &'static str,
    pub(crate) codes_of: &'static str,
    pub(crate) all_codes_of: &'static str,
    pub(crate) accounts_made: &'static str,
    pub(crate) accounts_stay: &'static str,
    pub(crate) disable_accounts: &'static str,
}
