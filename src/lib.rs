//! The credentials of a service.

mod instruments;
mod text;
mod words;

pub use instruments::bearer::{Credentials, MalformedHeader, credentials};
pub use instruments::digest::Digest;
#[cfg(any(test, feature = "test-util"))]
pub use instruments::entropy::SeededEntropy;
pub use instruments::entropy::{Entropy, NoEntropy, RngEntropy, SystemEntropy};
pub use instruments::key_ring::{KeyRing, KeyRingError};
pub use text::draw::shard;
pub use text::issued::IssuedToken;
pub use text::prefix::{InvalidPrefix, Prefix};
pub use text::prefixes::{InvalidPrefixes, Prefixes, PrefixesBuilder};
pub use text::presented::{MalformedToken, PresentedToken};
pub use words::account::{Account, Claims};
pub use words::description::{Description, InvalidDescription};
pub use words::email::{EmailAddress, InvalidEmail};
pub use words::ids::{FamilyId, InvalidId, InvalidSubject, KeyId, OwnerId, RecordId, SubjectId, Version};
pub use words::kind::TokenKind;
pub use words::label::{InvalidLabel, Label, LabelKey};
pub use words::realm::{InvalidRealm, Realm};
pub use words::role::Role;
pub use words::scope::{InvalidScope, Scope};
pub use words::secret::{Secret, SecretBytes};
pub use words::time::{OutOfRange, Span, Ts};
