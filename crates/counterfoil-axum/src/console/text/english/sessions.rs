//! The texts of the sign-in page.

use crate::console::text::sessions::SessionTexts;

pub(super) const SESSIONS: SessionTexts = SessionTexts {
    sign_in: "Sign in",
    user_name: "Name",
    password: "Password",
    refused: "The name or password is wrong.",
    slow_down: "Too many failed attempts. Wait a moment, then try again.",
    busy: "Too many sign-in attempts at once. Try again in a second.",
    signed_out: "You have signed out.",
    too_many_sessions: "You have as many sessions as allowed. Sign out somewhere else first.",
    session_ended: "Your session has ended. Sign in to continue where you left off.",
    session_kept: "Your session has ended, and nothing was done. Sign in to continue: what you typed is kept.",
    form_expired: "This form was open for too long. Enter your password once more.",
};
