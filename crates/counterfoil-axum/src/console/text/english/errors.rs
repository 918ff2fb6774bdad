//! The error messages that several pages have.

use crate::console::text::errors::ErrorTexts;
use crate::console::time::Moment;

pub(super) const ERRORS: ErrorTexts = ErrorTexts {
    invalid: "This value is not accepted.",
    unknown_field: "The form has a field that this page does not expect. Reload the page and try again.",
    form_used: "This form has already been used. Check the list. Send the form again only if you want another one.",
    conflict: "Its current state does not allow this.",
    changed_meanwhile: "Somebody else changed it in the meantime. Check it and try again.",
    quota_reached: "The limit has been reached. Delete one first.",
    policy_forbids: "The policy of this service does not allow this.",
    label_empty: "Enter a label with at least one visible character.",
    label_taken: "Another of your tokens has this label.",
    label_character,
    description_wrong: "At most 500 characters, without control characters.",
    expires_wrong: "Choose a date and time in the future.",
    has_expired: "It has expired. Reactivate it first.",
    not_expired: "It has not expired.",
    replaced: "It has already been replaced.",
    is_suspended: "It is suspended, and its replacement would be too. Delete it and create another.",
    too_many_made,
};

fn label_character(character: char) -> String {
    let name = match character {
        '\u{200B}' => "zero width space",
        '\u{200C}' => "zero width non-joiner",
        '\u{200D}' => "zero width joiner",
        '\u{AD}' => "soft hyphen",
        '\u{FEFF}' => "byte order mark",
        '\u{61C}' | '\u{200E}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {
            "text direction mark"
        }
        '\n' | '\r' | '\u{2028}' | '\u{2029}' => "line break",
        '\t' => "tab",
        _ => "invisible",
    };
    format!("The character U+{:04X} ({name}) is not allowed here. Delete it.", u32::from(character))
}

fn too_many_made(again: &Moment) -> String {
    format!("Too many were created recently. Try again {}, at {}.", again.relative, again.exact)
}
