//! What the host keeps of people beside their credentials, and the console shows: the time zone and the signature.

use std::error::Error;

use async_trait::async_trait;
use bytes::Bytes;
use counterfoil::SubjectId;

/// What is kept of somebody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// The IANA time zone; `None`: UTC.
    pub zone: Option<String>,
    /// The signature, where there is one.
    pub signature: Option<Signature>,
}

/// A signature.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Signature {
    /// Typed: 1 to 100 characters without control characters.
    Typed(String),
    /// Drawn or uploaded: at most 256 KiB, and what it says it is.
    Image {
        /// Its media type.
        format: ImageFormat,
        /// The file.
        bytes: Bytes,
    },
}

/// The formats that a browser shows and that hold no script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageFormat {
    /// `image/png`.
    Png,
    /// `image/jpeg`.
    Jpeg,
}

impl ImageFormat {
    /// What a file is, by its first bytes. What it is called, or said to be, does not count.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            _ => None,
        }
    }

    /// The media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
        }
    }

    /// How its files end.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
        }
    }
}

/// Profiles cannot be read or written: the console says that it is unavailable.
#[derive(Debug, thiserror::Error)]
#[error("profiles are unavailable")]
pub struct ProfilesError(#[source] pub Box<dyn Error + Send + Sync>);

/// Keeps profiles: the host's own. Where a zone was set, the host's directory should give it in
/// [`Account::zone`](counterfoil::Account::zone) from then on, since notices are written in that.
///
/// # Errors
///
/// Each method fails where the profiles cannot be asked, and for nothing else.
#[async_trait]
pub trait Profiles: Send + Sync + 'static {
    /// What is kept of somebody; an empty profile where nothing is.
    async fn profile(&self, subject: &SubjectId) -> Result<Profile, ProfilesError>;
    /// Keeps a time zone, which the console has found to be one.
    async fn set_zone(&self, subject: &SubjectId, zone: &str) -> Result<(), ProfilesError>;
    /// Keeps a signature, or clears it.
    async fn set_signature(&self, subject: &SubjectId, signature: Option<Signature>) -> Result<(), ProfilesError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn console_2_a_file_is_what_its_bytes_say() {
        assert_eq!(ImageFormat::of(b"\x89PNG\r\n\x1a\n...."), Some(ImageFormat::Png));
        assert_eq!(ImageFormat::of(&[0xff, 0xd8, 0xff, 0xe0]), Some(ImageFormat::Jpeg));
        for other in [&b""[..], b"\x89PNG", b"<svg onload=alert(1)>", b"GIF89a", b"%PDF-1.7"] {
            assert_eq!(ImageFormat::of(other), None);
        }
    }
}
