//! Profiles: the time zone and signature of an account. The host stores them, the console shows them.

use std::error::Error;

use async_trait::async_trait;
use bytes::Bytes;
use counterfoil::SubjectId;

/// The profile of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Profile {
    /// The IANA time zone; `None`: UTC.
    pub zone: Option<String>,
    /// The signature, if there is one.
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

/// A signature.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Signature {
    /// Typed: 1 to 100 characters, none of them a control character.
    Typed(String),
    /// Drawn or uploaded: at most 256 KiB. The bytes have the signature of the format.
    Image {
        /// Its media type.
        format: ImageFormat,
        /// The file.
        bytes: Bytes,
    },
}

/// The image formats. Browsers show them, and they cannot hold scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImageFormat {
    /// `image/png`.
    Png,
    /// `image/jpeg`.
    Jpeg,
}

impl ImageFormat {
    /// The format of a file, by its first bytes. Its name and declared media type do not count.
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

    /// The extension of file names.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
        }
    }
}

/// Profiles cannot be read or written. The console answers 503.
#[derive(Debug, thiserror::Error)]
#[error("profiles are unavailable")]
pub struct ProfilesError(#[source] pub Box<dyn Error + Send + Sync>);

/// Stores profiles. The host implements it. The host's directory should return the stored zone in
/// [`Account::zone`](counterfoil::Account::zone), because notices use that.
///
/// # Errors
///
/// Each method fails only if the profile storage is unavailable.
#[async_trait]
pub trait Profiles: Send + Sync + 'static {
    /// The profile of an account; an empty profile if none is stored.
    async fn profile(&self, subject: &SubjectId) -> Result<Profile, ProfilesError>;
    /// Stores a time zone. The console has checked its name.
    async fn set_zone(&self, subject: &SubjectId, zone: &str) -> Result<(), ProfilesError>;
    /// Stores a signature, or removes it.
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
