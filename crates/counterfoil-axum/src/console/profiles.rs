//! Profiles of accounts. A profile consists of a time zone and a signature. The host stores it, and the console shows
//! it.

use std::error::Error;

use async_trait::async_trait;
use bytes::Bytes;
use counterfoil::SubjectId;

/// The profile of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Profile {
    /// The IANA time zone. If it is `None`, the console uses UTC.
    pub zone: Option<String>,
    /// The signature. `None` if the account has no signature.
    pub signature: Option<Signature>,
}

impl Profile {
    /// Sets [`zone`](Self::zone).
    #[must_use]
    pub fn with_zone(mut self, zone: impl Into<Option<String>>) -> Self {
        self.zone = zone.into();
        self
    }

    /// Sets [`signature`](Self::signature).
    #[must_use]
    pub fn with_signature(mut self, signature: impl Into<Option<Signature>>) -> Self {
        self.signature = signature.into();
        self
    }
}

/// A signature of an account: a typed text, or an image that was drawn or uploaded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Signature {
    /// A typed signature. It has 1 to 100 characters, and none of them is a control character.
    Typed(String),
    /// A drawn or uploaded image of at most 256 KiB. The console has checked that its first bytes are those of the
    /// format.
    Image {
        /// The format of the image.
        format: ImageFormat,
        /// The contents of the image file.
        bytes: Bytes,
    },
}

/// The accepted image formats. Every browser can show them, and they cannot contain scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImageFormat {
    /// `image/png`.
    Png,
    /// `image/jpeg`.
    Jpeg,
}

impl ImageFormat {
    /// Returns the format of a file, which is determined by its first bytes. Returns `None` if it is not one of these
    /// formats. The name of the file and its declared media type are ignored.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            _ => None,
        }
    }

    /// Returns the media type of the format.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
        }
    }

    /// Returns the usual file name extension of this format, without the dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
        }
    }
}

/// A profile cannot be read or written. The status of the console's response is 503.
#[derive(Debug, thiserror::Error)]
#[error("profiles are unavailable")]
pub struct ProfilesError(#[source] pub Box<dyn Error + Send + Sync>);

/// Stores profiles. The host implements this trait. Notices use [`Account::zone`](counterfoil::Account::zone), so the
/// host's directory should return the stored time zone there.
///
/// # Errors
///
/// Each method fails only if the storage of profiles is unavailable.
#[async_trait]
pub trait Profiles: Send + Sync + 'static {
    /// Returns the profile of an account. If none is stored, returns an empty profile.
    async fn profile(&self, subject: &SubjectId) -> Result<Profile, ProfilesError>;
    /// Stores a time zone. The console has checked that the zone exists.
    async fn set_zone(&self, subject: &SubjectId, zone: &str) -> Result<(), ProfilesError>;
    /// Stores a signature. If `signature` is `None`, removes the stored one.
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
