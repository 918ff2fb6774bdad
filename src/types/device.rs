//! The device on which a person opened a sign-in or a session.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::types::source::SourceName;
use crate::types::visible::{code_point, is_invisible, refused};

/// The device on which a person opened a sign-in or a session, as the host describes it: a text such as "Firefox on
/// Linux", and the source of the request. The library only displays this description, so that people recognise a
/// sign-in in the list of their sign-ins.
///
/// The text is in NFC and trimmed, and has at most 200 characters in one line, without control and format characters.
/// Joiners are allowed only where Unicode allows them. A text without a visible character counts as no text.
///
/// ```
/// use counterfoil::types::{Device, InvalidDevice, SourceName};
///
/// let source = SourceName::new("[2001:db8::7]:41234").expect("an address");
/// let device = Device::new(Some(" Firefox on Linux "), Some(&source))?;
/// assert_eq!((device.text(), device.source()), (Some("Firefox on Linux"), Some("2001:db8::")));
/// assert_eq!(Device::new(Some(&"x".repeat(201)), None), Err(InvalidDevice::TooLong));
/// # Ok::<(), InvalidDevice>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Device {
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Box<str>>,
}

/// The error for a text that does not satisfy the rules of [`Device`]. Operations report it as
/// [`Invalid`](crate::Invalid) with the field `device`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidDevice {
    /// More than 200 characters.
    #[error("device must have at most {} characters", Device::MAX)]
    TooLong,
    /// A control, format, private-use or unassigned character, or a joiner where Unicode does not allow one.
    #[error("device contains {}, which is not allowed there", code_point(*.0))]
    Character(char),
}

impl Device {
    /// The longest text, in characters (Unicode scalar values after NFC and trimming).
    pub const MAX: usize = 200;

    /// Checks and normalises a text. The source is kept as its name, so an IPv6 address is kept as its /64 network.
    ///
    /// # Errors
    ///
    /// [`InvalidDevice`] with the broken rule. [`Device::of_user_agent`] has no errors.
    pub fn new(text: Option<&str>, source: Option<&SourceName>) -> Result<Self, InvalidDevice> {
        let text = text.map(checked).transpose()?.flatten();
        Ok(Self { text, source: source.map(|source| source.as_str().into()) })
    }

    /// Accepts any text. Leaves out characters that are not allowed, and cuts the text after 200 characters. Use this
    /// constructor for the value of the header `User-Agent`: a client can send any value, and a sign-in must not fail
    /// because of the value.
    ///
    /// ```
    /// use counterfoil::types::Device;
    ///
    /// let device = Device::of_user_agent(&format!("Browser/1.0\t(Linux)\u{202E} {}", "x".repeat(500)), None);
    /// let text = device.text().expect("visible");
    /// assert!(text.starts_with("Browser/1.0 (Linux) xxx") && text.chars().count() == 200);
    /// ```
    #[must_use]
    pub fn of_user_agent(text: &str, source: Option<&SourceName>) -> Self {
        let spaced = text.chars().take(4 * Self::MAX).map(|letter| if letter.is_whitespace() { ' ' } else { letter });
        // Each character is checked alone. A single joiner is never allowed, because a joiner needs other characters
        // beside it. So every joiner is left out.
        let allowed = spaced.filter(|letter| refused(letter.encode_utf8(&mut [0; 4]), |_| false).is_none());
        let text: String = allowed.nfc().collect();
        let cut: String = text.trim().chars().take(Self::MAX).collect();
        // The text now satisfies every rule, so `checked` returns no error. After an error, there would be no text.
        let text = checked(&cut).unwrap_or_default();
        Self { text, source: source.map(|source| source.as_str().into()) }
    }

    /// The text that describes the device. `None` if the host gave none, or only invisible characters.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// The name of the source of the request that opened the sign-in, if it was kept.
    #[must_use]
    pub fn source(&self) -> Option<&str> {
        self.source.as_deref()
    }

    /// The device in the form that is stored. If the device has no source, it gets `source`. `None` if there is neither
    /// a text nor a source.
    pub(crate) fn kept(&self, source: Option<&SourceName>) -> Option<Self> {
        let source = self.source.clone().or_else(|| source.map(|source| source.as_str().into()));
        let kept = Self { text: self.text.clone(), source };
        (!kept.is_empty()).then_some(kept)
    }

    /// Whether there is neither a text nor a source.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_none() && self.source.is_none()
    }
}

/// Checks and normalises a text. `None` if the text has no visible character.
fn checked(text: &str) -> Result<Option<Box<str>>, InvalidDevice> {
    if text.len() > 8 * Device::MAX {
        return Err(InvalidDevice::TooLong);
    }
    let text: String = text.nfc().collect();
    let text = text.trim();
    if let Some(character) = refused(text, |_| false) {
        return Err(InvalidDevice::Character(character));
    }
    if text.chars().count() > Device::MAX {
        return Err(InvalidDevice::TooLong);
    }
    Ok((!text.chars().all(is_invisible)).then(|| text.into()))
}

/// Prints no text and no source, because both are personal data.
impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Device").finish_non_exhaustive()
    }
}

impl<'de> Deserialize<'de> for Device {
    /// Reads what `Serialize` wrote. A text or a source that breaks a rule is an error.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Stored {
            #[serde(default)]
            text: Option<String>,
            #[serde(default)]
            source: Option<String>,
        }
        let stored = Stored::deserialize(deserializer)?;
        let source = stored.source.as_deref().map(SourceName::new).transpose().map_err(D::Error::custom)?;
        let device = Self::new(stored.text.as_deref(), source.as_ref()).map_err(D::Error::custom)?;
        if device.text() != stored.text.as_deref() || device.source() != stored.source.as_deref() {
            return Err(D::Error::custom("the stored device is not in its only spelling"));
        }
        Ok(device)
    }
}

#[cfg(test)]
#[path = "device_tests.rs"]
mod tests;
