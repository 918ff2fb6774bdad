//! The checks that a copy makes before its first write.

use counterfoil::store::StoreError;

use crate::copy::Copy;
use crate::error::{CopyError, Side};
use crate::report::Found;
use crate::walk::{self, Families};
use crate::{aliases, clients, families, settings};

impl Copy {
    /// Reads the whole source, counts what it contains, and writes nothing. Returns an error if the source or the
    /// target has rows that cannot be decoded, if the number of the source's records differs from its census, or if the
    /// target contains data that the source does not have.
    pub(crate) async fn checked(&self) -> Result<Found, CopyError> {
        let mut found = Found::default();
        found.report.realms.extend(self.realms.iter().cloned());
        let (mut damaged, mut first) = (0, None);
        let mut families = Families::of(&self.source, Side::Source);
        while let Some(id) = families.next().await? {
            match self.source.families.family(&id).await {
                Ok(Some(whole)) => found.count(&whole),
                // The family was removed after its id was read, so a purge is running. If this purge also removes a
                // family that is already counted, the comparison with the census below returns an error.
                Ok(None) => {}
                Err(StoreError::Corrupt { .. }) => {
                    damaged += 1;
                    first = first.or(Some(id));
                }
                Err(error) => return Err(CopyError::Store { side: Side::Source, error }),
            }
        }
        damaged += families.corrupt;
        for realm in found.report.realms.clone() {
            let (all, corrupt) = walk::clients(&self.source, Side::Source, &realm).await?;
            damaged += corrupt;
            found.report.clients += u64::try_from(all.len()).unwrap_or(u64::MAX);
            let settings = self.source.settings.settings(&realm).await.map_err(Side::Source.failed())?;
            found.report.settings += u64::from(settings.is_some());
            let registered = all.iter().map(|client| client.registration.key).collect::<Vec<_>>();
            if let Some(named) = found.clients.get_mut(&realm) {
                named.retain(|client| !registered.contains(client));
                found.report.retired_clients += u64::try_from(named.len()).unwrap_or(u64::MAX);
            }
        }
        let (count, corrupt) = aliases::count(self).await?;
        (found.report.aliases, damaged) = (count, damaged + corrupt);
        if damaged > 0 {
            return Err(CopyError::Damaged { count: damaged, first });
        }
        self.counted(Side::Source, found.report.records).await?;
        self.nothing_foreign(&found).await?;
        Ok(found)
    }

    /// Returns an error if `walked`, the number of records that a walk found in the store, differs from the number that
    /// [`TokenStore::census`](counterfoil::store::TokenStore::census) reports. So a store whose walk omits a family is
    /// detected.
    pub(crate) async fn counted(&self, side: Side, walked: u64) -> Result<(), CopyError> {
        let census = self.of(side).tokens.census().await.map_err(side.failed())?;
        let counted = census.iter().map(|(_, records)| records).sum();
        if counted == walked { Ok(()) } else { Err(CopyError::Uncounted { side, counted, walked }) }
    }

    /// Returns an error if the target's last upkeep is later than the source's. In this case a service has run on the
    /// target and may have purged revoked credentials, which the copy would bring back.
    pub(crate) async fn has_not_served(&self) -> Result<(), CopyError> {
        let source = self.source.settings.last_upkeep().await.map_err(Side::Source.failed())?;
        let target = self.target.settings.last_upkeep().await.map_err(Side::Target.failed())?;
        if target > source { Err(CopyError::TargetServed) } else { Ok(()) }
    }

    async fn nothing_foreign(&self, found: &Found) -> Result<(), CopyError> {
        for realm in &found.report.realms {
            settings::compatible(self, realm).await?;
            clients::compatible(self, realm).await?;
        }
        aliases::compatible(self).await?;
        let mut sources = Families::of(&self.source, Side::Source);
        let mut targets = Families::of(&self.target, Side::Target);
        let mut source = sources.next().await?;
        while let Some(target) = targets.next().await? {
            while source.is_some_and(|source| source < target) {
                source = sources.next().await?;
            }
            if source != Some(target) {
                return Err(CopyError::ForeignFamily(target));
            }
            families::same(self, &target).await?;
        }
        if targets.corrupt > 0 { Err(CopyError::DamagedTarget { count: targets.corrupt }) } else { Ok(()) }
    }
}
