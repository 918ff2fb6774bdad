//! The texts with which the console asks a viewer who is signed in for the password again.

use crate::console::text::reauthentication::ReauthenticationTexts;

pub(super) const REAUTHENTICATION: ReauthenticationTexts = ReauthenticationTexts {
    password_again: "Your password",
    password_again_hint: "Needed because you signed in a while ago.",
    password_wrong: "That is not your password.",
    prove_question: "You signed in a while ago. Enter your password to continue.",
    password_for_expiry: "Needed to change the expiry or to allow further networks, because you signed in a while ago.",
    password_for_sources: "Needed to allow further networks, because you signed in a while ago.",
};
