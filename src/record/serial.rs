//! Serde implementations for records (feature `serde`), for stores that keep documents. Deserialization makes the same
//! checks as [`TokenRecord::from_parts`].

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::crypto::digest::Digest;
use crate::record::family::FamilyParts;
use crate::record::record_parts::RecordParts;
use crate::record::token_record::TokenRecord;
use crate::types::description::Description;
use crate::types::ids::{FamilyId, OwnerId};
use crate::types::label::{Label, LabelKey};
use crate::types::revocation_reason::RevocationReason;

/// Implements serde for types that are serialized as a string.
macro_rules! as_text {
    ($($type:ident: $read:expr;)*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let read: fn(&str) -> Result<Self, _> = $read;
                read(&String::deserialize(deserializer)?).map_err(de::Error::custom)
            }
        }
    )*};
}

as_text! {
    Label: Label::from_stored;
    LabelKey: |text| Ok::<_, std::convert::Infallible>(LabelKey::from_stored(text));
    Description: Description::new;
    OwnerId: OwnerId::from_stored;
}

/// Implements serde for types that are serialized as an array of bytes.
macro_rules! as_bytes {
    ($($type:ident: $len:literal;)*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.as_bytes().serialize(serializer)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <[u8; $len]>::deserialize(deserializer).map(Self::from_bytes)
            }
        }
    )*};
}

as_bytes! {
    Digest: 32;
    FamilyId: 10;
}

impl Serialize for RevocationReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.byte())
    }
}

impl<'de> Deserialize<'de> for RevocationReason {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_byte(u8::deserialize(deserializer)?).ok_or_else(|| de::Error::custom("no reason has that byte"))
    }
}

impl Serialize for TokenRecord {
    /// Serializes the record and its family as a pair.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.clone().into_parts().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for TokenRecord {
    /// Calls [`TokenRecord::from_parts`], which refuses inconsistent parts.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (record, family) = <(RecordParts, FamilyParts)>::deserialize(deserializer)?;
        Self::from_parts(record, family).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::samples::{at, record, sign_in, superseded};
    use crate::record::state::{NoticeMark, Revoked};
    use crate::types::kind::TokenKind;

    #[test]
    fn a_record_comes_back_as_it_was_written_and_a_contradiction_does_not() {
        let record = record(TokenKind::RefreshToken, sign_in(true, at(9)), Some(at(8)), |record, family| {
            record.superseded = Some(superseded(at(1), Some(at(2))));
            record.label = Label::new("Telegram", 20).ok();
            record.description = Description::new("what for").ok();
            record.notice = Some(NoticeMark { at: at(3), stage: 1 });
            record.noticed = vec![(at(8), 0)];
            family.generation = 1;
            family.label_key = record.label.as_ref().map(Label::key);
            family.revoked = Some(Revoked { at: at(4), reason: RevocationReason::Replay });
        });
        let text = serde_json::to_string(&record).expect("JSON");
        let back: TokenRecord = serde_json::from_str(&text).expect("a record");
        assert_eq!(format!("{back:?}"), format!("{record:?}"));
        assert_eq!(back.record().digest.as_bytes(), record.record().digest.as_bytes());
        assert_eq!(serde_json::to_string(&back).expect("JSON"), text);
        // The member is named `why`, not `reason`: the name is part of stored documents, so it must stay when the field
        // is renamed.
        assert!(text.contains(r#""revoked":{"at":1700000004000000,"why":"#), "{text}");
        let contradiction = text.replacen(r#""generation":1"#, r#""generation":0"#, 1);
        assert_ne!(contradiction, text);
        assert!(serde_json::from_str::<TokenRecord>(&contradiction).is_err());
    }
}
