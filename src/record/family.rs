//! A family: what descends from one issue. One row that holds label, generation and revocation for all members.

use serde::{Deserialize, Serialize};

use crate::record::state::Revoked;
use crate::types::client::{ClientId, ClientKey, Grant, InvalidDocument};
use crate::types::ids::{FamilyId, OwnerId, SubjectId};
use crate::types::kind::TokenKind;
use crate::types::label::LabelKey;
use crate::types::realm::Realm;
use crate::types::time::Timestamp;

/// What a security code may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Access {
    /// A super administrator's rights, while its creator has that role.
    SuperAdministrator,
    /// The rights of the named account, at most an ordinary member's, for ever.
    SameAsUser(SubjectId),
}

/// What a family was opened for. A store keeps it as a text it need not understand: [`FamilyBody::to_document`]. One with more in it than this
/// version knows is corrupt to it: what a newer version adds may be a bound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum FamilyBody {
    /// A credential alone: a personal access token with its rotations.
    Alone,
    /// The tokens of one sign-in through a client.
    SignIn {
        /// The client's internal id: what the tokens are bound to.
        client: ClientKey,
        /// Where its registration is looked up.
        client_id: ClientId,
        /// The client's epoch at the time.
        epoch: u64,
        /// The grant it was opened by; `None` where the host opened it.
        grant: Option<Grant>,
        /// Whether a refresh slides the inactivity time-out.
        remember: bool,
        /// When it was opened.
        opened_at: Timestamp,
        /// When it ends whatever happens.
        absolute_end: Timestamp,
    },
    /// A security code.
    Code {
        /// The super administrator who made it.
        created_by: SubjectId,
        /// What it may do.
        access: Access,
        /// The account's name as it was sent with a same-as-user code; codes that were made before names were kept have none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        named: Option<Box<str>>,
    },
    /// A session behind the console's cookie.
    Session {
        /// When its owner last proved the password.
        authenticated_at: Timestamp,
        /// When it ends whatever happens.
        absolute_end: Timestamp,
    },
}

impl FamilyBody {
    /// The text that a store keeps: JSON.
    ///
    /// # Errors
    ///
    /// [`InvalidDocument`] never in practice: every field has a JSON form.
    pub fn to_document(&self) -> Result<String, InvalidDocument> {
        serde_json::to_string(self).map_err(InvalidDocument::new)
    }

    /// Reads what [`FamilyBody::to_document`] wrote.
    ///
    /// # Errors
    ///
    /// [`InvalidDocument`] for anything else.
    pub fn from_document(text: &str) -> Result<Self, InvalidDocument> {
        serde_json::from_str(text).map_err(InvalidDocument::new)
    }
}

/// A family to be inserted.
#[derive(Clone, Debug)]
pub struct NewFamily {
    /// The first 10 bytes of its members' ids.
    pub id: FamilyId,
    /// Where it belongs.
    pub realm: Realm,
    /// Whom it is listed under.
    pub owner: OwnerId,
    /// The kind of its chain (a sign-in's is the refresh token, or the access token where it has no refresh token).
    pub kind: TokenKind,
    /// What it was opened for.
    pub body: FamilyBody,
    /// Until when it counts against a cap; `None`: until it is revoked.
    pub live_until: Option<Timestamp>,
    /// Follows the newest member's.
    pub gone_at: Option<Timestamp>,
    /// The label it holds, where labels are unique.
    pub label_key: Option<LabelKey>,
    /// The client of a sign-in: a cap counts the sign-ins through one client.
    pub client: Option<ClientKey>,
    /// When it was last used: a cap that makes room ends the least recently used.
    pub used_at: Timestamp,
}

/// A family row as a store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FamilyParts {
    /// The first 10 bytes of its members' ids.
    pub id: FamilyId,
    /// Where it belongs.
    pub realm: Realm,
    /// Whom it is listed under.
    pub owner: OwnerId,
    /// The kind of its chain.
    pub kind: TokenKind,
    /// How often it was rotated: the newest member's generation.
    pub generation: u64,
    /// What it was opened for.
    pub body: FamilyBody,
    /// Until when it counts against a cap: the newest member's expiry. `None`: until it is revoked.
    pub live_until: Option<Timestamp>,
    /// The newest member's, and after a revocation of the family the end of its tombstone.
    pub gone_at: Option<Timestamp>,
    /// The label it holds.
    pub label_key: Option<LabelKey>,
    /// The client of a sign-in.
    pub client: Option<ClientKey>,
    /// When a record was last inserted into it or one of its members rotated. A touch does not move it.
    pub used_at: Timestamp,
    /// Set once, by revoking the family.
    pub revoked: Option<Revoked>,
}

impl FamilyParts {
    /// Nothing in particular, to be copied over.
    pub(crate) const BLANK: Self = Self {
        id: FamilyId::from_bytes([0; 10]),
        realm: Realm::DEFAULT,
        owner: OwnerId::BLANK,
        kind: TokenKind::PersonalAccessToken,
        generation: 0,
        body: FamilyBody::Alone,
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
        let Self { client, used_at, revoked, .. } = self;
        copy.id = *id;
        copy.realm = realm.clone();
        copy.owner = owner.clone();
        copy.kind = *kind;
        copy.generation = *generation;
        if !matches!(body, FamilyBody::Alone) {
            copy.body = body.clone();
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
        let NewFamily { id, realm, owner, kind, body, live_until, gone_at, label_key, client, used_at } = new;
        let (generation, revoked) = (0, None);
        Self { id, realm, owner, kind, generation, body, live_until, gone_at, label_key, client, used_at, revoked }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_c12_a_code_made_before_names_were_kept_reads_as_it_did_and_a_name_comes_back() {
        let old = r#"{"code":{"created_by":"super","access":{"same_as_user":"6"}}}"#;
        let body = FamilyBody::from_document(old).expect("an older document");
        assert_eq!(body.to_document().expect("JSON"), old, "and is written as it was");
        let FamilyBody::Code { created_by, access, named: None } = body else { panic!("{body:?}") };
        let named = FamilyBody::Code { created_by, access, named: Some("AD\\bill.posters".into()) };
        let text = named.to_document().expect("JSON");
        assert_eq!(FamilyBody::from_document(&text).expect("a document"), named);
    }
}
