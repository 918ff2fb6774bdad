//! Sample records for tests. Every instant is [`at`]`(n)`, which is `n` microseconds after a fixed start. So the
//! instants next to a limit differ from the limit by 1.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};

use counterfoil::client::{ClientKey, Grant};
use counterfoil::store::{
    Cap, Change, Digest, FamilyBody, InsertInto, Inserted, Listing, NewFamily, NewRecord, NoticeMark, Pace, Relabel,
    Revoke, Revoked, Show, TokenRecord, TokenStore,
};
use counterfoil::types::{FamilyId, KeyId, Label, OwnerId, RecordId, RevocationReason, TokenKind};
use counterfoil::{Realm, SubjectId, Timestamp};

use crate::violation::{Violation, ensure_is};

pub use crate::steps::{bounded, make_room, pace, refuse, slide, supersede};

/// Returns the instant `micros` microseconds after the fixed start of the suite.
///
/// # Panics
///
/// If the instant is beyond the year 2255.
#[must_use]
pub fn at(micros: u64) -> Timestamp {
    Timestamp::from_micros(1_700_000_000_000_000 + micros).expect("an instant")
}

/// Converts a limit to a non-zero number.
///
/// # Panics
///
/// If `limit` is 0.
#[must_use]
pub fn most(limit: u32) -> NonZeroU32 {
    NonZeroU32::new(limit).expect("a limit is at least 1")
}

/// The default expiry of drafts, as an argument of [`at`].
pub const EXPIRES: u64 = 1_000_000;
/// The default `gone_at` of drafts, as an argument of [`at`].
pub const GONE: u64 = 2_000_000;

/// The number from which the next id is made. Ids need no random numbers, and no id is made twice in one process.
static DRAWN: AtomicU64 = AtomicU64::new(1);

/// A person in a realm. The ids that it makes belong to this person, because realm and owner determine the first byte
/// of an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The realm.
    pub realm: Realm,
    /// The person.
    pub owner: OwnerId,
}

impl Person {
    /// Makes the person with this name in this realm.
    ///
    /// # Panics
    ///
    /// If a text is not a valid name.
    #[must_use]
    pub fn new(realm: &str, owner: &str) -> Self {
        let owner = SubjectId::new(owner).expect("a subject").into();
        Self { realm: Realm::new(realm).expect("a realm"), owner }
    }

    /// Makes a person whom no other code uses, for rounds that must not affect each other.
    #[must_use]
    pub fn somebody() -> Self {
        Self::new("default", &format!("somebody-{}", DRAWN.fetch_add(1, Ordering::Relaxed)))
    }

    fn shard(&self) -> u8 {
        counterfoil::token::shard(&self.realm, &self.owner)
    }

    /// Makes a new family id of this person.
    #[must_use]
    pub fn family_id(&self) -> FamilyId {
        let mut bytes = [0; 10];
        bytes[0] = self.shard();
        bytes[2..]
            .copy_from_slice(&DRAWN.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
        FamilyId::from_bytes(bytes)
    }

    /// Makes a draft of a personal access token. It is a family with one record, which expires at [`EXPIRES`] and is
    /// gone at [`GONE`].
    #[must_use]
    pub fn pat(&self) -> Draft {
        self.draft(TokenKind::PersonalAccessToken, FamilyBody::Alone)
    }

    /// Makes a draft of the refresh token of a new sign-in.
    #[must_use]
    pub fn refresh(&self) -> Draft {
        let body = FamilyBody::SignIn {
            client: ClientKey::from_bytes([7; 16]),
            client_id: "sample".parse().expect("a client id"),
            epoch: 3,
            grant: Some(Grant::Password),
            remember: true,
            opened_at: at(0),
            absolute_end: at(50 * GONE),
        };
        self.draft(TokenKind::RefreshToken, body)
    }

    fn draft(&self, kind: TokenKind, body: FamilyBody) -> Draft {
        let id = self.family_id();
        let (realm, owner) = (self.realm.clone(), self.owner.clone());
        let (live_until, gone_at, label_key, used_at) = (Some(at(EXPIRES)), Some(at(GONE)), None, at(0));
        let client = match &body {
            FamilyBody::SignIn { client, .. } => Some(*client),
            _ => None,
        };
        let family = NewFamily::new(id, realm, owner, kind, body, used_at)
            .with_live_until(live_until)
            .with_gone_at(gone_at)
            .with_label_key(label_key)
            .with_client(client);
        let first = member(&family, kind);
        Draft { family, records: vec![first] }
    }

    /// The listing of all records of this person and this kind.
    #[must_use]
    pub fn listing(&self, kind: TokenKind) -> Listing<'_> {
        Listing::Owner { realm: &self.realm, owner: &self.owner, kind, show: Show::All }
    }

    /// The listing of the records of this person and this kind that are not revoked, superseded or gone at the
    /// instant `now`.
    #[must_use]
    pub fn standing(&self, kind: TokenKind, now: Timestamp) -> Listing<'_> {
        Listing::Owner { realm: &self.realm, owner: &self.owner, kind, show: Show::Standing { now } }
    }

    /// The revocation of this family of the person.
    #[must_use]
    pub fn family(&self, family: FamilyId) -> Revoke<'_> {
        Revoke::Family { realm: &self.realm, owner: &self.owner, family }
    }

    /// The revocation of all families of this person.
    #[must_use]
    pub fn all(&self) -> Revoke<'_> {
        Revoke::Owner { realm: &self.realm, owner: &self.owner }
    }
}

/// Makes a new record id in this family.
#[must_use]
pub fn member_id(family: FamilyId) -> RecordId {
    let mut bytes = [0; 16];
    bytes[..10].copy_from_slice(family.as_bytes());
    bytes[10..].copy_from_slice(&DRAWN.fetch_add(1, Ordering::Relaxed).to_be_bytes()[2..]);
    RecordId::from_bytes(bytes)
}

/// Makes the digest of the record with this id. No other id has the same digest.
#[must_use]
pub fn digest_of(id: &RecordId) -> Digest {
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(id.as_bytes());
    bytes[16..].copy_from_slice(id.as_bytes());
    Digest::from_bytes(bytes)
}

fn member(family: &NewFamily, kind: TokenKind) -> NewRecord {
    let id = member_id(family.id);
    NewRecord::new(id, family.realm.clone(), family.owner.clone(), kind, digest_of(&id), KeyId::new(1), at(0))
        .with_scope("demo:read".parse().ok())
        .with_expires_at(at(EXPIRES))
        .with_gone_at(at(GONE))
}

/// A family and its first records that are not inserted yet.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The family.
    pub family: NewFamily,
    /// The first records of the family.
    pub records: Vec<NewRecord>,
}

impl Draft {
    /// The id of the first record.
    #[must_use]
    pub fn id(&self) -> RecordId {
        self.records[0].id
    }

    /// Adds a label to the family and to its first record.
    ///
    /// # Panics
    ///
    /// If the text is not a valid label.
    #[must_use]
    pub fn labelled(mut self, text: &str) -> Self {
        let label = Label::new(text, 100).expect("a label");
        self.family.label_key = Some(label.key());
        self.records[0].label = Some(label);
        self
    }

    /// Sets the expiry and `gone_at` of the family and of all records.
    #[must_use]
    pub fn ending(mut self, expires_at: Option<Timestamp>, gone_at: Option<Timestamp>) -> Self {
        (self.family.live_until, self.family.gone_at) = (expires_at, gone_at);
        for record in &mut self.records {
            (record.expires_at, record.gone_at) = (expires_at, gone_at);
        }
        self
    }

    /// Sets the creation time of all records.
    #[must_use]
    pub fn created(mut self, then: Timestamp) -> Self {
        self.records.iter_mut().for_each(|record| record.created_at = then);
        self
    }

    /// Sets a notice on the first record.
    #[must_use]
    pub fn noticed(mut self, at: Timestamp, stage: u8) -> Self {
        self.records[0].notice = Some(NoticeMark { at, stage });
        self
    }

    /// Adds an access token, with the first record as its parent.
    #[must_use]
    pub fn with_access(mut self) -> Self {
        let access = member(&self.family, TokenKind::AccessToken).with_parent(self.id());
        self.records.push(access);
        self
    }

    /// Sets the client. Only sign-ins have a client.
    #[must_use]
    pub fn through(mut self, client: ClientKey) -> Self {
        self.family.client = Some(client);
        if let FamilyBody::SignIn { client: of, .. } = &mut self.family.body {
            *of = client;
        }
        self
    }

    /// Sets the last use of the family.
    #[must_use]
    pub const fn used(mut self, then: Timestamp) -> Self {
        self.family.used_at = then;
        self
    }

    /// The target of an insert as a new family, with a cap that refuses.
    #[must_use]
    pub fn home(&self, cap: Option<u32>) -> InsertInto<'_> {
        self.bounded(cap.map(refuse), None)
    }

    /// The target of an insert as a new family, with this cap and this pace.
    #[must_use]
    pub const fn bounded(&self, cap: Option<Cap>, pace: Option<Pace>) -> InsertInto<'_> {
        InsertInto::Found { family: &self.family, cap, pace }
    }

    /// The target of an insert that joins this family at this generation.
    #[must_use]
    pub const fn join(&self, generation: u64) -> InsertInto<'static> {
        InsertInto::Join { family: self.family.id, generation, access_cap: None }
    }

    /// Like [`join`](Self::join), with a cap on the live access tokens.
    #[must_use]
    pub fn join_capped(&self, generation: u64, access_cap: u32) -> InsertInto<'static> {
        InsertInto::Join { family: self.family.id, generation, access_cap: Some(most(access_cap)) }
    }

    /// Makes a new access token of this family at this generation.
    #[must_use]
    pub fn access(&self, generation: u64) -> NewRecord {
        member(&self.family, TokenKind::AccessToken).with_parent(self.id()).with_generation(generation)
    }

    /// Makes a new successor of `parent`. `generation` is the generation of the successor.
    #[must_use]
    pub fn successor(&self, parent: RecordId, generation: u64) -> NewRecord {
        let label = self.records[0].label.clone();
        member(&self.family, self.family.kind).with_parent(parent).with_generation(generation).with_label(label)
    }

    /// Inserts the draft as a new family. The insert must succeed.
    ///
    /// # Errors
    ///
    /// A violation if the insert fails.
    #[track_caller]
    pub fn found(&self, store: &dyn TokenStore) -> impl Future<Output = Result<RecordId, Violation>> + Send {
        let at_call = std::panic::Location::caller();
        async move {
            let done = store.insert(self.home(None), &self.records, at(0)).await?;
            ensure_is!(done, Inserted::Done, "a new family must go in (asked for at {at_call})");
            Ok(self.id())
        }
    }
}

/// A revocation by the host at this instant.
#[must_use]
pub fn revoked(at: Timestamp) -> Revoked {
    Revoked { at, reason: RevocationReason::ByHost }
}

/// A change of the label and its key.
///
/// # Panics
///
/// If the text is not a valid label.
#[must_use]
pub fn relabel(text: &str) -> Change {
    let label = Label::new(text, 100).expect("a label");
    let key = Some(label.key());
    Change::Edit { label: Some(Relabel { label, key }), description: None, scope: None }
}

/// A change of the description alone.
#[must_use]
pub fn describe_as(text: &str) -> Change {
    Change::Edit { label: None, description: counterfoil::types::Description::new(text).ok(), scope: None }
}

/// Reads a record that must exist.
///
/// # Errors
///
/// A violation if the record does not exist.
#[track_caller]
pub fn must_get<'a>(
    store: &'a dyn TokenStore,
    id: &'a RecordId,
) -> impl Future<Output = Result<TokenRecord, Violation>> + Send + 'a {
    let at_call = std::panic::Location::caller();
    async move {
        let found = store.get(id).await?;
        found.ok_or_else(|| {
            Violation::new(format!("{id:?} must be found, but it is not there (asked for at {at_call})"))
        })
    }
}

/// Returns the record after the edit.
pub fn edited(mut record: NewRecord, edit: impl FnOnce(&mut NewRecord)) -> NewRecord {
    edit(&mut record);
    record
}
