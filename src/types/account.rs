//! An account from the host's directory.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::types::email::EmailAddress;
use crate::types::extension::Extension;
use crate::types::ids::SubjectId;
use crate::types::label::Label;
use crate::types::role::Role;
use crate::types::scope::Scope;
use crate::types::service_account_id::ServiceAccountId;
use crate::types::short::Short;
use crate::types::time::Timestamp;

/// Extra claims, such as `user_id`, that the token endpoint adds to its response as members. If the endpoint itself
/// uses a member with the name of a claim, such as `scope`, the claim is left out.
pub type Claims = BTreeMap<String, String>;

/// The account of a person, as the host's directory describes it *now*. The library does not store accounts.
///
/// ```
/// use counterfoil::{Account, Role, SubjectId};
///
/// let ivan = Account::new(SubjectId::new("7").expect("an id"), "ivan", Role::Member)
///     .with_zone("Europe/Moscow")
///     .with_language("ru");
/// assert_eq!(ivan.zone(), "Europe/Moscow");
/// assert!(!ivan.is_disabled());
/// ```
#[derive(Clone, Debug)]
pub struct Account {
    subject: SubjectId,
    name: Short,
    role: Role,
    disabled: bool,
    manages_profiles: bool,
    /// Whether this is a service account, which the settings contain and not the directory.
    is_service_account: bool,
    valid_since: Option<Timestamp>,
    contact: Option<Box<Contact>>,
    extension: Extension,
}

/// The fields of an account that a verification does not need. They are in a separate box, so that an account without
/// any of these fields is cheap to copy.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Contact {
    email: Option<EmailAddress>,
    zone: Short,
    language: Short,
    claims: Claims,
    /// The widest scope that credentials of a service account can have. `None` means no limit. Always `None` for a
    /// person.
    widest_scope: Option<Scope>,
}

/// Prints no field, so that no e-mail address and no claim get into a log when a principal is printed.
impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contact").finish_non_exhaustive()
    }
}

const ZONE: &str = "UTC";
const LANGUAGE: &str = "en";

impl Contact {
    pub(crate) fn claims(&self) -> impl Iterator<Item = (&str, &str)> {
        self.claims.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// The part of an account that a [`Principal`](crate::Principal) contains. The box with the [`Contact`] is moved into
/// the principal and not copied again.
pub(crate) struct Identity {
    pub(crate) subject: SubjectId,
    pub(crate) name: Short,
    pub(crate) contact: Option<Box<Contact>>,
    pub(crate) extension: Extension,
}

impl Default for Contact {
    fn default() -> Self {
        let (zone, language) = (Short::new(ZONE), Short::new(LANGUAGE));
        Self { email: None, zone, language, claims: Claims::new(), widest_scope: None }
    }
}

impl PartialEq for Account {
    fn eq(&self, other: &Self) -> bool {
        let own = |of: &Self| (of.role, of.disabled, of.manages_profiles, of.is_service_account, of.valid_since);
        let contact = |of: &Self| of.contact.as_deref().cloned().unwrap_or_default();
        (&self.subject, &self.name, &self.extension) == (&other.subject, &other.name, &other.extension)
            && own(self) == own(other)
            && contact(self) == contact(other)
    }
}

impl Eq for Account {}

impl Account {
    /// Creates an enabled account in UTC and English, without an e-mail address or extra claims.
    #[must_use]
    pub fn new(subject: SubjectId, name: &str, role: Role) -> Self {
        Self {
            subject,
            name: Short::new(name),
            role,
            disabled: false,
            manages_profiles: false,
            is_service_account: false,
            valid_since: None,
            contact: None,
            extension: Extension::default(),
        }
    }

    /// Creates the account with which a service account acts. `role` is the effective role of the account.
    /// `widest_scope` is the widest scope that its credentials can have.
    pub(crate) fn of_service_account(
        id: ServiceAccountId,
        label: &Label,
        role: Role,
        widest_scope: Option<Scope>,
    ) -> Self {
        let mut account = Self::new(id.subject(), label.as_str(), role);
        account.is_service_account = true;
        if widest_scope.is_some() {
            account.contact.get_or_insert_default().widest_scope = widest_scope;
        }
        account
    }

    /// Sets the e-mail address to which notices are sent.
    #[must_use]
    pub fn with_email(mut self, email: EmailAddress) -> Self {
        self.contact.get_or_insert_default().email = Some(email);
        self
    }

    /// Sets the IANA time zone, for display only.
    #[must_use]
    pub fn with_zone(mut self, zone: &str) -> Self {
        self.contact.get_or_insert_default().zone = Short::new(zone);
        self
    }

    /// Sets the BCP 47 language of notices to the person. The built-in templates exist in `en` and `ru`.
    #[must_use]
    pub fn with_language(mut self, language: &str) -> Self {
        self.contact.get_or_insert_default().language = Short::new(language);
        self
    }

    /// Adds an extra claim with this name and value.
    #[must_use]
    pub fn with_claim(mut self, name: &str, value: &str) -> Self {
        self.contact.get_or_insert_default().claims.insert(name.into(), value.into());
        self
    }

    /// Attaches a value of the host, for example its database row of the person. Handlers read the value with
    /// [`Principal::extension`](crate::Principal::extension). An account has at most one attached value: a second call
    /// replaces the first value.
    ///
    /// The library never inspects, stores or prints the value.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use counterfoil::{Account, Role, SubjectId};
    ///
    /// struct Plan(&'static str);
    ///
    /// let account = Account::new(SubjectId::from(7_u64), "ivan", Role::Member).with_extension(Arc::new(Plan("pro")));
    /// assert_eq!(account.extension::<Plan>().map(|plan| plan.0), Some("pro"));
    /// assert!(account.extension::<String>().is_none(), "of another type");
    /// ```
    #[must_use]
    pub fn with_extension<T: Any + Send + Sync>(mut self, value: Arc<T>) -> Self {
        self.extension = Extension::new(value);
        self
    }

    /// Sets whether the account has the right "manage user profiles".
    #[must_use]
    pub fn with_profile_management(mut self, manages_profiles: bool) -> Self {
        self.manages_profiles = manages_profiles;
        self
    }

    /// Replaces the role that the account was created with.
    #[must_use]
    pub fn with_role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    /// Sets whether the account is disabled.
    #[must_use]
    pub fn with_disabled(mut self, disabled: bool) -> Self {
        self.disabled = disabled;
        self
    }

    /// Sets the instant from which the account's credentials are valid. A credential that began earlier is refused at
    /// each use. Set this instant when the password changes, when the person signs out everywhere, or when a removed
    /// person returns under the same id.
    ///
    /// A credential that began at exactly this instant is valid. If the host's own instants are coarser than
    /// microseconds, round them up. If the instant is in the future, every credential is refused until then.
    ///
    /// A sign-in or a session begins when the call that opens it starts, at the instant that the clock of the
    /// [`Counterfoil`](crate::Counterfoil) shows. If this call also tests the password, the sign-in or session begins
    /// before the test. Any other credential begins when its current secret is created.
    ///
    /// A host can also test the password in an earlier call of
    /// [`Counterfoil::check_login`](crate::Counterfoil::check_login), and then open the sign-in or session. If the
    /// password is changed between the two calls, the sign-in or session begins after the change. It is then valid
    /// although the old password was tested. To prevent this, make both calls on one handle that
    /// [`Counterfoil::at`](crate::Counterfoil::at) returns. The clock of such a handle is stopped, so the sign-in or
    /// session begins at the instant of the test.
    #[must_use]
    pub fn with_valid_since(mut self, at: Timestamp) -> Self {
        self.valid_since = Some(at);
        self
    }

    /// The instant from which the account's credentials are valid: a credential that began earlier is refused. `None`
    /// means that no credential is refused because of the instant at which it began.
    #[must_use]
    pub fn valid_since(&self) -> Option<Timestamp> {
        self.valid_since
    }

    /// Whether this is a service account, which the library itself keeps. Its subject is reserved
    /// ([`SubjectId::is_reserved`]), and its name is its label.
    #[must_use]
    pub fn is_service_account(&self) -> bool {
        self.is_service_account
    }

    /// The widest scope that credentials of the account can have. `None` means no limit, as for each person.
    pub(crate) fn widest_scope(&self) -> Option<&Scope> {
        if !self.is_service_account {
            return None;
        }
        self.contact.as_ref().and_then(|contact| contact.widest_scope.as_ref())
    }

    /// The subject id, which never changes.
    #[must_use]
    pub fn subject(&self) -> &SubjectId {
        &self.subject
    }

    /// The name that pages and notices display.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// The role of the account. No credential of the account has a higher role.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    /// Whether the account is disabled. The credentials of a disabled account are refused.
    #[must_use]
    pub fn is_disabled(&self) -> bool {
        self.disabled
    }

    /// Whether the account has the right "manage user profiles".
    #[must_use]
    pub fn manages_profiles(&self) -> bool {
        self.manages_profiles
    }

    /// The e-mail address to which notices are sent. `None` if the account has no address.
    #[must_use]
    pub fn email(&self) -> Option<&EmailAddress> {
        self.contact.as_ref().and_then(|contact| contact.email.as_ref())
    }

    /// The IANA time zone of the instants in notices.
    #[must_use]
    pub fn zone(&self) -> &str {
        self.contact.as_ref().map_or(ZONE, |contact| contact.zone.as_str())
    }

    /// The language of notices to the person.
    #[must_use]
    pub fn language(&self) -> &str {
        self.contact.as_ref().map_or(LANGUAGE, |contact| contact.language.as_str())
    }

    /// The additional claims, as pairs of name and value.
    pub fn claims(&self) -> impl Iterator<Item = (&str, &str)> {
        self.contact.iter().flat_map(|contact| contact.claims())
    }

    /// The value that the host attached with [`Account::with_extension`], if its type is `T`. `None` if no value is
    /// attached, or if the value has another type.
    #[must_use]
    pub fn extension<T: Any + Send + Sync>(&self) -> Option<&T> {
        self.extension.get()
    }

    /// A copy of the part that a principal contains.
    #[inline]
    pub(crate) fn identity(&self) -> Identity {
        let Self { subject, name, contact, extension, .. } = self;
        Identity {
            subject: subject.clone(),
            name: name.clone(),
            contact: contact.clone(),
            extension: extension.clone(),
        }
    }

    pub(crate) fn into_identity(self) -> Identity {
        let Self { subject, name, contact, extension, .. } = self;
        Identity { subject, name, contact, extension }
    }
}
