//! The texts of the page of the viewer's own personal access tokens, and of the revocation of a token.

pub(crate) struct TokenTexts {
    pub(crate) title: &'static str,
    pub(crate) lead: &'static str,
    pub(crate) tokens_off: &'static str,
    pub(crate) token_login_denied: &'static str,
    pub(crate) collaborator: &'static str,
    pub(crate) your_tokens: &'static str,
    pub(crate) no_tokens: &'static str,
    pub(crate) new_token: &'static str,
    pub(crate) days: &'static str,
    /// Formats the hint for a lifetime in days: `1 to 180. Notice goes out 7 days before the end, and at the end.`
    pub(crate) days_hint: fn(u16, &str) -> String,
    pub(crate) days_needed: &'static str,
    pub(crate) revoke: &'static str,
    pub(crate) revoke_token: &'static str,
    pub(crate) revoke_token_question: &'static str,
    pub(crate) revoked: &'static str,
}
