//! The texts of pages that show only a message.

use crate::console::text::rejections::RejectionTexts;

pub(super) const REJECTIONS: RejectionTexts = RejectionTexts {
    back_to_start: "Back to the start page",
    back_to_form: "Go back",
    to_list: "Back to the list",
    not_found: "Not found",
    not_found_text: "It does not exist, or it is not yours.",
    forbidden: "Not allowed",
    forbidden_text: "Your account is not allowed to do this.",
    forged: "This form is out of date",
    forged_text: "Nothing was done. Go back, reload the page and try again.",
    foreign_origin: "The addresses do not match",
    foreign_origin_text: "Nothing was done. The address in your browser is not the one that reached this service. If \
                          you did not come from another site, a proxy changes the Host header: an administrator can \
                          find both values in the log.",
    stale: "Your password is needed",
    stale_text: "Nothing was done. Go back and try again: the page will ask for your password.",
    done_already: "This has already been done",
    done_already_text: "The form was sent before, and nothing was created a second time. A secret is shown only once: \
                        if you do not have it, create another one.",
    partly_done: "It may be partly done. Do it again until it succeeds.",
    unavailable: "Not available right now",
    unavailable_text: "The service cannot answer at the moment. Try again shortly.",
    no_search: "No search for users",
    no_search_text: "This service offers no search for users.",
    no_logins: "No sign-in with a password",
    no_logins_text: "This service does not check passwords. Sign in, or sign in again, in the way that the service \
                     provides.",
    too_large: "Too large",
    too_large_text: "The form is larger than this page accepts.",
    bad_host: "Not a valid address",
    bad_host_text: "The request must name exactly one host.",
    insecure: "Not available over HTTP",
    insecure_text: "Over plain HTTP, the console is available only from this machine. Use HTTPS instead.",
};
