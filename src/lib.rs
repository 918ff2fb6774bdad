//! The credentials of a service.

mod instruments;
mod text;
mod words;

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
