//! The bodies of requests about personal access tokens, of people and of service accounts.

use std::time::Duration;

use counterfoil::operations::{Overlap, Rotation, TokenUpdate};
use counterfoil::types::Networks;
use counterfoil::{Lifetime, NewPersonalAccessToken, Scope};

use super::allowed_sources;
use crate::json::{Body, Fields};
use crate::problem::Problem;
#[cfg(feature = "openapi")]
use crate::strict::Strict;

/// The request to create a token.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(super) struct NewToken {
    /// The label of the token. It must be unique among the owner's tokens.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 255, example = "nightly build"))]
    label: String,
    /// The lifetime in days of 86,400 seconds. It may be null or missing only if the policy allows permanent tokens.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 3660, example = 30))]
    expires_in_days: Option<i64>,
    /// The scope of the token. It must lie within the caller's scope, which is also the default.
    #[cfg_attr(
        feature = "openapi",
        schema(
            value_type = String,
            required = false,
            pattern = r"^[!#-\[\]-~]+( [!#-\[\]-~]+)*$",
            max_length = 1000
        )
    )]
    scope: Option<Scope>,
    #[cfg_attr(feature = "openapi", schema(value_type = String, required = false, max_length = 500))]
    description: Option<String>,
    /// The addresses from which the token can be used: 1 to 16 addresses or blocks such as `192.0.2.0/24` or
    /// `2001:db8::/32`. Null or missing means those from which the caller's credential can be used, usually from
    /// anywhere.
    #[cfg_attr(
        feature = "openapi",
        schema(
            value_type = Option<Vec<String>>, required = false, min_items = 1, max_items = 16,
            example = json!(["192.0.2.0/24"])
        )
    )]
    allowed_sources: Option<Networks>,
}

/// The request to rotate a token.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(super) struct NewRotation {
    /// How long the old token stays valid together with the new one, in seconds. With 0, the old token ends at once.
    /// For an expired token, the value must be 0.
    #[cfg_attr(feature = "openapi", schema(value_type = u64, required = false))]
    overlap_seconds: Duration,
    /// The lifetime of the new token in days of 86,400 seconds, counted from now. If it is missing, the new token has
    /// the expiry of the old one. It must be given if the old token has expired. It may be null only if the policy
    /// allows permanent tokens.
    #[cfg_attr(
        feature = "openapi",
        schema(value_type = Option<i64>, required = false, minimum = 1, maximum = 3660, example = 30)
    )]
    expires_in_days: Option<Lifetime>,
}

/// The request to extend a token.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(super) struct NewExpiry {
    /// The new lifetime in days of 86,400 seconds, counted from now. It may be null only if the policy allows permanent
    /// tokens.
    #[cfg_attr(
        feature = "openapi",
        schema(value_type = Option<i64>, required = true, minimum = 1, maximum = 3660, example = 30)
    )]
    pub(super) expires_in_days: Lifetime,
}

/// The request to change a token. A missing field keeps its value.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(super) struct TokenChange {
    /// The new label. It must be unique among the owner's tokens.
    #[cfg_attr(feature = "openapi", schema(value_type = String, required = false, min_length = 1, max_length = 255))]
    label: Option<String>,
    /// The new description. An empty text removes the description.
    #[cfg_attr(feature = "openapi", schema(value_type = String, required = false, max_length = 500))]
    description: Option<String>,
    /// The addresses from which the token can be used: 1 to 16 addresses or blocks such as `192.0.2.0/24` or
    /// `2001:db8::/32`. Null means from anywhere. In a console session, an address that is not allowed yet needs a
    /// recent password.
    #[cfg_attr(
        feature = "openapi",
        schema(
            value_type = Option<Vec<String>>, required = false, min_items = 1, max_items = 16,
            example = json!(["192.0.2.0/24"])
        )
    )]
    allowed_sources: Option<Option<Networks>>,
}

#[cfg(feature = "openapi")]
pub(super) type NewTokenSchema = Strict<NewToken>;

#[cfg(feature = "openapi")]
pub(super) type NewRotationSchema = Strict<NewRotation>;

#[cfg(feature = "openapi")]
pub(super) type NewExpirySchema = Strict<NewExpiry>;

#[cfg(feature = "openapi")]
pub(super) type TokenChangeSchema = Strict<TokenChange>;

/// Reads the field `expires_in_days`. Returns `None` if the field is missing. If its value is null, the lifetime has no
/// end.
fn lifetime(fields: &mut Fields) -> Result<Option<Lifetime>, Problem> {
    let asked = fields.optional::<Option<i64>>("expires_in_days")?;
    Ok(asked.map(|days| days.map_or(Lifetime::Permanent, Lifetime::Days)))
}

impl NewToken {
    pub(super) fn request(&self) -> NewPersonalAccessToken<'_> {
        let lifetime = self.expires_in_days.map_or(Lifetime::Permanent, Lifetime::Days);
        let new = NewPersonalAccessToken::new(&self.label, lifetime).with_scope(self.scope.clone());
        new.with_description(self.description.as_deref()).with_allowed_sources(self.allowed_sources.clone())
    }
}

impl Body for NewToken {
    fn take(fields: &mut Fields) -> Result<Self, Problem> {
        Ok(Self {
            label: fields.required("label")?,
            expires_in_days: fields.optional::<Option<i64>>("expires_in_days")?.flatten(),
            scope: fields.parsed("scope")?,
            description: fields.optional("description")?,
            allowed_sources: allowed_sources::take(fields)?.flatten(),
        })
    }
}

impl NewRotation {
    pub(super) fn rotation(&self) -> Rotation {
        let overlap = match self.overlap_seconds {
            Duration::ZERO => Overlap::Immediate,
            overlap => Overlap::For(overlap),
        };
        Rotation::new(overlap).with_lifetime(self.expires_in_days)
    }
}

impl Body for NewRotation {
    const OPTIONAL: bool = true;

    fn take(fields: &mut Fields) -> Result<Self, Problem> {
        let seconds = fields.optional("overlap_seconds")?.unwrap_or(0);
        Ok(Self { overlap_seconds: Duration::from_secs(seconds), expires_in_days: lifetime(fields)? })
    }
}

impl Body for NewExpiry {
    fn take(fields: &mut Fields) -> Result<Self, Problem> {
        let missing = || Problem::field("expires_in_days", "expires_in_days must be given");
        Ok(Self { expires_in_days: lifetime(fields)?.ok_or_else(missing)? })
    }
}

impl TokenChange {
    pub(super) fn request(&self) -> TokenUpdate<'_> {
        let mut change = TokenUpdate::default().with_label(self.label.as_deref());
        change.allowed_sources.clone_from(&self.allowed_sources);
        change.with_description(self.description.as_deref())
    }
}

impl Body for TokenChange {
    fn take(fields: &mut Fields) -> Result<Self, Problem> {
        Ok(Self {
            label: fields.optional("label")?,
            description: fields.optional("description")?,
            allowed_sources: allowed_sources::take(fields)?,
        })
    }
}
