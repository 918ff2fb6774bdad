//! Service accounts in requests and in results.

use crate::types::email::EmailAddress;
use crate::types::ids::SubjectId;
use crate::types::role::Role;
use crate::types::scope::Scope;
use crate::types::service_account::ServiceAccount;
use crate::types::service_account_id::ServiceAccountId;
use crate::types::time::Timestamp;

/// The request for a new service account.
///
/// ```
/// use counterfoil::Role;
/// use counterfoil::service_account::NewServiceAccount;
///
/// let new = NewServiceAccount::new("nightly import", Role::Member).with_description("reads the warehouse");
/// assert!(new.scope.is_none() && new.notify.is_none());
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NewServiceAccount<'a> {
    /// The label: at most [`ServiceAccount::LABEL_MAX`] characters. No other service account of the realm may have it.
    pub label: &'a str,
    /// The highest role that the account can have. It must not be higher than the presenter's role.
    /// [`Role::Collaborator`] is refused, because a collaborator owns no tokens.
    pub role: Role,
    /// The description, at most 500 characters.
    pub description: &'a str,
    /// The widest scope of the account's credentials, which must lie within the presenter's own. `None` means the
    /// presenter's scope.
    pub scope: Option<Scope>,
    /// The address that gets the account's notices. `None` means that they are sent to the presenter, who becomes the
    /// maker.
    pub notify: Option<EmailAddress>,
}

impl<'a> NewServiceAccount<'a> {
    /// A request for an account with that label and role, and with the presenter's scope.
    #[must_use]
    pub const fn new(label: &'a str, role: Role) -> Self {
        Self { label, role, description: "", scope: None, notify: None }
    }
}

crate::types::setters::setters!(NewServiceAccount<'a> {
    with_label label = &'a str;
    with_role role = Role;
    with_description description = &'a str;
    with_scope scope: Option<Scope>;
    with_notify notify: Option<EmailAddress>;
});

/// A change of a service account. A field that is `None` leaves its value unchanged.
///
/// ```
/// use counterfoil::service_account::ServiceAccountUpdate;
///
/// let change = ServiceAccountUpdate::default().with_disabled(true);
/// assert_eq!((change.disabled, change.adopt, change.label), (Some(true), false, None));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceAccountUpdate {
    /// The new label.
    pub label: Option<String>,
    /// The new description. An empty text removes it.
    pub description: Option<String>,
    /// The highest role that the account can have.
    pub role: Option<Role>,
    /// The widest scope of the account's credentials. `Some(None)` means all that the role allows. A change takes
    /// effect at once, and also applies to existing credentials.
    pub scope: Option<Option<Scope>>,
    /// The address that gets the account's notices. `Some(None)` means that they are sent to the maker.
    pub notify: Option<Option<EmailAddress>>,
    /// Whether the account is to be disabled or enabled.
    pub disabled: Option<bool>,
    /// Whether the presenter becomes the account's maker. Use this if the account is refused because its maker has left
    /// or is disabled, or because of the maker's [`valid_since`](crate::Account::valid_since). The account's tokens
    /// then work again, with at most the present role of the new maker. The former maker may have copies of the tokens,
    /// so rotate them.
    pub adopt: bool,
}

crate::types::setters::setters!(ServiceAccountUpdate {
    with_label label ? String;
    with_description description ? String;
    with_role role ? Role;
    with_disabled disabled ? bool;
    with_adopt adopt = bool;
});

impl ServiceAccountUpdate {
    /// Sets the widest scope. `None` means all that the role allows.
    #[must_use]
    pub fn with_scope(mut self, scope: impl Into<Option<Scope>>) -> Self {
        self.scope = Some(scope.into());
        self
    }

    /// Sets the address that gets the account's notices. `None` means that they are sent to the maker.
    #[must_use]
    pub fn with_notify(mut self, notify: impl Into<Option<EmailAddress>>) -> Self {
        self.notify = Some(notify.into());
        self
    }

    /// Whether the update disables the account and changes nothing else.
    pub(crate) fn only_disables(&self) -> bool {
        let disables = Self::default().with_disabled(true);
        *self == disables
    }
}

/// A service account as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceAccountView {
    /// The id of the service account.
    pub id: ServiceAccountId,
    /// The subject id under which the account owns its credentials.
    pub subject: SubjectId,
    /// The label, which is unique in the realm.
    pub label: String,
    /// The description. Empty if there is none.
    pub description: String,
    /// The highest role that the account can have. The account acts with this role, or with the present role of
    /// `made_by` if that role is lower.
    pub role: Role,
    /// The widest scope of the account's credentials. `None` means all that the role allows.
    pub scope: Option<Scope>,
    /// The person who made the account or took it over. `None` means the host.
    pub made_by: Option<SubjectId>,
    /// The address that gets the account's notices. `None` means the person in `made_by`.
    pub notify: Option<EmailAddress>,
    /// Whether an administrator has disabled the account. All its credentials are then refused.
    pub disabled: bool,
    /// When the account was made.
    pub created_at: Timestamp,
}

impl ServiceAccountView {
    pub(crate) fn of(id: ServiceAccountId, account: &ServiceAccount) -> Self {
        Self {
            id,
            subject: id.subject(),
            label: account.label.as_str().to_owned(),
            description: account.description.as_str().to_owned(),
            role: account.role,
            scope: account.scope.clone(),
            made_by: account.made_by.clone(),
            notify: account.notify.clone(),
            disabled: account.disabled,
            created_at: account.created_at,
        }
    }
}
