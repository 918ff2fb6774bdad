//! The file of the profiles: JSON, replaced as a whole, readable by its owner alone.

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

use crate::profiles::Kept;

/// Why a file is not read. Nothing of it is shown: it holds people's signatures.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Damaged {
    /// It is no JSON, or not that of profiles.
    #[error("damaged: line {line}, column {column} is not what it was written as")]
    Text { line: usize, column: usize },
    /// A picture is none.
    #[error("damaged: a signature is no picture")]
    Picture,
    /// Of a kind that this version cannot write, so it cannot have been read either.
    #[error("a signature is of an unknown kind")]
    Kind,
}

/// A profile as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(skip_serializing_if = "Option::is_none")]
    zone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<WrittenSignature>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum WrittenSignature {
    Typed(String),
    /// Base64 of the file, whose first bytes say what it is.
    Image(String),
}

/// Reads what was written.
pub(crate) fn parse(text: &[u8]) -> Result<Kept, Damaged> {
    let written: BTreeMap<SubjectId, Written> =
        serde_json::from_slice(text).map_err(|error| Damaged::Text { line: error.line(), column: error.column() })?;
    written.into_iter().map(|(subject, written)| Ok((subject, read(written)?))).collect()
}

fn read(written: Written) -> Result<Profile, Damaged> {
    let signature = match written.signature {
        None => None,
        Some(WrittenSignature::Typed(text)) => Some(Signature::Typed(text)),
        Some(WrittenSignature::Image(text)) => {
            let bytes = Bytes::from(STANDARD.decode(text).map_err(|_| Damaged::Picture)?);
            let format = ImageFormat::of(&bytes).ok_or(Damaged::Picture)?;
            Some(Signature::Image { format, bytes })
        }
    };
    Ok(Profile { zone: written.zone, signature })
}

fn written(profile: &Profile) -> Result<Written, Damaged> {
    let signature = match &profile.signature {
        None => None,
        Some(Signature::Typed(text)) => Some(WrittenSignature::Typed(text.clone())),
        Some(Signature::Image { bytes, .. }) if ImageFormat::of(bytes).is_none() => return Err(Damaged::Picture),
        Some(Signature::Image { bytes, .. }) => Some(WrittenSignature::Image(STANDARD.encode(bytes))),
        Some(_) => return Err(Damaged::Kind),
    };
    Ok(Written { zone: profile.zone.clone(), signature })
}

/// Whole or not at all: under another name first, then renamed over what was there.
pub(crate) fn write(path: &Path, kept: &Kept) -> io::Result<()> {
    let all: Result<BTreeMap<_, _>, _> =
        kept.iter().map(|(subject, profile)| Ok((subject, written(profile)?))).collect();
    let text = serde_json::to_vec_pretty(&all.map_err(|damaged: Damaged| io::Error::other(damaged))?)?;
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

    fn kept() -> Kept {
        let of = |zone: Option<&str>, signature| Profile { zone: zone.map(str::to_owned), signature };
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
            write(&path, &kept()).expect("written");
            assert_eq!(parse(&fs::read(&path).expect("read")), Ok(kept()));
        }
        let left: Vec<_> = fs::read_dir(folder.path()).expect("a folder").collect();
        assert_eq!(left.len(), 1, "no draft stays: {left:?}");
    }

    #[test]
    fn what_is_damaged_is_told_and_not_shown() {
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
            let told = parse(damaged.as_bytes()).expect_err(damaged).to_string();
            assert!(told.starts_with("damaged") && !told.contains("canary"), "{damaged}: {told}");
        }
    }

    #[test]
    fn what_cannot_be_read_again_is_not_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("profiles.json");
        let image = Signature::Image { format: ImageFormat::Png, bytes: Bytes::from_static(b"<svg>") };
        let mut bad = kept();
        bad.insert(SubjectId::new("carol").expect("an id"), Profile { zone: None, signature: Some(image) });
        write(&path, &kept()).expect("written");
        assert!(write(&path, &bad).is_err());
        assert_eq!(parse(&fs::read(&path).expect("read")), Ok(kept()), "as it was");
    }
}
