//! The texts of the pages of security codes.

use crate::console::text::security_codes::SecurityCodeTexts;

pub(super) const CODES: SecurityCodeTexts = SecurityCodeTexts {
    title: "Security codes",
    lead: "A security code gives an external program access with the rights you choose. Expired codes can be \
           reactivated for a while.",
    no_codes: "No security codes yet. Choose an access level above and generate one.",
    no_description: "No description",
    new_code: "New security code",
    access: "Access level",
    access_needed: "Choose an access level.",
    super_administrator: "Super administrator",
    same_as_user: "Same as user",
    user_of_code: "User, for “same as user”",
    user_needed: "Enter a user.",
    user_not_asked: "A super administrator's code is not tied to a user. Leave this empty, or choose “same as user”.",
    user_unknown: "There is no user with that name.",
    edit_code: "Edit the security code",
    expires_label: "New expiry",
    in_zone,
    expiry_stays: "You cannot remove the expiry here. Use “Make permanent” in the list instead.",
    edit_expired: "The code has expired. Reactivate it to change its expiry.",
    make_permanent: "Make permanent",
    make_permanent_question: "The code will never expire. Anyone who has it keeps access until somebody deletes the \
                              code.",
    made_permanent: "The code no longer expires.",
    reset: "Reset",
    reset_question: "The code's lifetime starts again from now, whatever its expiry is at present.",
    expiry_reset: "The expiry is reset.",
    reactivate: "Reactivate",
    reactivate_question: "The same code works again, for the usual lifetime from now.",
    reactivated: "The code works again.",
    delete_code: "Delete the security code",
    delete_code_question: "Programs that use it will be refused at once. A deleted code cannot be reactivated.",
};

fn in_zone(zone: &str) -> String {
    format!("In the time zone {zone}.")
}
