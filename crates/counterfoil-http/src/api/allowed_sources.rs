//! The addresses from which a credential can be used, in requests and responses.

use counterfoil::Invalid;
use counterfoil::types::Networks;

use crate::json::Fields;
use crate::problem::Problem;

/// Reads the field `allowed_sources`. Returns `None` if the field is missing, and `Some(None)` if its value is null.
pub(super) fn take(fields: &mut Fields) -> Result<Option<Option<Networks>>, Problem> {
    let Some(given) = fields.optional::<Option<Vec<String>>>("allowed_sources")? else { return Ok(None) };
    let networks = given.map(|blocks| Networks::new(blocks.iter().map(String::as_str))).transpose();
    Ok(Some(networks.map_err(Invalid::from)?))
}

/// Returns the allowed sources as strings, one for each CIDR block. Returns `None` if the credential can be used from
/// every address.
pub(super) fn texts(allowed: Option<&Networks>) -> Option<Vec<String>> {
    allowed.map(|allowed| allowed.blocks().map(|block| block.to_string()).collect())
}
