//! The addresses from which a credential can be used.

use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::types::network::{InvalidNetwork, Network};

/// The addresses from which a credential can be used: 1 to 16 blocks ([`Network`]). A credential without allowed
/// sources (`None`) can be used from anywhere.
///
/// Different spellings of the same blocks give equal values: the blocks are sorted, and a block that lies inside
/// another block is removed. Two neighbouring blocks are not joined into one.
///
/// | text | block |
/// |---|---|
/// | `192.0.2.0/24`, `::ffff:192.0.2.0/120` | the 256 addresses from `192.0.2.0` |
/// | `192.0.2.7`, `192.0.2.7/32`, `::ffff:192.0.2.7` | one address |
/// | `2001:db8::/32`, `2001:DB8:0::/32` | the network of a provider |
/// | `0.0.0.0/0` | every IPv4 address |
/// | `::/0` | every IPv6 address. An IPv4-mapped address is an IPv4 address, and is not in this block |
/// | `192.0.2.1/24` | refused, because bits after the length are set. The error names `192.0.2.0/24` |
///
/// The blocks `0.0.0.0/0` and `::/0` together are not the same as `None`: with these blocks, the source must be known
/// and must be an address.
///
/// ```
/// use counterfoil::types::{InvalidNetworks, Networks};
///
/// let office = Networks::new(["2001:db8::/32", "192.0.2.0/24", "192.0.2.128/25"])?;
/// assert_eq!(office.to_string(), "192.0.2.0/24,2001:db8::/32");
/// assert!(office.contains("192.0.2.255".parse().expect("an address")));
/// assert!(office.contains("::ffff:192.0.2.255".parse().expect("an address")));
/// assert!(!office.contains("192.0.3.0".parse().expect("an address")));
/// assert!(matches!(Networks::new(["192.0.2.0/33"]), Err(InvalidNetworks::Length { index: 0, limit: 32 })));
/// # Ok::<(), InvalidNetworks>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Networks(Box<[Network]>);

/// Not a valid list of allowed sources. Operations report it as [`Invalid`](crate::Invalid) with the field
/// `allowed_sources`. An `index` is the position of a text among the given texts, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidNetworks {
    /// No block was given. The absence of a restriction is expressed by `None` and not by an empty list.
    #[error("allowed_sources must have at least 1 block")]
    Empty,
    /// More than 16 texts were given. Texts with the same addresses count separately.
    #[error("allowed_sources must have at most {} blocks", Networks::MAX)]
    TooMany,
    /// The text is not an address or a block.
    #[error("allowed_sources[{index}] must be an address or a block such as 192.0.2.0/24 or 2001:db8::/32")]
    Malformed {
        /// The index of the text.
        index: usize,
    },
    /// The length of the block is too large.
    #[error("allowed_sources[{index}] must have a length of at most {limit}")]
    Length {
        /// The index of the text.
        index: usize,
        /// The largest length: 32 for IPv4, 128 for IPv6.
        limit: u8,
    },
    /// The block begins with an IPv4-mapped address, and its length is below 96.
    #[error("allowed_sources[{index}] is an IPv4-mapped block and must have a length of at least 96")]
    Mapped {
        /// The index of the text.
        index: usize,
    },
    /// The address has bits after the length of the block, as in `192.0.2.1/24`.
    #[error("allowed_sources[{index}] has bits after its length: write {block}")]
    HostBits {
        /// The index of the text.
        index: usize,
        /// The block of that length that contains the address.
        block: Network,
    },
    /// A stored text is not spelled as this library writes it. For example, its blocks are not in order.
    #[error("stored allowed_sources are not in their only spelling")]
    Spelling,
}

impl Networks {
    /// The largest number of blocks.
    pub const MAX: usize = 16;
    /// The largest length of the stored text, in bytes. The text has at most 16 blocks of at most 43 characters,
    /// separated by commas.
    pub const MAX_TEXT: usize = Self::MAX * "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128".len() + Self::MAX - 1;

    /// Creates the allowed sources from blocks. Each item of `blocks` is the text of an address or of a block. Blanks
    /// around a text are removed.
    ///
    /// # Errors
    ///
    /// [`InvalidNetworks`] with the broken rule and the index of the first text that breaks it. No more than 17 texts
    /// are read.
    pub fn new<'a>(blocks: impl IntoIterator<Item = &'a str>) -> Result<Self, InvalidNetworks> {
        let mut read = Vec::new();
        for (index, text) in blocks.into_iter().enumerate() {
            if index == Self::MAX {
                return Err(InvalidNetworks::TooMany);
            }
            read.push(Network::parse(text.trim()).map_err(|error| error.of(index))?);
        }
        if read.is_empty() {
            return Err(InvalidNetworks::Empty);
        }
        read.sort_unstable();
        // Two blocks are either disjoint, or one lies inside the other. In the sorted order, the blocks inside a wider
        // block directly follow it.
        read.dedup_by(|next, kept| kept.covers(next));
        Ok(Self(read.into()))
    }

    /// Reads the stored text, which is the text of `Display`: at most [`Networks::MAX_TEXT`] bytes.
    ///
    /// # Errors
    ///
    /// [`InvalidNetworks`] for any text that `Display` does not write.
    ///
    /// ```
    /// use counterfoil::types::{InvalidNetworks, Networks};
    ///
    /// let text = "192.0.2.0/24,2001:db8::/32";
    /// assert_eq!(Networks::from_stored(text)?.to_string(), text);
    /// assert_eq!(Networks::from_stored("2001:db8::/32,192.0.2.0/24"), Err(InvalidNetworks::Spelling));
    /// # Ok::<(), InvalidNetworks>(())
    /// ```
    pub fn from_stored(text: &str) -> Result<Self, InvalidNetworks> {
        if text.len() > Self::MAX_TEXT {
            return Err(InvalidNetworks::Spelling);
        }
        let networks = Self::new(text.split(','))?;
        if networks.to_string() == text { Ok(networks) } else { Err(InvalidNetworks::Spelling) }
    }

    /// The blocks in their order, none of which lies inside another.
    pub fn blocks(&self) -> impl ExactSizeIterator<Item = Network> + '_ {
        self.0.iter().copied()
    }

    /// Whether the address is in one of the blocks. An IPv4-mapped address is the IPv4 address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|block| block.contains(address))
    }

    /// Whether each block of `other` lies inside a block of `self`. If a block of `other` lies in the union of two
    /// blocks of `self`, but not inside a single one of them, the result is `false`.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        other.0.iter().all(|block| self.0.iter().any(|own| own.covers(block)))
    }

    /// Whether the credential could be used from more addresses if its allowed sources were changed from `old` to
    /// `new`. `None` stands for every source.
    ///
    /// ```
    /// use counterfoil::types::Networks;
    ///
    /// let wide = Networks::new(["192.0.2.0/24"])?;
    /// let narrow = Networks::new(["192.0.2.0/25"])?;
    /// assert!(Networks::widens(Some(&narrow), Some(&wide)) && Networks::widens(Some(&wide), None));
    /// assert!(!Networks::widens(None, Some(&wide)) && !Networks::widens(Some(&wide), Some(&narrow)));
    /// # Ok::<(), counterfoil::types::InvalidNetworks>(())
    /// ```
    #[must_use]
    pub fn widens(old: Option<&Self>, new: Option<&Self>) -> bool {
        match (old, new) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(old), Some(new)) => !old.covers(new),
        }
    }
}

impl InvalidNetwork {
    const fn of(self, index: usize) -> InvalidNetworks {
        match self {
            Self::Malformed => InvalidNetworks::Malformed { index },
            Self::Length(limit) => InvalidNetworks::Length { index, limit },
            Self::Mapped => InvalidNetworks::Mapped { index },
            Self::HostBits(block) => InvalidNetworks::HostBits { index, block },
        }
    }
}

impl fmt::Display for Networks {
    /// Writes the blocks, separated by commas.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().enumerate().try_for_each(|(at, block)| {
            let comma = if at == 0 { "" } else { "," };
            write!(f, "{comma}{block}")
        })
    }
}

impl Serialize for Networks {
    /// The stored text.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Networks {
    /// Reads the stored text, as [`Networks::from_stored`] does.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_stored(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
#[path = "networks_tests.rs"]
mod tests;
