//! The texts of the parts that all pages have.

use crate::console::text::layout::LayoutTexts;

pub(super) const LAYOUT: LayoutTexts = LayoutTexts {
    skip: "Skip to content",
    sections: "Sections",
    sign_out: "Sign out",
    times_in: "Times are in",
    problem: "There is a problem",
    prefilled: "This form was filled in from a link, or with what you typed before. Check it before you send it.",
    made_room: "You had as many sessions as allowed, so signing in ended the one that you had not used for the longest \
                time.",
};
