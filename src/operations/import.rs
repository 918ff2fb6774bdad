//! Imports tokens of another system.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::counterfoil::Counterfoil;
use crate::crypto::digest::Digest;
use crate::event::EventKind;
use crate::record::family::{FamilyBody, NewFamily};
use crate::record::notice::{Expiring, arm};
use crate::record::record_parts::NewRecord;
use crate::record::state::Revoked;
use crate::record::token_record::TokenRecord;
use crate::service::Service;
use crate::service::authority::Permit;
use crate::service::authority::operations::ImportCredentials;
use crate::service::changing::TURNS;
use crate::service::error::{ManageError, Unavailable};
use crate::service::foreign::Imports;
use crate::service::invalid::Invalid;
use crate::service::presenter::Presenter;
use crate::service::revoking::BATCH;
use crate::store::alias_store::{Alias, AliasEntry, AliasPut};
use crate::store::change::Revoke;
use crate::store::insert::{InsertInto, Inserted};
use crate::token::draw::draw_id;
use crate::token::foreign::{ForeignDigest, ForeignScheme};
use crate::types::duration::hours;
use crate::types::ids::{KeyId, OwnerId, RecordId, SubjectId};
use crate::types::kind::TokenKind;
use crate::types::label::{Label, LabelKey};
use crate::types::revocation_reason::RevocationReason;
use crate::types::scope::Scope;
use crate::types::settings::Settings;
use crate::types::time::Timestamp;

/// The largest number of credentials in one call.
const MOST: usize = 1_000;
/// The largest number of last uses that one call of the store writes.
const TOUCHED: usize = 64;
/// The largest number that is appended to a label that is taken.
const LAST_NUMBER: u32 = 1_000;
/// For how long another call may still write the record of a new alias. It is much shorter than the day after which
/// upkeep removes an alias without a record.
const UNDER_WAY: Duration = hours(1);

/// A token of another system, from a row of that system's table.
///
/// ```
/// use counterfoil::SubjectId;
/// use counterfoil::import::ForeignCredential;
///
/// let owner = SubjectId::new("7")?;
/// let row = ForeignCredential::new("sanctum", "1a51bd…", &owner, "Telegram");
/// assert!(row.scope.is_none() && row.expires_at.is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct ForeignCredential<'a> {
    /// The name of the scheme ([`ForeignScheme::name`]).
    pub scheme: &'a str,
    /// The digest, as the other system stores it.
    pub row: &'a str,
    /// The owner of the token.
    pub owner: &'a SubjectId,
    /// The label. If another token of the owner has it, ` (2)`, ` (3)` and so on is appended. A label that is too long
    /// is cut.
    pub label: &'a str,
    /// The scope of the token. `None` means all rights of the owner.
    pub scope: Option<Scope>,
    /// When the token expires. `None` means never. The policy's limit on lifetimes does not apply.
    pub expires_at: Option<Timestamp>,
    /// When the other system created the token. `None` means now. An instant in the future counts as now.
    pub created_at: Option<Timestamp>,
    /// When the token was last used. `None` means never.
    pub last_used_at: Option<Timestamp>,
}

impl<'a> ForeignCredential<'a> {
    /// A token that does not expire and has all rights of its owner.
    #[must_use]
    pub const fn new(scheme: &'a str, row: &'a str, owner: &'a SubjectId, label: &'a str) -> Self {
        Self { scheme, row, owner, label, scope: None, expires_at: None, created_at: None, last_used_at: None }
    }
}

/// Does not show the row.
impl fmt::Debug for ForeignCredential<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scheme, row: _, owner, label, scope, expires_at, created_at, last_used_at } = self;
        f.debug_struct("ForeignCredential")
            .field("scheme", scheme)
            .field("owner", owner)
            .field("label", label)
            .field("scope", scope)
            .field("expires_at", expires_at)
            .field("created_at", created_at)
            .field("last_used_at", last_used_at)
            .finish_non_exhaustive()
    }
}

crate::types::setters::setters!(ForeignCredential<'a> {
    with_scope scope: Option<Scope>;
    with_expires_at expires_at: Option<Timestamp>;
    with_created_at created_at: Option<Timestamp>;
    with_last_used_at last_used_at: Option<Timestamp>;
});

/// What became of a token in [`Counterfoil::import_credentials`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImportOutcome {
    /// The token was imported. It is a personal access token of its owner with this id.
    Imported {
        /// The id of the record.
        id: RecordId,
        /// The label that the token got.
        label: String,
    },
    /// The same token was imported before. It may have been changed or deleted since. Nothing was written.
    AlreadyImported {
        /// The id of the record.
        id: RecordId,
    },
    /// A field is invalid. Nothing was written.
    Refused(Invalid),
    /// The owner has a thousand tokens with this label. Nothing was imported.
    LabelTaken,
}

impl Counterfoil {
    /// Imports tokens of another system, at most 1,000 in one call. The results are in the order of the arguments. The
    /// holders of the tokens notice nothing: they go on to present the text that the other system gave them.
    ///
    /// Each token becomes a personal access token of its owner. It is listed, renamed, rotated, deleted and expires like
    /// others, and caps and creation limits do not apply to its import. The store gets no digest of the other system,
    /// only an HMAC of it under the key ring. At the first use it is replaced by an HMAC of the text.
    ///
    /// The call may be repeated: a token that was imported before is reported as
    /// [`ImportOutcome::AlreadyImported`]. A token that was deleted after its import is not imported again while its
    /// record is kept.
    ///
    /// Only for super administrators and the host. The scopes must lie within the presenter's own scope.
    ///
    /// # Errors
    ///
    /// [`ManageError::Invalid`] if there are more than 1,000 tokens. [`ManageError::Forbidden`] if the presenter may not
    /// import, or if a token has more rights than the presented credential. [`ManageError::Unavailable`] if a store or
    /// the directory failed, or if the builder was given no scheme. Some tokens may then be imported: repeat the call.
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
    /// let mut policy = counterfoil::policy::Policy::default();
    /// policy.personal_access_tokens.setting = counterfoil::policy::SettingGate::NotAsked;
    /// let store = Arc::new(MemoryStore::default());
    /// let counterfoil = Counterfoil::builder()
    ///     .policy(policy)
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
    for credential in credentials {
        permit.needs_reach(credential.scope.as_ref())?;
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

/// One call of the operation.
struct Importing<'a> {
    permit: &'a Permit<'a, ImportCredentials>,
    imports: &'a Imports,
    settings: Settings,
    /// Whether the directory has an account for a subject.
    known: BTreeMap<SubjectId, bool>,
    /// The last number that was appended to a label of an owner.
    numbers: BTreeMap<(SubjectId, LabelKey), u32>,
}

/// A token whose fields are valid.
struct Valid<'a> {
    scheme: &'a dyn ForeignScheme,
    digest: ForeignDigest,
    owner: &'a SubjectId,
    label: Label,
    scope: Option<Scope>,
    expires_at: Option<Timestamp>,
    created_at: Timestamp,
}

/// The result of writing the record of an alias.
enum Written {
    Done(Label),
    /// The same token was written under this id by another call.
    Same,
    /// Another credential has the id.
    IdTaken,
    LabelTaken,
}

impl Importing<'_> {
    async fn one(&mut self, credential: &ForeignCredential<'_>) -> Result<ImportOutcome, ManageError> {
        match self.valid(credential).await? {
            Ok(valid) => self.place(&valid).await,
            Err(invalid) => Ok(ImportOutcome::Refused(invalid)),
        }
    }

    async fn valid<'a>(
        &mut self,
        credential: &'a ForeignCredential<'_>,
    ) -> Result<Result<Valid<'a>, Invalid>, ManageError>
    where
        Self: 'a,
    {
        let (service, now) = (self.permit.service(), self.permit.now());
        let rules = &service.policy.personal_access_tokens;
        let Some(scheme) = self.imports.scheme(credential.scheme) else { return Ok(Err(Invalid::Scheme)) };
        let Some(digest) = scheme.digest_from_row(credential.row) else { return Ok(Err(Invalid::ForeignRow)) };
        let label = match cut(credential.label, rules.label_max, "") {
            Ok(label) => label,
            Err(invalid) => return Ok(Err(invalid)),
        };
        let scope = credential.scope.clone();
        match (&scope, &service.policy.scopes) {
            (None, _) if rules.scope_demanded => return Ok(Err(Invalid::ScopeDemanded)),
            (Some(scope), Some(known)) if !known.knows(scope) => {
                return Ok(Err(Invalid::ScopeUnknown { field: "scope" }));
            }
            _ => {}
        }
        if credential.expires_at.is_some_and(|expires_at| now.reached(expires_at)) {
            return Ok(Err(Invalid::ExpiresAt));
        }
        if !self.has_account(credential.owner).await? {
            return Ok(Err(Invalid::Owner));
        }
        let created_at = credential.created_at.unwrap_or(now).min(now);
        let (owner, expires_at) = (credential.owner, credential.expires_at);
        Ok(Ok(Valid { scheme, digest, owner, label, scope, expires_at, created_at }))
    }

    async fn has_account(&mut self, owner: &SubjectId) -> Result<bool, ManageError> {
        if let Some(known) = self.known.get(owner) {
            return Ok(*known);
        }
        let known = self.permit.service().directory.account(owner).await?.is_some();
        self.known.insert(owner.clone(), known);
        Ok(known)
    }

    /// Writes the alias, then the record. A call that failed between the two left an alias without a record. A new
    /// alias might belong to another call that is still writing the record, so the record is then written under the
    /// same id: one of the two calls writes it. An older alias is replaced.
    async fn place(&mut self, valid: &Valid<'_>) -> Result<ImportOutcome, ManageError> {
        let (service, now) = (self.permit.service(), self.permit.now());
        let owner = OwnerId::from(valid.owner);
        let aliases = service.aliases_of(valid.scheme, &valid.digest);
        let Some((&(key, alias), older)) = aliases.split_first() else {
            return Err(Unavailable::NotGiven { part: "import" }.into());
        };
        for (_, alias) in older {
            if let Some(id) = self.recorded(alias).await? {
                return Ok(ImportOutcome::AlreadyImported { id });
            }
        }
        for _ in 0..TURNS {
            let drawn = AliasEntry { id: draw_id(&service.realm, &owner, &*service.entropy)?, created_at: now };
            let id = match self.imports.aliases.put_alias(&alias, &drawn, None).await? {
                AliasPut::Done => drawn.id,
                AliasPut::Missing => continue,
                AliasPut::Taken(there) if self.exists(&there.id).await? => {
                    return Ok(ImportOutcome::AlreadyImported { id: there.id });
                }
                AliasPut::Taken(there) if is_under_way(&there, now) && there.id.shard() == drawn.id.shard() => there.id,
                AliasPut::Taken(there) => match self.replaced(&alias, &there, &drawn).await? {
                    Some(outcome) => return Ok(outcome),
                    None => continue,
                },
            };
            match self.write(valid, &owner, id, key).await? {
                Written::Done(label) if self.still_names(&alias, &id).await? => {
                    let scheme = valid.scheme.name();
                    self.permit.tell(EventKind::Imported { id, owner, scheme });
                    return Ok(ImportOutcome::Imported { id, label: label.as_str().to_owned() });
                }
                // Another call replaced the alias while this call was suspended for longer than an hour.
                Written::Done(_) => self.revoke(&owner, &id).await?,
                Written::Same => return Ok(ImportOutcome::AlreadyImported { id }),
                Written::LabelTaken => {
                    let _kept = self.imports.aliases.remove_alias(&alias, &id).await?;
                    return Ok(ImportOutcome::LabelTaken);
                }
                Written::IdTaken => {
                    let _kept = self.imports.aliases.remove_alias(&alias, &id).await?;
                }
            }
        }
        Err(Unavailable::Contended { operation: "import" }.into())
    }

    /// Replaces an old alias whose record is gone. `None` if the next turn can use the new alias. The record can have
    /// been written just before by a call that was suspended: then the old alias is put back.
    async fn replaced(
        &self,
        alias: &Alias,
        old: &AliasEntry,
        new: &AliasEntry,
    ) -> Result<Option<ImportOutcome>, ManageError> {
        let put = self.imports.aliases.put_alias(alias, new, Some(&old.id)).await?;
        if put == AliasPut::Done && self.exists(&old.id).await? {
            let _other = self.imports.aliases.put_alias(alias, old, Some(&new.id)).await?;
            return Ok(Some(ImportOutcome::AlreadyImported { id: old.id }));
        }
        Ok(None)
    }

    /// The record that an alias leads to, if it exists.
    async fn recorded(&self, alias: &Alias) -> Result<Option<RecordId>, ManageError> {
        match self.imports.aliases.alias(alias).await? {
            Some(entry) if self.exists(&entry.id).await? => Ok(Some(entry.id)),
            _ => Ok(None),
        }
    }

    async fn exists(&self, id: &RecordId) -> Result<bool, ManageError> {
        Ok(self.permit.service().store.get(id).await?.is_some())
    }

    async fn still_names(&self, alias: &Alias, id: &RecordId) -> Result<bool, ManageError> {
        Ok(self.imports.aliases.alias(alias).await?.is_some_and(|entry| entry.id == *id))
    }

    async fn write(
        &mut self,
        valid: &Valid<'_>,
        owner: &OwnerId,
        id: RecordId,
        key: KeyId,
    ) -> Result<Written, ManageError> {
        let (service, now) = (self.permit.service(), self.permit.now());
        let rules = &service.policy.personal_access_tokens;
        let (scheme, digest) = (valid.scheme.name(), valid.digest.as_bytes());
        let digest = service.digester.of_foreign_digest(key, &id, scheme, digest);
        let digest = digest.ok_or(Unavailable::NotGiven { part: "key_ring" })?;
        let label_of = (valid.owner.clone(), valid.label.key());
        let mut number = self.numbers.get(&label_of).copied().unwrap_or(1);
        while number <= LAST_NUMBER {
            let suffix = if number == 1 { String::new() } else { format!(" ({number})") };
            let label = cut(valid.label.as_str(), rules.label_max, &suffix)?;
            let record = record(service, valid, owner, &label, (id, digest, key), &self.settings, now);
            let family = NewFamily {
                id: id.family(),
                realm: service.realm.clone(),
                owner: owner.clone(),
                kind: TokenKind::PersonalAccessToken,
                body: FamilyBody::Alone,
                live_until: record.expires_at,
                gone_at: record.gone_at,
                label_key: rules.unique_labels.then(|| label.key()),
                client: None,
                used_at: now,
            };
            let home = InsertInto::Found { family: &family, cap: None, pace: None };
            match service.insert(home, &[record], now).await? {
                Inserted::LabelTaken(_) => number += 1,
                Inserted::Done | Inserted::MadeRoom(_) => {
                    self.numbers.insert(label_of, number);
                    return Ok(Written::Done(label));
                }
                Inserted::IdTaken(_) => {
                    let there = service.store.get(&id).await?;
                    // The digest is not compared: the record of the other call can have a new digest already. The ids of
                    // two credentials of one owner are never equal by chance.
                    let is_same =
                        |there: &TokenRecord| there.record().realm == service.realm && there.record().owner == *owner;
                    return Ok(if there.as_ref().is_some_and(is_same) { Written::Same } else { Written::IdTaken });
                }
                Inserted::FamilyEnded
                | Inserted::FamilyMoved
                | Inserted::OwnerFull
                | Inserted::PaceReached { .. }
                | Inserted::FamilyFull { .. } => return Ok(Written::IdTaken),
            }
        }
        Ok(Written::LabelTaken)
    }

    async fn revoke(&self, owner: &OwnerId, id: &RecordId) -> Result<(), ManageError> {
        let (service, now) = (self.permit.service(), self.permit.now());
        let what = Revoke::Family { realm: &service.realm, owner, family: id.family() };
        let revoked = Revoked { at: now, reason: RevocationReason::ByHost };
        let gone_at = service.policy.gone_after_revocation(now);
        let _progress = service.store.revoke(what, revoked, gone_at, BATCH).await?;
        Ok(())
    }
}

/// Whether another call may still be writing the record of an alias. An alias with an instant in the future counts as
/// new.
fn is_under_way(entry: &AliasEntry, now: Timestamp) -> bool {
    entry.created_at.plus(UNDER_WAY).is_none_or(|end| now < end)
}

/// The label with a suffix. The text is cut so that both fit.
fn cut(text: &str, most: u16, suffix: &str) -> Result<Label, Invalid> {
    let room = usize::from(most).saturating_sub(suffix.chars().count());
    let whole = Label::new(text, Label::MAX);
    let text = whole.as_ref().map_or(text, Label::as_str);
    let end = text.char_indices().nth(room).map_or(text.len(), |(end, _)| end);
    Ok(Label::new(&format!("{}{suffix}", text[..end].trim_end()), most)?)
}

fn record(
    service: &Service,
    valid: &Valid<'_>,
    owner: &OwnerId,
    label: &Label,
    (id, digest, key_id): (RecordId, Digest, KeyId),
    settings: &Settings,
    now: Timestamp,
) -> NewRecord {
    let kind = TokenKind::PersonalAccessToken;
    let life = Expiring { expires_at: valid.expires_at, expiry_set_at: valid.created_at, noticed: &[] };
    NewRecord {
        id,
        realm: service.realm.clone(),
        owner: owner.clone(),
        kind,
        parent: None,
        generation: 0,
        created_at: valid.created_at,
        scope: valid.scope.clone(),
        label: Some(label.clone()),
        description: None,
        digest,
        key_id,
        expires_at: valid.expires_at,
        gone_at: valid.expires_at.map(|expires_at| service.policy.gone_after_expiry(kind, expires_at)),
        notice: arm(&service.schedule(kind, settings), life, 0, now),
    }
}
