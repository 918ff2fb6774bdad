//! The English texts of the page that lists the credentials of all owners, and the English names of the states of a
//! credential.

use crate::console::text::credentials::CredentialTexts;

pub(super) const CREDENTIALS: CredentialTexts = CredentialTexts {
    title: "All credentials",
    lead: "The credentials of all owners, by kind and not by date. A page searches at most 1,000 of them.",
    searched,
    any_kind: "Any kind",
    kind_personal: "Personal access token",
    kind_access: "Access token",
    kind_refresh: "Refresh token",
    kind_session: "Console session",
    owner: "Owner",
    owner_hint: "The id that the page of the user shows.",
    label_begins: "Label begins with",
    expiring_before: "Expires before",
    unused_since: "Unused since",
    unused_since_hint: "Neither created nor used then or later.",
    metadata: "The service's own metadata",
    active: "Active",
    expiring: "Expires soon",
    expired: "Expired",
    suspended: "Suspended",
    refused_by_policy: "Refused: lives too long",
    replaced_status: "Replaced",
};

fn searched(count: u64) -> String {
    let noun = if count == 1 { "credential" } else { "credentials" };
    format!("Searched {count} {noun} so far.")
}
