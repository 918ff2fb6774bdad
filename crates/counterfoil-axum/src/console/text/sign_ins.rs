//! The texts of the lists of open sign-ins.

pub(crate) struct SignInTexts {
    pub(crate) title: &'static str,
    pub(crate) lead: &'static str,
    pub(crate) open_sign_ins: &'static str,
    pub(crate) no_sign_ins: &'static str,
    pub(crate) signed_in_to: &'static str,
    pub(crate) device: &'static str,
    pub(crate) source: &'static str,
    pub(crate) not_known: &'static str,
    pub(crate) this_device: &'static str,
    pub(crate) end: &'static str,
    pub(crate) end_sign_in: &'static str,
    pub(crate) end_sign_in_question: &'static str,
    pub(crate) sign_in_ended: &'static str,
    pub(crate) end_others: &'static str,
    pub(crate) end_others_question: &'static str,
    pub(crate) others_ended: &'static str,
    pub(crate) all_sign_ins: &'static str,
}
