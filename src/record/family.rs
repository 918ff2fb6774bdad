//! Families. A family contains all credentials that descend from one issued credential: the tokens of a sign-in, or a
//! personal access token and its rotations. The row of a family has the label, generation and revocation for all
//! members.

use crate::record::family_body::FamilyBody;
use crate::record::family_details::FamilyDetails;
use crate::record::record_parts::RecordParts;
use crate::record::state::Revoked;
use crate::types::client::ClientKey;
use crate::types::ids::{FamilyId, OwnerId};
use crate::types::kind::TokenKind;
use crate::types::label::LabelKey;
use crate::types::realm::Realm;
use crate::types::time::Timestamp;

/// The values of a new family, which an insert stores.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NewFamily {
    /// The family id: the first 10 bytes of its members' ids.
    pub id: FamilyId,
    /// The realm to which the family belongs.
    pub realm: Realm,
    /// The account that owns all credentials of the family, or the realm for a security code.
    pub owner: OwnerId,
    /// The kind of the credentials that a rotation replaces. For a sign-in this is the refresh token, or the access
    /// token if there is no refresh token.
    pub kind: TokenKind,
    /// The purpose of the family, with the data for this purpose, such as the client of a sign-in.
    pub body: FamilyBody,
    /// The addresses from which the credential can be used, the host's metadata, and the device on which the sign-in or
    /// session was opened. `None` if none of these is stored.
    pub details: Option<Box<FamilyDetails>>,
    /// The instant until which the family counts towards a limit on live families. `None` means that it counts until it
    /// is revoked.
    pub live_until: Option<Timestamp>,
    /// The instant from which the family may be purged. It equals the `gone_at` of the newest member.
    pub gone_at: Option<Timestamp>,
    /// The label in the form in which labels are compared. It is set if the labels of an owner must be unique. No other
    /// family of the owner can then have this key.
    pub label_key: Option<LabelKey>,
    /// The client through which the sign-in was opened, because the limit on live sign-ins applies per client. `None`
    /// for a family of another kind.
    pub client: Option<ClientKey>,
    /// The instant at which the family is inserted: later rotations update it. If a new family would exceed a limit,
    /// the family with the earliest instant can be revoked.
    pub used_at: Timestamp,
}

impl NewFamily {
    /// Creates a new family, to be inserted. It has no expiry, no label, no client and no details.
    #[must_use]
    pub const fn new(
        id: FamilyId,
        realm: Realm,
        owner: OwnerId,
        kind: TokenKind,
        body: FamilyBody,
        used_at: Timestamp,
    ) -> Self {
        Self {
            id,
            realm,
            owner,
            kind,
            body,
            details: None,
            live_until: None,
            gone_at: None,
            label_key: None,
            client: None,
            used_at,
        }
    }
}

crate::types::setters::setters!(NewFamily {
    with_id id = FamilyId;
    with_details details = Option<Box<FamilyDetails>>;
    with_live_until live_until: Option<Timestamp>;
    with_gone_at gone_at: Option<Timestamp>;
    with_label_key label_key: Option<LabelKey>;
    with_client client: Option<ClientKey>;
});

/// The row of a family as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct FamilyParts {
    /// The family id: the first 10 bytes of its members' ids.
    pub id: FamilyId,
    /// The realm to which the family belongs.
    pub realm: Realm,
    /// The account that owns all credentials of the family, or the realm for a security code.
    pub owner: OwnerId,
    /// The kind of the credentials in this family that a rotation replaces.
    pub kind: TokenKind,
    /// The number of rotations. It is also the generation of the newest member.
    pub generation: u64,
    /// The purpose of the family, with the data for this purpose, such as the client of a sign-in.
    pub body: FamilyBody,
    /// The addresses from which the credential can be used, the host's metadata, and the device on which the sign-in or
    /// session was opened. `None` if none of these is stored.
    pub details: Option<Box<FamilyDetails>>,
    /// The instant until which the family counts towards a limit on live families. It is the expiry of the newest
    /// member. `None` means that the family counts until it is revoked.
    pub live_until: Option<Timestamp>,
    /// The instant from which the family may be purged. It equals the `gone_at` of the newest member. If the family is
    /// revoked, it is the end of the time for which revoked families are kept.
    pub gone_at: Option<Timestamp>,
    /// The label in the form in which labels are compared. No other family of the owner can have this key.
    pub label_key: Option<LabelKey>,
    /// The client through which the sign-in was opened. `None` for a family of another kind.
    pub client: Option<ClientKey>,
    /// When the family was last used. A new family has the instant of its [`NewFamily`]. Every later insert into the
    /// family, and every rotation or extension (`Slide`) of a member, sets this field to its own `now`. The field is
    /// set even if the stored instant is later, because the clock may have been set back.
    /// [`TokenStore::touch`](crate::store::TokenStore::touch) does not change this field.
    pub used_at: Timestamp,
    /// The revocation of the family. It is set at most once.
    pub revoked: Option<Revoked>,
}

impl FamilyParts {
    /// Creates the row of a family that was never rotated and never expires, without a label or a client. A store that
    /// reads a row sets the other fields.
    #[must_use]
    pub const fn new(
        id: FamilyId,
        realm: Realm,
        owner: OwnerId,
        kind: TokenKind,
        body: FamilyBody,
        used_at: Timestamp,
    ) -> Self {
        Self {
            id,
            realm,
            owner,
            kind,
            generation: 0,
            body,
            details: None,
            live_until: None,
            gone_at: None,
            label_key: None,
            client: None,
            used_at,
            revoked: None,
        }
    }

    /// The instant from which a record of this family may be purged. If the family is revoked, this is the `gone_at` of
    /// the family. Otherwise it is the `gone_at` of the record. `None` if this `gone_at` is not set, as for a permanent
    /// record.
    pub(crate) const fn gone_at_of(&self, record: &RecordParts) -> Option<Timestamp> {
        if self.revoked.is_some() { self.gone_at } else { record.gone_at }
    }
}

impl FamilyParts {
    /// An empty row, into which a family is copied field by field.
    pub(crate) const BLANK: Self = Self {
        id: FamilyId::from_bytes([0; 10]),
        realm: Realm::DEFAULT,
        owner: OwnerId::BLANK,
        kind: TokenKind::PersonalAccessToken,
        generation: 0,
        body: FamilyBody::Alone,
        details: None,
        live_until: None,
        gone_at: None,
        label_key: None,
        client: None,
        used_at: Timestamp::EPOCH,
        revoked: None,
    };

    #[inline(always)]
    pub(crate) fn copy_into(&self, copy: &mut Self) {
        let Self { id, realm, owner, kind, generation, body, live_until, gone_at, label_key, .. } = self;
        let Self { details, client, used_at, revoked, .. } = self;
        copy.id = *id;
        copy.realm = realm.clone();
        copy.owner = owner.clone();
        copy.kind = *kind;
        copy.generation = *generation;
        if !matches!(body, FamilyBody::Alone) {
            copy.body = body.clone();
        }
        if details.is_some() {
            copy.details.clone_from(details);
        }
        copy.live_until = *live_until;
        copy.gone_at = *gone_at;
        copy.label_key = label_key.clone();
        copy.client = *client;
        copy.used_at = *used_at;
        copy.revoked = *revoked;
    }
}

impl From<NewFamily> for FamilyParts {
    fn from(new: NewFamily) -> Self {
        let NewFamily { id, realm, owner, kind, body, details, live_until, gone_at, label_key, client, used_at } = new;
        let mut family = Self::new(id, realm, owner, kind, body, used_at);
        (family.details, family.live_until, family.gone_at) =
            (details.and_then(|details| details.kept()), live_until, gone_at);
        (family.label_key, family.client) = (label_key, client);
        family
    }
}
