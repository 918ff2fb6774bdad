//! Members of stored documents that a newer version of this library wrote. A process with an older version keeps these
//! members when it rewrites the document.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The name of the member that says which format a reader must support.
const FORMAT: &str = "format";
/// The newest format that this version of the library supports. A document of format 0 has no member `format`.
const KNOWN: u64 = 0;

/// Members of a stored document that this version of the library does not know. The library ignores these members, and
/// writes them back unchanged.
///
/// If a newer version makes a change that older versions must not ignore, it raises the document's member `format` (0
/// if absent). Older versions then refuse the document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnknownFields(BTreeMap<String, serde_json::Value>);

impl UnknownFields {
    /// Whether the document has no unknown members.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for UnknownFields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(&self.0)
    }
}

impl<'de> Deserialize<'de> for UnknownFields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = BTreeMap::<String, serde_json::Value>::deserialize(deserializer)?;
        match fields.remove(FORMAT).map(|format| format.as_u64()) {
            None | Some(Some(KNOWN)) => {}
            Some(_) => return Err(D::Error::custom("the document is of a newer version: upgrade this node")),
        }
        Ok(Self(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Document {
        known: u8,
        #[serde(flatten)]
        unknown: UnknownFields,
    }

    #[test]
    fn fault_d7_what_a_newer_node_wrote_is_read_over_and_written_back() {
        let text = r#"{"known":1,"later":{"a":[1,2]},"other":null}"#;
        let document: Document = serde_json::from_str(text).expect("tolerated");
        assert_eq!((document.known, document.unknown.is_empty()), (1, false));
        assert_eq!(serde_json::to_string(&document).expect("JSON"), text);
    }

    #[test]
    fn fault_d7_what_must_not_be_ignored_is_refused() {
        assert!(serde_json::from_str::<Document>(r#"{"known":1,"format":0}"#).is_ok());
        for format in ["1", "-1", "\"0\"", "null", "18446744073709551615"] {
            let newer = format!(r#"{{"known":1,"format":{format}}}"#);
            let error = serde_json::from_str::<Document>(&newer).expect_err(&newer).to_string();
            assert!(error.contains("newer version"), "{error}");
        }
    }
}
