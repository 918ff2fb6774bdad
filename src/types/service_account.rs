//! A service account: an owner of credentials that is not a person.

use serde::{Deserialize, Serialize};

use crate::types::description::Description;
use crate::types::email::EmailAddress;
use crate::types::ids::SubjectId;
use crate::types::label::{Label, LabelKey};
use crate::types::role::Role;
use crate::types::scope::Scope;
use crate::types::time::Timestamp;
use crate::types::unknown::UnknownFields;

/// A stored service account. Administrators make it, and the library keeps it in
/// [`StoredSettings::service_accounts`](crate::settings::StoredSettings::service_accounts). A stored document must
/// contain every member except `adopted_at`: if `scope` were optional, a misspelled `scope` would mean "all rights".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ServiceAccount {
    /// The label, at most [`ServiceAccount::LABEL_MAX`] characters.
    #[serde(with = "text")]
    pub label: Label,
    /// The label in the form in which labels are compared. No other service account of the realm has the same key.
    #[serde(with = "text")]
    pub label_key: LabelKey,
    /// The description. Empty if none was given.
    #[serde(with = "text")]
    pub description: Description,
    /// The highest role that the account can have. The account acts with the lower of this role and the current role of
    /// the person in `made_by`.
    pub role: Role,
    /// The widest scope that the account's credentials can have. `None` means all that the role allows.
    #[serde(deserialize_with = "Option::deserialize")]
    pub scope: Option<Scope>,
    /// The person who made the account or took it over. `None` means the host.
    #[serde(deserialize_with = "Option::deserialize")]
    pub made_by: Option<SubjectId>,
    /// The e-mail address that gets the account's notices. `None` means that the person in `made_by` gets them.
    #[serde(with = "text::optional")]
    pub notify: Option<EmailAddress>,
    /// Whether the account is disabled. All credentials of a disabled account are refused.
    pub disabled: bool,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When the person in `made_by` took the account over. `None` if this person or the host made the account. A
    /// missing member of a stored document gives `None` too. This is safe: the earlier instant `created_at` is then
    /// used, so the account is more likely to be disabled by the `valid_since` of the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adopted_at: Option<Timestamp>,
    /// Members of the stored document that a newer version of this library wrote.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}

impl ServiceAccount {
    /// The longest label, in characters.
    pub const LABEL_MAX: u16 = 100;

    /// The largest number of service accounts in one realm that a policy can allow.
    pub const MOST: u16 = 1_000;

    /// Creates an enabled account that the host made, without a scope, a description or an address.
    #[must_use]
    pub fn new(label: Label, role: Role, created_at: Timestamp) -> Self {
        Self {
            label_key: label.key(),
            label,
            description: Description::default(),
            role,
            scope: None,
            made_by: None,
            notify: None,
            disabled: false,
            created_at,
            adopted_at: None,
            unknown: UnknownFields::default(),
        }
    }

    /// The instant since which the person in `made_by` is responsible for the account: `adopted_at` if it is set, and
    /// otherwise `created_at`.
    #[must_use]
    pub fn answered_since(&self) -> Timestamp {
        self.adopted_at.unwrap_or(self.created_at)
    }

    /// Sets the label and its key.
    #[must_use]
    pub fn with_label(mut self, label: Label) -> Self {
        self.label_key = label.key();
        self.label = label;
        self
    }
}

crate::types::setters::setters!(ServiceAccount {
    with_description description = Description;
    with_role role = Role;
    with_scope scope: Option<Scope>;
    with_made_by made_by: Option<SubjectId>;
    with_notify notify: Option<EmailAddress>;
    with_disabled disabled = bool;
    with_created_at created_at = Timestamp;
    with_adopted_at adopted_at: Option<Timestamp>;
});

/// The serde form of the fields that are stored as text.
mod text {
    use serde::{Deserialize, Deserializer, Serializer, de};

    use super::{Description, EmailAddress, Label, LabelKey};

    pub(super) trait Text: Sized {
        fn written(&self) -> &str;
        fn read(text: &str) -> Option<Self>;
    }

    macro_rules! texts {
        ($($type:ident: $read:expr;)*) => {$(
            impl Text for $type {
                fn written(&self) -> &str {
                    self.as_str()
                }

                fn read(text: &str) -> Option<Self> {
                    $read(text)
                }
            }
        )*};
    }

    texts! {
        Label: |text| Label::from_stored(text).ok();
        LabelKey: |text| Some(LabelKey::from_stored(text));
        Description: |text| Description::new(text).ok();
        EmailAddress: |text| EmailAddress::new(text).ok();
    }

    pub(super) fn serialize<T: Text, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(value.written())
    }

    pub(super) fn deserialize<'de, T: Text, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        let text = String::deserialize(deserializer)?;
        T::read(&text).ok_or_else(|| de::Error::custom("a text of a service account is not valid"))
    }

    pub(super) mod optional {
        use serde::{Deserialize, Deserializer, Serializer, de};

        use super::Text;

        pub(in super::super) fn serialize<T: Text, S: Serializer>(
            value: &Option<T>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            match value {
                Some(value) => serializer.serialize_some(value.written()),
                None => serializer.serialize_none(),
            }
        }

        pub(in super::super) fn deserialize<'de, T: Text, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<T>, D::Error> {
            let text = Option::<String>::deserialize(deserializer)?;
            let read = |text: String| T::read(&text).ok_or_else(|| de::Error::custom("an address is not valid"));
            text.map(read).transpose()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::types::service_account_id::ServiceAccountId;
    use crate::types::settings::StoredSettings;

    fn account() -> ServiceAccount {
        let at = Timestamp::from_micros(7).expect("a time");
        ServiceAccount::new(Label::new("Nightly  Import", 100).expect("a label"), Role::Member, at)
            .with_description(Description::new("reads the\nwarehouse").expect("a text"))
            .with_scope("demo:read".parse::<Scope>().ok())
            .with_made_by(SubjectId::new("admin").ok())
            .with_notify(EmailAddress::new("ops@example.com").ok())
    }

    #[test]
    fn machine_1_an_account_is_read_back_as_it_was_written_and_every_member_is_needed() {
        let plain = ServiceAccount::new(account().label, Role::Administrator, account().created_at);
        for account in [account(), plain] {
            let whole = serde_json::to_string(&account).expect("JSON");
            assert_eq!(serde_json::from_str::<ServiceAccount>(&whole).expect("whole"), account);
            for member in whole.split('"').filter(|word| whole.contains(&format!("\"{word}\":"))) {
                let damaged = whole.replacen(&format!("\"{member}\":"), &format!("\"{member}~\":"), 1);
                assert!(serde_json::from_str::<ServiceAccount>(&damaged).is_err(), "{member}");
            }
        }
        let later = serde_json::to_string(&account()).expect("JSON").replacen('{', "{\"later\":[1],", 1);
        let read: ServiceAccount = serde_json::from_str(&later).expect("tolerated");
        assert!(serde_json::to_string(&read).expect("JSON").contains("\"later\":[1]"));
    }

    #[test]
    fn machine_1_settings_without_accounts_are_written_as_earlier_versions_wrote_them() {
        let none = StoredSettings::default();
        assert_eq!(none.to_document().expect("written"), r#"{"values":{},"switches":{}}"#);
        let mut one = none;
        one.service_accounts.insert(ServiceAccountId::from_bytes([7; 16]), account());
        let text = one.to_document().expect("written");
        assert_eq!(StoredSettings::from_document(&text).expect("read"), one);
        let damaged = text.replacen("\"disabled\"", "\"enabled\"", 1);
        assert!(StoredSettings::from_document(&damaged).is_err(), "it is not read as enabled");
    }

    /// The stored settings, as the library read and wrote them before it had service accounts.
    #[derive(Serialize, Deserialize)]
    struct Older {
        values: BTreeMap<String, String>,
        switches: BTreeMap<SubjectId, bool>,
        #[serde(flatten)]
        unknown: UnknownFields,
    }

    #[test]
    fn machine_1_an_older_node_keeps_the_accounts_when_it_changes_a_setting() {
        let mut stored = StoredSettings::default();
        stored.service_accounts.insert(ServiceAccountId::from_bytes([7; 16]), account());
        let mut older: Older = serde_json::from_str(&stored.to_document().expect("written")).expect("tolerated");
        older.switches.insert(SubjectId::from(7_u32), true);
        stored.switches.insert(SubjectId::from(7_u32), true);
        let text = serde_json::to_string(&older).expect("JSON");
        assert_eq!(StoredSettings::from_document(&text).expect("read"), stored);
    }
}
