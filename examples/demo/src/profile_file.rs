//! The file with the profiles. It contains JSON. Each change replaces the whole file. Only the file's owner can read
//! it.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use axum::body::Bytes;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use counterfoil::SubjectId;
use counterfoil_axum::console::{ImageFormat, Profile, Signature};
use serde::{Deserialize, Serialize};

use crate::profiles::ProfileMap;

/// The reason why a profile file is invalid. The message contains no text from the file, because the file contains
/// signatures.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ProfileFileError {
    /// The file is not JSON, or the JSON does not describe profiles.
    #[error("damaged: line {line}, column {column} is invalid")]
    Text { line: usize, column: usize },
    /// A signature in the file is not a valid image.
    #[error("damaged: a signature is not an image")]
    Picture,
    /// A profile has a kind of signature that this version cannot write to the file.
    #[error("a signature is of an unknown kind")]
    Kind,
}

/// A profile as the file contains it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredProfile {
    #[serde(skip_serializing_if = "Option::is_none")]
    zone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<StoredSignature>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum StoredSignature {
    Typed(String),
    /// An image in Base64. The format of the image follows from its first bytes.
    Image(String),
}

/// Parses the contents of a file.
pub(crate) fn parse(text: &[u8]) -> Result<ProfileMap, ProfileFileError> {
    let stored: BTreeMap<SubjectId, StoredProfile> = serde_json::from_slice(text)
        .map_err(|error| ProfileFileError::Text { line: error.line(), column: error.column() })?;
    stored.into_iter().map(|(subject, profile)| Ok((subject, read(profile)?))).collect()
}

fn read(stored: StoredProfile) -> Result<Profile, ProfileFileError> {
    let signature = match stored.signature {
        None => None,
        Some(StoredSignature::Typed(text)) => Some(Signature::Typed(text)),
        Some(StoredSignature::Image(text)) => {
            let bytes = Bytes::from(STANDARD.decode(text).map_err(|_| ProfileFileError::Picture)?);
            let format = ImageFormat::of(&bytes).ok_or(ProfileFileError::Picture)?;
            Some(Signature::Image { format, bytes })
        }
    };
    Ok(Profile::default().with_zone(stored.zone).with_signature(signature))
}

fn stored(profile: &Profile) -> Result<StoredProfile, ProfileFileError> {
    let signature = match &profile.signature {
        None => None,
        Some(Signature::Typed(text)) => Some(StoredSignature::Typed(text.clone())),
        Some(Signature::Image { bytes, .. }) if ImageFormat::of(bytes).is_none() => {
            return Err(ProfileFileError::Picture);
        }
        Some(Signature::Image { bytes, .. }) => Some(StoredSignature::Image(STANDARD.encode(bytes))),
        Some(_) => return Err(ProfileFileError::Kind),
    };
    Ok(StoredProfile { zone: profile.zone.clone(), signature })
}

/// Replaces the file atomically: writes a temporary file and then renames it.
pub(crate) fn write(path: &Path, profiles: &ProfileMap) -> io::Result<()> {
    let all: Result<BTreeMap<_, _>, _> =
        profiles.iter().map(|(subject, profile)| Ok((subject, stored(profile)?))).collect();
    let text = serde_json::to_vec_pretty(&all.map_err(|error: ProfileFileError| io::Error::other(error))?)?;
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}", std::process::id()));
    let draft = Path::new(&name);
    let _stale = fs::remove_file(draft);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(draft)?;
    let replaced = file.write_all(&text).and_then(|()| file.sync_all()).and_then(|()| fs::rename(draft, path));
    if replaced.is_err() {
        let _unwritten = fs::remove_file(draft);
    }
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profiles() -> ProfileMap {
        let of = |zone: Option<&str>, signature| {
            Profile::default().with_zone(zone.map(str::to_owned)).with_signature(signature)
        };
        let png = Bytes::from_static(b"\x89PNG\r\n\x1a\n\0\xff");
        let image = Signature::Image { format: ImageFormat::Png, bytes: png };
        [
            ("<ID>6</ID>\"\\", of(Some("Europe/Moscow"), Some(image))),
            ("ivan", of(None, Some(Signature::Typed("Иван \u{1f58b}".to_owned())))),
            ("newbie", Profile::default()),
        ]
        .into_iter()
        .map(|(subject, profile)| (SubjectId::new(subject).expect("an id"), profile))
        .collect()
    }

    #[test]
    fn console_2_what_is_written_is_read_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("profiles.json");
        for _ in 0..2 {
            write(&path, &profiles()).expect("written");
            assert_eq!(parse(&fs::read(&path).expect("read")), Ok(profiles()));
        }
        let left: Vec<_> = fs::read_dir(folder.path()).expect("a folder").collect();
        assert_eq!(left.len(), 1, "no draft stays: {left:?}");
    }

    #[test]
    fn a_damaged_file_is_an_error_that_shows_nothing_of_it() {
        let whole = r#"{"ivan": {"zone": "Europe/Moscow", "signature": {"typed": "canary"}}}"#;
        assert!(parse(whole.as_bytes()).is_ok());
        for damaged in [
            "",
            "[]",
            "null",
            &whole[..40],
            &whole.replace("typed", "drawn"),
            &whole.replace("zone", "zome"),
            &whole.replace("typed", "image"),
            &whole.replace("\"typed\": \"canary\"", "\"image\": \"PHN2Zz4=\""),
            &whole.replace("\"ivan\"", "\"\""),
            &format!("{whole}{whole}"),
        ] {
            let message = parse(damaged.as_bytes()).expect_err(damaged).to_string();
            assert!(message.starts_with("damaged") && !message.contains("canary"), "{damaged}: {message}");
        }
    }

    #[test]
    fn what_cannot_be_read_again_is_not_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("profiles.json");
        let image = Signature::Image { format: ImageFormat::Png, bytes: Bytes::from_static(b"<svg>") };
        let mut bad = profiles();
        bad.insert(SubjectId::new("carol").expect("an id"), Profile::default().with_signature(image));
        write(&path, &profiles()).expect("written");
        assert!(write(&path, &bad).is_err());
        assert_eq!(parse(&fs::read(&path).expect("read")), Ok(profiles()), "as it was");
    }
}
