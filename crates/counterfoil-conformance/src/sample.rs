//! Sample records for tests. All their instants are made with [`at`]`(n)`, which is `n` microseconds after a fixed
//! instant. So the instants directly before and after the limit `at(n)` are `at(n - 1)` and `at(n + 1)`.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};

use counterfoil::client::{ClientKey, Grant};
use counterfoil::store::{
    Cap, Change, Digest, FamilyBody, FamilyDetails, InsertInto, Inserted, Listing, NewFamily, NewRecord, NoticeMark,
    Pace, Relabel, Revoke, Revoked, Show, TokenRecord, TokenStore,
};
use counterfoil::types::{FamilyId, KeyId, Label, OwnerId, RecordId, RevocationReason, TokenKind};
use counterfoil::{Realm, SubjectId, Timestamp};

use crate::violation::{Violation, ensure_is};

pub use crate::details::{details, edit_details};
pub use crate::steps::{bounded, make_room, pace, refuse, renewing, slide, supersede};

/// Returns the instant `micros` microseconds after a fixed instant in the year 2023.
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

/// The default expiry of a draft, as the argument of [`at`].
pub const EXPIRES: u64 = 1_000_000;
/// The default `gone_at` of a draft, as the argument of [`at`]. At this instant or later, a purge removes the record.
pub const GONE: u64 = 2_000_000;

/// The number from which the next id is made. Counting up makes every id of a process different, without random
/// numbers.
static DRAWN: AtomicU64 = AtomicU64::new(1);

/// An owner in a realm, for whom records are made. The first byte of each id of a record or family depends on realm and
/// owner, so ids are made through this type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The realm of this person's records.
    pub realm: Realm,
    /// The owner that this person's records have.
    pub owner: OwnerId,
}

impl Person {
    /// Makes the person with this realm and this name.
    ///
    /// # Panics
    ///
    /// If one of the texts is not a valid name.
    #[must_use]
    pub fn new(realm: &str, owner: &str) -> Self {
        let owner = SubjectId::new(owner).expect("a subject").into();
        Self { realm: Realm::new(realm).expect("a realm"), owner }
    }

    /// Makes a person that is different from all others, so tests that run on one database do not affect each other.
    #[must_use]
    pub fn somebody() -> Self {
        Self::new("default", &format!("somebody-{}", DRAWN.fetch_add(1, Ordering::Relaxed)))
    }

    fn shard(&self) -> u8 {
        counterfoil::token::shard(&self.realm, &self.owner)
    }

    /// Makes a new id of a family of this person.
    #[must_use]
    pub fn family_id(&self) -> FamilyId {
        let mut bytes = [0; 10];
        bytes[0] = self.shard();
        bytes[2..]
            .copy_from_slice(&DRAWN.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
        FamilyId::from_bytes(bytes)
    }

    /// Makes a draft of a personal access token, which is a family with one record. It expires at [`EXPIRES`], and a
    /// purge can remove it from [`GONE`] on.
    #[must_use]
    pub fn pat(&self) -> Draft {
        self.draft(TokenKind::PersonalAccessToken, FamilyBody::Alone)
    }

    /// Makes a draft of a refresh token, which is the first token of the family of a new sign-in.
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

    /// Returns the listing of all this person's records of the given kind.
    #[must_use]
    pub fn listing(&self, kind: TokenKind) -> Listing<'_> {
        Listing::Owner { realm: &self.realm, owner: &self.owner, kind, show: Show::All }
    }

    /// Returns the listing of this person's standing records of the given kind, as of the instant `now`. A standing
    /// record is not revoked, and its `gone_at` is not reached. If it is superseded, its retry window has not ended.
    #[must_use]
    pub fn standing(&self, kind: TokenKind, now: Timestamp) -> Listing<'_> {
        Listing::Owner { realm: &self.realm, owner: &self.owner, kind, show: Show::Standing { now } }
    }

    /// Returns the argument of `revoke` that names this family of the person.
    #[must_use]
    pub fn family(&self, family: FamilyId) -> Revoke<'_> {
        Revoke::Family { realm: &self.realm, owner: &self.owner, family }
    }

    /// Returns the argument of `revoke` that names all families of this person.
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

/// Makes a digest for the record with this id. Different ids have different digests.
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

/// A new family and its first records, which a test inserts later.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The family to insert.
    pub family: NewFamily,
    /// The first records of the family.
    pub records: Vec<NewRecord>,
}

impl Draft {
    /// Returns the id of the first record.
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

    /// Sets the expiry and the `gone_at` of the family and of all its records. `None` means never.
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

    /// Gives the first record a pending notice: a worker must check the record at `at`, and the next notice is that of
    /// `stage`.
    #[must_use]
    pub fn noticed(mut self, at: Timestamp, stage: u8) -> Self {
        self.records[0].notice = Some(NoticeMark { at, stage });
        self
    }

    /// Adds an access token to the records. The first record is its parent.
    #[must_use]
    pub fn with_access(mut self) -> Self {
        let access = member(&self.family, TokenKind::AccessToken).with_parent(self.id());
        self.records.push(access);
        self
    }

    /// Sets the client of the sign-in. Only drafts of refresh tokens have a client.
    #[must_use]
    pub fn through(mut self, client: ClientKey) -> Self {
        self.family.client = Some(client);
        if let FamilyBody::SignIn { client: of, .. } = &mut self.family.body {
            *of = client;
        }
        self
    }

    /// Sets the details of the family.
    #[must_use]
    pub fn detailed(mut self, details: Option<Box<FamilyDetails>>) -> Self {
        self.family.details = details;
        self
    }

    /// Sets the last use of the family.
    #[must_use]
    pub const fn used(mut self, then: Timestamp) -> Self {
        self.family.used_at = then;
        self
    }

    /// Returns the argument of `insert` for this new family. `cap` is the largest number of live families of the owner,
    /// including this one. If there would be more, the store must refuse the insert. `None` means no cap.
    #[must_use]
    pub fn home(&self, cap: Option<u32>) -> InsertInto<'_> {
        self.bounded(cap.map(refuse), None)
    }

    /// Returns the argument of `insert` for this new family, with a cap on live families and a limit on the rate of
    /// creations. `None` means no limit.
    #[must_use]
    pub const fn bounded(&self, cap: Option<Cap>, pace: Option<Pace>) -> InsertInto<'_> {
        InsertInto::Found { family: &self.family, cap, pace }
    }

    /// Returns the argument of `insert` for records that join this family. `generation` is the generation that the
    /// caller expects the family to have.
    #[must_use]
    pub const fn join(&self, generation: u64) -> InsertInto<'static> {
        InsertInto::Join { family: self.family.id, generation, access_cap: None }
    }

    /// Returns the same argument as [`join`](Self::join), but with a cap on the live access tokens of the family.
    #[must_use]
    pub fn join_capped(&self, generation: u64, access_cap: u32) -> InsertInto<'static> {
        InsertInto::Join { family: self.family.id, generation, access_cap: Some(most(access_cap)) }
    }

    /// Makes a new access token of this family, with this generation.
    #[must_use]
    pub fn access(&self, generation: u64) -> NewRecord {
        member(&self.family, TokenKind::AccessToken).with_parent(self.id()).with_generation(generation)
    }

    /// Makes a new token that is to supersede `parent` in a rotation. `generation` is the generation of the new token.
    #[must_use]
    pub fn successor(&self, parent: RecordId, generation: u64) -> NewRecord {
        let label = self.records[0].label.clone();
        member(&self.family, self.family.kind).with_parent(parent).with_generation(generation).with_label(label)
    }

    /// Inserts the draft as a new family, and returns the id of its first record.
    ///
    /// # Errors
    ///
    /// A violation if the insert fails or is refused.
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

/// Makes the [`Revoked`] of a revocation by the host at the instant `at`.
#[must_use]
pub fn revoked(at: Timestamp) -> Revoked {
    Revoked { at, reason: RevocationReason::ByHost }
}

/// Returns a change that gives a record a new label, and the record's family the key of this label.
///
/// # Panics
///
/// If the text is not a valid label.
#[must_use]
pub fn relabel(text: &str) -> Change {
    let label = Label::new(text, 100).expect("a label");
    let key = Some(label.key());
    Change::Edit { label: Some(Relabel { label, key }), description: None, scope: None, details: None }
}

/// Returns a change of a record that replaces only the description.
#[must_use]
pub fn describe_as(text: &str) -> Change {
    Change::Edit {
        label: None,
        description: counterfoil::types::Description::new(text).ok(),
        scope: None,
        details: None,
    }
}

/// Reads a record that must exist.
///
/// # Errors
///
/// A violation if the read fails or the record does not exist.
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

/// Returns the record after `edit` has changed it.
pub fn edited(mut record: NewRecord, edit: impl FnOnce(&mut NewRecord)) -> NewRecord {
    edit(&mut record);
    record
}
