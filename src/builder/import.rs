//! The parts of a service that imports tokens of another system.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use super::{BuildError, Builder};
use crate::event::Means;
use crate::service::foreign::Imports;
use crate::service::watched::{Watch, Watched};
use crate::store::alias_store::AliasStore;
use crate::token::foreign::{ForeignScheme, is_valid_name};

impl Builder {
    /// Sets the store of aliases, which a host needs only if it imports tokens of another system ([`Builder::import`]).
    /// The stores of this project implement [`AliasStore`], so a host usually passes the same store as to
    /// [`Builder::store`]. Services with different token stores need different stores of aliases, because upkeep
    /// removes each alias whose record is not in the token store of its own service.
    pub fn alias_store(mut self, aliases: Arc<dyn AliasStore>) -> Self {
        self.aliases = Some(aliases);
        self
    }

    /// Accepts the imported tokens of another system. May be called once for each system. A key ring and
    /// [`Builder::alias_store`] must also be set. Tokens are imported by
    /// [`import_credentials`](crate::Counterfoil::import_credentials).
    ///
    /// A presented text that is not a token of this library is then looked up as a token of each scheme whose tokens
    /// have the form of this text. This costs at most one read of the alias store for each such scheme and each key of
    /// the key ring.
    pub fn import(mut self, scheme: impl ForeignScheme) -> Self {
        self.schemes.push(Arc::new(scheme));
        self
    }

    /// The schemes and the alias store, with which the service verifies imported tokens. `None` if no scheme was set.
    pub(super) fn imports(&mut self, watch: &Arc<Watch>) -> Result<Option<Imports>, BuildError> {
        let schemes = std::mem::take(&mut self.schemes);
        if schemes.is_empty() {
            return Ok(None);
        }
        if self.key_ring.is_none() {
            return Err(BuildError::ImportWithoutKeyRing);
        }
        let names: BTreeSet<_> = schemes.iter().map(|scheme| scheme.name()).collect();
        if names.len() != schemes.len() || !names.iter().all(|name| is_valid_name(name)) {
            return Err(BuildError::ImportScheme);
        }
        let store = self.aliases.take().ok_or(BuildError::Missing { part: "alias_store" })?;
        let aliases = Watched::new(Means::AliasStore, store, watch);
        Ok(Some(Imports { schemes, aliases, walk: Mutex::default() }))
    }
}
