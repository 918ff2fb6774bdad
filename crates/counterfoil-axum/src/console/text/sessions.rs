//! The texts of the sign-in page.

pub(crate) struct SessionTexts {
    pub(crate) sign_in: &'static str,
    pub(crate) user_name: &'static str,
    pub(crate) password: &'static str,
    pub(crate) refused: &'static str,
    pub(crate) slow_down: &'static str,
    pub(crate) busy: &'static str,
    pub(crate) signed_out: &'static str,
    pub(crate) too_many_sessions: &'static str,
    pub(crate) session_ended: &'static str,
    pub(crate) session_kept: &'static str,
    pub(crate) form_expired: &'static str,
}
