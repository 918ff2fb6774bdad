//! Imports tokens of another system.

mod credential;
mod place;
mod valid;
mod write;

use std::collections::BTreeMap;

pub use credential::{ForeignCredential, ImportOutcome};

use crate::counterfoil::Counterfoil;
use crate::service::authority::Permit;
use crate::service::authority::operations::ImportCredentials;
use crate::service::error::{Conflict, Forbidden, ManageError, Unavailable};
use crate::service::foreign::Imports;
use crate::service::invalid::Invalid;
use crate::service::presenter::Presenter;
use crate::types::ids::SubjectId;
use crate::types::label::LabelKey;
use crate::types::settings::Settings;

/// The largest number of credentials in one call.
const MOST: usize = 1_000;
/// The largest number of last uses that one call of the store writes.
const TOUCHED: usize = 64;

impl Counterfoil {
    /// Imports tokens of another system, at most 1,000 in one call. The results are in the order of the arguments.
    /// Nothing changes for the holders of the tokens: they continue to present the text that the other system issued.
    ///
    /// Each token becomes a personal access token of its owner. It is listed, renamed, rotated and deleted like any
    /// other token, and it expires like any other. Caps and creation limits do not apply to an import. The store gets
    /// only an HMAC of the other system's digest under a key of the key ring. After the first use of the token, an HMAC
    /// of its text replaces this HMAC.
    ///
    /// The call may be repeated: a token that was imported before is reported as [`ImportOutcome::AlreadyImported`]. A
    /// token that was deleted or rotated after its import is not imported again while its record is kept. **After that,
    /// a repeated import makes the old text valid again.** So import each row of the other system once. In later calls,
    /// import only rows that were created since then.
    ///
    /// Only for super administrators and the host. The scopes must lie within the presenter's own scope. A super
    /// administrator can import tokens of other owners only if the policy allows administrators to make tokens for
    /// people
    /// ([`PersonalAccessTokens::made_by_administrators`](crate::policy::PersonalAccessTokens::made_by_administrators)).
    ///
    /// # Errors
    ///
    /// [`ManageError::Invalid`] if there are more than 1,000 tokens. [`ManageError::Forbidden`] if the presenter may
    /// not import, or if a token has more rights than the presented credential. [`ManageError::Conflict`] with
    /// [`Conflict::NotAllowed`] if the presenter is not the host, and a token belongs to somebody else, and the policy
    /// does not allow this. [`ManageError::Unavailable`] if a store or the directory failed, or if no scheme was set
    /// ([`Builder::import`](crate::Builder::import)). If a store or the directory failed, some tokens may already be
    /// imported: repeat the call.
    ///
    /// # Cancel safety
    ///
    /// A dropped call may have imported only some of the tokens. Repeat the call.
    ///
    /// # Example: a token of Laravel Sanctum
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use counterfoil::import::{ForeignCredential, ImportOutcome, Sanctum};
    /// use counterfoil::memory::{MemoryDirectory, MemoryStore};
    /// use counterfoil::{Account, Counterfoil, KeyRing, Presenter, Role, SubjectId};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> { futures_executor::block_on(async {
    /// let ivan = Account::new(SubjectId::new("7")?, "ivan", Role::Member);
    /// let people = Arc::new(MemoryDirectory::default());
    /// people.insert(ivan.clone(), &["ivan"], "a password");
    /// let store = Arc::new(MemoryStore::default());
    /// let counterfoil = Counterfoil::builder()
    ///     .policy(counterfoil::policy::Policy::open())
    ///     .store(store.clone())
    ///     .alias_store(store)
    ///     .directory(people)
    ///     .key_ring(KeyRing::generate_from_system()?)
    ///     .import(Sanctum)
    ///     .build()?;
    ///
    /// // The column `token` of a row of Sanctum's table.
    /// let row = "dc47cfc2d4371e9477781b5b4a2fef7771750864cfb7bb22870f37a63f86b62a";
    /// let token = ForeignCredential::new("sanctum", row, ivan.subject(), "Telegram");
    /// let outcomes = counterfoil.import_credentials(&Presenter::host(), &[token]).await?;
    /// assert!(matches!(outcomes[0], ImportOutcome::Imported { .. }));
    ///
    /// let principal = counterfoil.verify("1|VSwn9FCqLFivSUGJKMukhq7kcrnXDK8h6JQmleJX97994aca").await?;
    /// assert_eq!(principal.name(), "ivan");
    /// # Ok(()) }) }
    /// ```
    pub async fn import_credentials(
        &self,
        by: &Presenter,
        credentials: &[ForeignCredential<'_>],
    ) -> Result<Vec<ImportOutcome>, ManageError> {
        import(&self.permit(by).await?, credentials).await
    }
}

async fn import(
    permit: &Permit<'_, ImportCredentials>,
    credentials: &[ForeignCredential<'_>],
) -> Result<Vec<ImportOutcome>, ManageError> {
    let (service, now) = (permit.service(), permit.now());
    let imports = service.imports.as_ref().ok_or(Unavailable::NotGiven { part: "import" })?;
    if credentials.len() > MOST {
        return Err(Invalid::TooMany { field: "credentials", most: MOST as u32 }.into());
    }
    let own_sources = permit.own_sources().await?;
    for credential in credentials {
        permit.needs_scope(credential.scope.as_ref())?;
        // Somebody who knows the text of an imported token can use it. So an import can give the presenter a token of
        // another person, as `create_personal_access_token_for` does.
        let is_own = permit.person().is_ok_and(|own| own == credential.owner);
        if !(is_own || permit.is_host() || service.policy.personal_access_tokens.made_by_administrators) {
            return Err(Conflict::NotAllowed.into());
        }
        if !own_sources.cover(credential.allowed_sources.as_ref()) {
            return Err(Forbidden::Outranked.into());
        }
    }
    let settings = service.settings(now).await?;
    let mut importing = Importing { permit, imports, settings, known: BTreeMap::new(), numbers: BTreeMap::new() };
    let (mut outcomes, mut used) = (Vec::with_capacity(credentials.len()), Vec::new());
    for credential in credentials {
        let outcome = importing.one(credential).await?;
        if let (ImportOutcome::Imported { id, .. } | ImportOutcome::AlreadyImported { id }, Some(at)) =
            (&outcome, credential.last_used_at)
        {
            used.push((*id, at.min(now)));
        }
        outcomes.push(outcome);
    }
    for some in used.chunks(TOUCHED) {
        service.store.touch(some).await?;
    }
    Ok(outcomes)
}

/// The state of one call of [`Counterfoil::import_credentials`].
struct Importing<'a> {
    permit: &'a Permit<'a, ImportCredentials>,
    imports: &'a Imports,
    settings: Settings,
    /// Whether the directory has an account for a subject.
    known: BTreeMap<SubjectId, bool>,
    /// The number that was last appended to a label of an owner. 1 means that the label was used without a number.
    numbers: BTreeMap<(SubjectId, LabelKey), u32>,
}

impl Importing<'_> {
    async fn one(&mut self, credential: &ForeignCredential<'_>) -> Result<ImportOutcome, ManageError> {
        match self.valid(credential).await? {
            Ok(valid) => self.place(&valid).await,
            Err(invalid) => Ok(ImportOutcome::Refused(invalid)),
        }
    }
}
