//! The texts with which the console asks a viewer who is signed in for the password again.

pub(crate) struct ReauthenticationTexts {
    pub(crate) password_again: &'static str,
    pub(crate) password_again_hint: &'static str,
    pub(crate) password_wrong: &'static str,
    pub(crate) prove_question: &'static str,
    pub(crate) password_for_expiry: &'static str,
    pub(crate) password_for_sources: &'static str,
}
