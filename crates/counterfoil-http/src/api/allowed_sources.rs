//! The addresses from which a credential can be used, in requests and responses.

use counterfoil::Invalid;
use counterfoil::types::Networks;

use crate::json::{Body, Fields};
use crate::problem::Problem;

/// Reads the field `allowed_sources`. `None` if it is missing, and `Some(None)` if it is null.
pub(super) fn take(fields: &mut Fields) -> Result<Option<Option<Networks>>, Problem> {
    let Some(given) = fields.optional::<Option<Vec<String>>>("allowed_sources")? else { return Ok(None) };
    let networks = given.map(|blocks| Networks::new(blocks.iter().map(String::as_str))).transpose();
    Ok(Some(networks.map_err(Invalid::from)?))
}

/// The list as an array of texts.
pub(super) fn texts(allowed: Option<&Networks>) -> Option<Vec<String>> {
    allowed.map(|allowed| allowed.blocks().map(|block| block.to_string()).collect())
}

/// The request to change a token. Missing fields stay as they are.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(super) struct TokenUpdate {
    /// The addresses from which the token can be used: 1 to 16 addresses or blocks such as `192.0.2.0/24` or
    /// `2001:db8::/32`. Null means from anywhere. In a console session, an address that is not allowed yet needs a
    /// recent password.
    #[cfg_attr(
        feature = "openapi",
        schema(value_type = Option<Vec<String>>, required = false, min_items = 1, max_items = 16, example = json!(["192.0.2.0/24"]))
    )]
    pub(super) allowed_sources: Option<Option<Networks>>,
}

#[cfg(feature = "openapi")]
pub(super) type TokenUpdateSchema = crate::strict::Strict<TokenUpdate>;

impl Body for TokenUpdate {
    fn take(fields: &mut Fields) -> Result<Self, Problem> {
        Ok(Self { allowed_sources: take(fields)? })
    }
}
