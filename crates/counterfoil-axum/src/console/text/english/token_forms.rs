//! The texts of the pages that replace, renew, extend and edit a token.

use crate::console::text::token_forms::TokenFormTexts;

pub(super) const TOKEN_FORMS: TokenFormTexts = TokenFormTexts {
    replace: "Replace",
    replace_token: "Replace the token",
    replace_token_question: "A new token replaces it, with the same label and scope.",
    renew: "Renew",
    renew_token: "Renew the token",
    renew_expired_question: "It has expired. A new token replaces it, with the same label and scope.",
    renew_first: "It has expired. Renew it: it then gets a new secret.",
    empty_keeps_expiry: "Leave it empty to keep the expiry.",
    extend: "Extend",
    extend_token: "Extend the token",
    extend_token_question: "The token keeps its secret. The new number of days counts from now.",
    extended: "The token has a new expiry.",
    permanent_choice: "It never expires",
    edit_token: "Edit the token",
    overlap: "The old one keeps working",
    overlap_hint: "Gives you time to put the new one in place.",
    overlap_none: "Not at all",
    overlap_first_use: "Until the new one is first used",
    overlap_hour: "For an hour",
    overlap_day: "For a day",
    overlap_week: "For a week",
    overlap_after_expiry: "The old token has expired, so it cannot keep working.",
    overlap_beyond_expiry: "The new token expires before the old one. Choose a fixed time.",
};
