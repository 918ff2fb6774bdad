//! The account whose rights a credential has: a person of the directory, or a service account.

use crate::policy::ServiceAccounts;
use crate::record::decide;
use crate::service::Service;
use crate::service::error::Unavailable;
use crate::types::account::Account;
use crate::types::ids::SubjectId;
use crate::types::service_account::ServiceAccount;
use crate::types::service_account_id::ServiceAccountId;
use crate::types::time::Timestamp;

/// The person who answers for a service account, or the host.
#[derive(Clone, Copy)]
pub(crate) enum Maker<'a> {
    /// The host itself made the service account. The host has every right.
    Host,
    /// A person, as the directory describes the person now. `None` if the directory has no such account.
    Person(Option<&'a Account>),
}

impl Maker<'_> {
    /// Whether the maker answers for the service account. The host always does. A person does if the directory has the
    /// person's account and the account is not disabled.
    ///
    /// A person does not answer for a service account that the person made or took over before the `valid_since` of the
    /// person's account. The subject id may now belong to another person, or the person has ended everything that began
    /// earlier. With `follow_valid_since: false`, `valid_since` is not checked.
    fn answers_for(self, own: &ServiceAccount, rules: &ServiceAccounts) -> bool {
        let Self::Person(maker) = self else { return true };
        let began_at = rules.follow_valid_since.then(|| own.answered_since());
        decide::entitled(maker, began_at).is_ok()
    }
}

impl Service {
    /// Returns the account of `subject`. `None` if the subject has no account. A person's account is read from the
    /// directory. A service account is read from the settings, and its maker from the directory, because the maker's
    /// account limits what the service account can do. In both cases, the directory is read at most once.
    pub(crate) async fn account_for(
        &self,
        subject: &SubjectId,
        now: Timestamp,
    ) -> Result<Option<Account>, Unavailable> {
        let mut account = None;
        self.account_into(subject, now, &mut account).await?;
        Ok(account)
    }

    /// Writes the result of [`Service::account_for`] to `account`. If the account were returned as a result, it would
    /// be copied once more.
    #[inline]
    pub(crate) async fn account_into(
        &self,
        subject: &SubjectId,
        now: Timestamp,
        account: &mut Option<Account>,
    ) -> Result<(), Unavailable> {
        if subject.is_reserved() {
            // A boxed future, because otherwise the future of every call would have room for this rare case.
            *account = Box::pin(self.service_account_for(subject, now)).await?;
            return Ok(());
        }
        Ok(self.directory.account_into(subject, account).await?)
    }

    async fn service_account_for(&self, subject: &SubjectId, now: Timestamp) -> Result<Option<Account>, Unavailable> {
        let Some(id) = ServiceAccountId::of_subject(subject) else { return Ok(None) };
        match self.service_account(&id, now).await? {
            Some(own) => self.acting(id, &own).await.map(Some),
            None => Ok(None),
        }
    }

    /// Returns the account with which a service account acts now.
    pub(crate) async fn acting(&self, id: ServiceAccountId, own: &ServiceAccount) -> Result<Account, Unavailable> {
        let rules = &self.policy.service_accounts;
        let Some(maker) = &own.made_by else { return Ok(acting(id, own, Maker::Host, rules)) };
        let maker = self.directory.account(maker).await?;
        Ok(acting(id, own, Maker::Person(maker.as_ref()), rules))
    }

    /// Returns the stored service account with the id `id`, or `None` if the settings contain none.
    pub(crate) async fn service_account(
        &self,
        id: &ServiceAccountId,
        now: Timestamp,
    ) -> Result<Option<ServiceAccount>, Unavailable> {
        self.with_settings(now, |view| view.stored.service_accounts.get(id).cloned()).await
    }
}

/// The account with which a service account acts now. Its role is the lower one of the service account's own role and
/// its maker's present role. It is disabled if the service account is disabled, or if its maker does not answer for it.
pub(crate) fn acting(id: ServiceAccountId, own: &ServiceAccount, maker: Maker<'_>, rules: &ServiceAccounts) -> Account {
    let role = match maker {
        Maker::Person(Some(maker)) => own.role.min(maker.role()),
        Maker::Host | Maker::Person(None) => own.role,
    };
    let stopped = own.disabled || !maker.answers_for(own, rules);
    Account::of_service_account(id, &own.label, role, own.scope.clone()).with_disabled(stopped)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::label::Label;
    use crate::types::role::Role;

    const ROLES: [Role; 4] = [Role::Collaborator, Role::Member, Role::Administrator, Role::SuperAdministrator];
    const ID: ServiceAccountId = ServiceAccountId::from_bytes([7; 16]);

    fn own(role: Role) -> ServiceAccount {
        let label = Label::new("build", ServiceAccount::LABEL_MAX).expect("a label");
        ServiceAccount::new(label, role, Timestamp::EPOCH)
    }

    fn rules() -> ServiceAccounts {
        ServiceAccounts::default()
    }

    #[test]
    fn machine_1_it_stops_if_it_was_made_before_its_makers_valid_since() {
        let at = |micros| Timestamp::from_micros(micros).expect("an instant");
        let maker = Account::new(SubjectId::from(7_u32), "admin", Role::Administrator).with_valid_since(at(5));
        let stopped = |own: &ServiceAccount, rules: &ServiceAccounts| {
            acting(ID, own, Maker::Person(Some(&maker)), rules).is_disabled()
        };
        let made = |micros| own(Role::Member).with_created_at(at(micros));
        assert!(stopped(&made(4), &rules()) && !stopped(&made(5), &rules()), "equal is valid");
        assert!(!stopped(&made(4).with_adopted_at(at(5)), &rules()), "the maker took it over again");
        assert!(stopped(&made(1).with_adopted_at(at(4)), &rules()));
        let lasting = ServiceAccounts { follow_valid_since: false, ..rules() };
        assert!(!stopped(&made(4), &lasting));
    }

    #[test]
    fn machine_1_it_acts_with_the_lesser_of_its_own_role_and_its_makers_present_one() {
        for role in ROLES {
            for makers in ROLES {
                let maker = Account::new(SubjectId::from(7_u32), "admin", makers).with_profile_management(true);
                let acting = acting(ID, &own(role), Maker::Person(Some(&maker)), &rules());
                assert_eq!((acting.role(), acting.is_disabled()), (role.min(makers), false));
                assert!(!acting.manages_profiles(), "the right of its maker is not its own");
                assert!(acting.is_service_account() && acting.subject() == &ID.subject() && acting.name() == "build");
            }
            let acting = acting(ID, &own(role), Maker::Host, &rules());
            assert_eq!((acting.role(), acting.is_disabled()), (role, false));
        }
    }

    #[test]
    fn machine_1_it_is_disabled_with_itself_and_with_its_maker() {
        let maker = Account::new(SubjectId::from(7_u32), "admin", Role::Administrator);
        for disabled in [false, true] {
            let own = own(Role::Member).with_disabled(disabled);
            for gone in [false, true] {
                let maker = maker.clone().with_disabled(gone);
                let acting = acting(ID, &own, Maker::Person(Some(&maker)), &rules());
                assert_eq!(acting.is_disabled(), disabled || gone);
            }
            assert!(acting(ID, &own, Maker::Person(None), &rules()).is_disabled(), "nobody answers for it");
            assert_eq!(acting(ID, &own, Maker::Host, &rules()).is_disabled(), disabled);
        }
    }

    #[test]
    fn machine_1_its_scope_bounds_its_credentials() {
        let scope: Option<crate::types::scope::Scope> = "demo:read".parse().ok();
        let own = own(Role::Member).with_scope(scope.clone());
        assert_eq!(acting(ID, &own, Maker::Host, &rules()).widest_scope(), scope.as_ref());
        let person = Account::new(SubjectId::from(7_u32), "ivan", Role::Member).with_zone("Europe/Moscow");
        assert_eq!(person.widest_scope(), None);
    }
}
