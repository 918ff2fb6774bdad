//! The texts of the lists of open sign-ins.

use crate::console::text::sign_ins::SignInTexts;

pub(super) const SIGN_INS: SignInTexts = SignInTexts {
    title: "Sign-ins",
    lead: "Where you are signed in: programs, and browsers with this console. End what you do not recognise.",
    open_sign_ins: "Open sign-ins",
    no_sign_ins: "This user is signed in nowhere.",
    signed_in_to: "Signed in to",
    device: "Device",
    source: "From",
    not_known: "Not known",
    this_device: "This device",
    end: "End",
    end_sign_in: "End the sign-in",
    end_sign_in_question: "All its tokens are refused at once. To go on there, the user must sign in again.",
    sign_in_ended: "The sign-in is ended.",
    end_others: "End all others",
    end_others_question: "All your sign-ins end at once, except the one that you are using now. Personal access tokens \
                          stay.",
    others_ended: "All other sign-ins are ended.",
    all_sign_ins: "All sign-ins of this user",
};
