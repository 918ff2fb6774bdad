//! The texts of the page that lists the credentials of all owners, and the names of the states of a credential.

pub(crate) struct CredentialTexts {
    pub(crate) title: &'static str,
    pub(crate) lead: &'static str,
    /// Formats the note that says how many credentials were searched on this page and the pages before it.
    pub(crate) searched: fn(u64) -> String,
    pub(crate) any_kind: &'static str,
    pub(crate) kind_personal: &'static str,
    pub(crate) kind_access: &'static str,
    pub(crate) kind_refresh: &'static str,
    pub(crate) kind_session: &'static str,
    pub(crate) owner: &'static str,
    pub(crate) owner_hint: &'static str,
    pub(crate) label_begins: &'static str,
    pub(crate) expiring_before: &'static str,
    pub(crate) unused_since: &'static str,
    pub(crate) unused_since_hint: &'static str,
    pub(crate) metadata: &'static str,
    pub(crate) active: &'static str,
    pub(crate) expiring: &'static str,
    pub(crate) expired: &'static str,
    pub(crate) suspended: &'static str,
    pub(crate) refused_by_policy: &'static str,
    pub(crate) replaced_status: &'static str,
}
