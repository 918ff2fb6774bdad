//! What a family is for, and the document in which a store keeps it.

use serde::{Deserialize, Serialize};

use crate::record::family_details::FamilyDetails;
use crate::types::client::{ClientId, ClientKey, Grant, InvalidDocument};
use crate::types::ids::SubjectId;
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
        /// The super administrator who created the code, and who gets the notices about the code.
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

/// The document of a family with details. The document of any other family is its body alone, as in versions of this
/// library without details.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Detailed<B, D> {
    body: B,
    details: D,
}

impl FamilyBody {
    /// Returns the JSON text in which a store keeps this body and the details of the family. Details without content
    /// give the same text as no details.
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
        match details.filter(|details| **details != FamilyDetails::new()) {
            None => serde_json::to_string(self),
            Some(details) => serde_json::to_string(&Detailed { body: self, details }),
        }
        .map_err(InvalidDocument::new)
    }

    /// Reads the output of [`FamilyBody::to_document`].
    ///
    /// # Errors
    ///
    /// [`InvalidDocument`] if the text is not such a document, or has unknown members.
    pub fn from_document(text: &str) -> Result<(Self, Option<Box<FamilyDetails>>), InvalidDocument> {
        if !text.starts_with(r#"{"body":"#) {
            return serde_json::from_str(text).map(|body| (body, None)).map_err(InvalidDocument::new);
        }
        let Detailed { body, details } =
            serde_json::from_str::<Detailed<Self, FamilyDetails>>(text).map_err(InvalidDocument::new)?;
        Ok((body, details.kept()))
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

    /// An older version of this library parses the whole document as a [`FamilyBody`]. It must refuse a document with
    /// details, because otherwise it would ignore the allowed sources.
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
