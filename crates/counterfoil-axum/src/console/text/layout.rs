//! The texts of the parts that all pages have.

pub(crate) struct LayoutTexts {
    pub(crate) skip: &'static str,
    pub(crate) sections: &'static str,
    pub(crate) sign_out: &'static str,
    pub(crate) times_in: &'static str,
    pub(crate) problem: &'static str,
    pub(crate) prefilled: &'static str,
    pub(crate) made_room: &'static str,
}
