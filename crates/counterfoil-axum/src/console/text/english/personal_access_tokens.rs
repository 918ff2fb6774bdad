//! The texts of the page of the viewer's own personal access tokens, and of the revocation of a token.

use crate::console::text::personal_access_tokens::TokenTexts;

pub(super) const TOKENS: TokenTexts = TokenTexts {
    title: "Personal access tokens",
    lead: "A token lets a program act as you, without your password. Keep tokens as safe as passwords.",
    tokens_off: "Personal access tokens are switched off. An administrator can switch them on in the system settings.",
    token_login_denied: "Token login is not allowed for your account. Ask an administrator to allow it.",
    collaborator: "Collaborators cannot create personal access tokens.",
    your_tokens: "Your tokens",
    no_tokens: "No tokens yet. Enter a label and a number of days, then generate one.",
    new_token: "New token",
    days: "Expires in (days)",
    days_hint,
    days_needed: "Enter the number of days until it expires.",
    revoke: "Revoke",
    revoke_token: "Revoke the token",
    revoke_token_question: "Programs that use it will be refused at once. This cannot be undone.",
    revoked: "The token is revoked.",
};

fn days_hint(most: u16, lead: &str) -> String {
    format!("From 1 to {most}. An e-mail is sent {lead} before it expires, and when it expires.")
}
