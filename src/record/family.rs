//! Families. A family contains all credentials that descend from one issued credential: the tokens of a sign-in, or a
//! personal access token and its rotations. The row of a family has the label, generation and revocation for all
//! members.

use serde::{Deserialize, Serialize};

use crate::record::family_details::FamilyDetails;
use crate::record::record_parts::RecordParts;
use crate::record::state::Revoked;
use crate::types::client::{ClientId, ClientKey, Grant, InvalidDocument};
use crate::types::ids::{FamilyId, OwnerId, SubjectId};
use crate::types::kind::TokenKind;
use crate::types::label::LabelKey;
use crate::types::realm::Realm;
use crate::types::time::Timestamp;

/// The rights of a security code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Access {
    /// The rights of a super administrator, as long as the creator has that role.
    SuperAdministrator,
    /// The rights of this account, but at most those of an ordinary member.
    SameAsUser(SubjectId),
}

/// What a family is for. A store keeps it, together with the [`FamilyDetails`], as the text that
/// [`FamilyBody::to_document`] returns. A document with unknown members is refused as corrupt, because a newer version
/// may have added a restriction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum FamilyBody {
    /// A personal access token with its rotations.
    Alone,
    /// The tokens of one sign-in through a client.
    SignIn {
        /// The client's internal id, to which the tokens are bound.
        client: ClientKey,
        /// The client's public id, by which its registration is found.
        client_id: ClientId,
        /// The client's epoch when the family was opened. A client gets a new epoch when all its tokens are revoked. So
        /// the family is refused if the client now has another epoch.
        epoch: u64,
        /// The grant that opened the family. `None` if the host opened it.
        grant: Option<Grant>,
        /// Whether each refresh starts the inactivity time-out again.
        remember: bool,
        /// When the family was opened.
        opened_at: Timestamp,
        /// The instant at which the sign-in ends at the latest.
        absolute_end: Timestamp,
    },
    /// A security code.
    Code {
        /// The super administrator who created the code.
        created_by: SubjectId,
        /// The rights of the code.
        access: Access,
        /// For [`Access::SameAsUser`], the account name in the request that created the code. `None` for other codes,
        /// and for codes that were created before names were stored.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        named: Option<Box<str>>,
    },
    /// A session with the console's cookie.
    Session {
        /// When the owner last entered the password.
        authenticated_at: Timestamp,
        /// The instant at which the session ends at the latest.
        absolute_end: Timestamp,
    },
}

/// The document of a family with details. The document of any other family is its body alone, as in versions that did
/// not know details.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Detailed<B, D> {
    body: B,
    details: D,
}

impl FamilyBody {
    /// The stored text of a body and its details: JSON.
    ///
    /// ```
    /// use counterfoil::store::{FamilyBody, FamilyDetails};
    ///
    /// assert_eq!(FamilyBody::Alone.to_document(None)?, r#""alone""#);
    /// let details = FamilyDetails::new().with_metadata(r#"{"a":1}"#.parse::<counterfoil::types::Metadata>()?);
    /// let text = FamilyBody::Alone.to_document(Some(&details))?;
    /// assert_eq!(FamilyBody::from_document(&text)?, (FamilyBody::Alone, details.kept()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidDocument`] does not occur in practice: every field has a JSON form.
    pub fn to_document(&self, details: Option<&FamilyDetails>) -> Result<String, InvalidDocument> {
        match details {
            None => serde_json::to_string(self),
            Some(details) => serde_json::to_string(&Detailed { body: self, details }),
        }
        .map_err(InvalidDocument::new)
    }

    /// Reads the output of [`FamilyBody::to_document`].
    ///
    /// # Errors
    ///
    /// [`InvalidDocument`] for any other text.
    pub fn from_document(text: &str) -> Result<(Self, Option<Box<FamilyDetails>>), InvalidDocument> {
        if !text.starts_with(r#"{"body":"#) {
            return serde_json::from_str(text).map(|body| (body, None)).map_err(InvalidDocument::new);
        }
        let Detailed { body, details } =
            serde_json::from_str::<Detailed<Self, FamilyDetails>>(text).map_err(InvalidDocument::new)?;
        Ok((body, details.kept()))
    }
}

/// A family to insert.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NewFamily {
    /// The family id: the first 10 bytes of its members' ids.
    pub id: FamilyId,
    /// The realm.
    pub realm: Realm,
    /// The owner of the family.
    pub owner: OwnerId,
    /// The kind of the credentials that a rotation replaces. For a sign-in this is the refresh token, or the access
    /// token if there is no refresh token.
    pub kind: TokenKind,
    /// What the family is for.
    pub body: FamilyBody,
    /// Where it can be used from, the host's metadata, and the device that opened it. `None` if there is nothing of it.
    pub details: Option<Box<FamilyDetails>>,
    /// The instant until which the family counts towards a limit on live families. `None` means that it counts until it
    /// is revoked.
    pub live_until: Option<Timestamp>,
    /// The instant from which the family may be purged. It equals the `gone_at` of the newest member.
    pub gone_at: Option<Timestamp>,
    /// The label in the form in which labels are compared. It is set if the labels of an owner must be unique. No other
    /// family of the owner can then have it.
    pub label_key: Option<LabelKey>,
    /// The client of a sign-in. It is stored because the limit on live sign-ins applies per client.
    pub client: Option<ClientKey>,
    /// When the family was last used. If a new family would exceed a limit, the least recently used family can be
    /// revoked.
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
    /// The realm.
    pub realm: Realm,
    /// The owner of the family.
    pub owner: OwnerId,
    /// The kind of the credentials in this family that a rotation replaces.
    pub kind: TokenKind,
    /// The number of rotations. It is also the generation of the newest member.
    pub generation: u64,
    /// What the family is for.
    pub body: FamilyBody,
    /// Where it can be used from, the host's metadata, and the device that opened it. `None` if there is nothing of it.
    pub details: Option<Box<FamilyDetails>>,
    /// The instant until which the family counts towards a limit on live families. It is the expiry of the newest
    /// member. `None` means that the family counts until it is revoked.
    pub live_until: Option<Timestamp>,
    /// The instant from which the family may be purged. It equals the `gone_at` of the newest member. If the family is
    /// revoked, it is the end of the time for which revoked families are kept.
    pub gone_at: Option<Timestamp>,
    /// The label in the form in which labels are compared. No other family of the owner can have it.
    pub label_key: Option<LabelKey>,
    /// The client of a sign-in.
    pub client: Option<ClientKey>,
    /// When the family was last used. A new family has the instant of its [`NewFamily`]. Every later insert into the
    /// family, and every rotation or extension (`Slide`) of a member, sets this field to its own `now`. It does so even
    /// if the stored instant is later, because the clock may have been set back.
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
    /// An empty row, into which the memory store copies a family field by field.
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
        (family.details, family.live_until, family.gone_at) = (details, live_until, gone_at);
        (family.label_key, family.client) = (label_key, client);
        family
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::networks::Networks;

    #[test]
    fn fault_c12_a_code_made_before_names_were_kept_reads_as_it_did_and_a_name_comes_back() {
        let old = r#"{"code":{"created_by":"super","access":{"same_as_user":"6"}}}"#;
        let (body, details) = FamilyBody::from_document(old).expect("an older document");
        assert_eq!(body.to_document(details.as_deref()).expect("JSON"), old, "and is written as it was");
        let FamilyBody::Code { created_by, access, named: None } = body else { panic!("{body:?}") };
        let named = FamilyBody::Code { created_by, access, named: Some("AD\\bill.posters".into()) };
        let text = named.to_document(None).expect("JSON");
        assert_eq!(FamilyBody::from_document(&text).expect("a document"), (named, None));
    }

    /// An older version reads the enum alone. It must refuse a family with details, because it would ignore the
    /// restriction.
    #[test]
    fn sight_6_an_older_version_refuses_a_family_with_allowed_sources() {
        let office = Networks::new(["192.0.2.0/24"]).expect("a block");
        let details = FamilyDetails::new().with_allowed_sources(office);
        let text = FamilyBody::Alone.to_document(Some(&details)).expect("JSON");
        assert_eq!(text, r#"{"body":"alone","details":{"allowed_sources":"192.0.2.0/24"}}"#);
        assert!(serde_json::from_str::<FamilyBody>(&text).is_err());
        assert_eq!(FamilyBody::from_document(&text).expect("a document"), (FamilyBody::Alone, details.kept()));
    }

    #[test]
    fn a_document_with_an_unknown_detail_is_refused() {
        let newer = r#"{"body":"alone","details":{"only_on_sundays":true}}"#;
        assert!(FamilyBody::from_document(newer).is_err());
    }
}
