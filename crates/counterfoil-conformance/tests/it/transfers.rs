//! Tests the store in memory with the checks of walks, copies and restores (clauses 57 to 59 of `Transfer`). Also tests
//! that these checks reject stores with a deliberate flaw.

use std::num::NonZeroU32;
use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::Realm;
use counterfoil::memory::MemoryStore;
use counterfoil::store::{Page, Restored, StoreError, TokenStore, Transfer, WholeFamily};
use counterfoil::types::FamilyId;
use counterfoil_conformance::transfer_clauses::{
    a_family_comes_back_as_it_was, families_are_walked, restore_never_overwrites,
};
use counterfoil_conformance::{Checked, Verdict, Violation, block_on};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flaw {
    None,
    OneRealm,
    RepeatsTheLast,
    HidesTheFirst,
    Descends,
    EndsEarly,
    LeavesOutShrunk,
    ForgetsNoticed,
    ForgetsUse,
    ForgetsDetails,
    ForgetsDevices,
    VersionsBeginAnew,
    ForgetsNonce,
    ForgetsRevocation,
    RepeatIsDone,
    IgnoresLabels,
    OverwritesLabels,
}

const FLAWS: [Flaw; 16] = [
    Flaw::OneRealm,
    Flaw::RepeatsTheLast,
    Flaw::HidesTheFirst,
    Flaw::Descends,
    Flaw::EndsEarly,
    Flaw::LeavesOutShrunk,
    Flaw::ForgetsNoticed,
    Flaw::ForgetsUse,
    Flaw::ForgetsDetails,
    Flaw::ForgetsDevices,
    Flaw::VersionsBeginAnew,
    Flaw::ForgetsNonce,
    Flaw::ForgetsRevocation,
    Flaw::RepeatIsDone,
    Flaw::IgnoresLabels,
    Flaw::OverwritesLabels,
];

struct Flawed {
    inner: MemoryStore,
    flaw: Flaw,
}

macro_rules! forwarded {
    ($(fn $name:ident(&self $(, $arg:ident: $kind:ty)*) -> $answer:ty;)*) => {
        #[async_trait]
        impl TokenStore for Flawed {
            $(async fn $name(&self $(, $arg: $kind)*) -> Result<$answer, StoreError> {
                self.inner.$name($($arg),*).await
            })*
        }
    };
}

counterfoil::methods_of!(TokenStore => forwarded);

#[async_trait]
impl Transfer for Flawed {
    async fn families(
        &self,
        after: Option<&FamilyId>,
        limit: NonZeroU32,
    ) -> Result<Page<FamilyId, FamilyId>, StoreError> {
        let mut page = self.inner.families(after, limit).await?;
        match self.flaw {
            Flaw::OneRealm => {
                let all = std::mem::take(&mut page.items);
                for id in all {
                    let family = self.inner.family(&id).await?;
                    page.items.extend(family.filter(|one| one.family().realm == Realm::default()).map(|_| id));
                }
            }
            Flaw::RepeatsTheLast => page.items.splice(0..0, after.copied()).for_each(drop),
            Flaw::HidesTheFirst if after.is_some() => drop(page.items.drain(..1)),
            Flaw::Descends => page.items.reverse(),
            Flaw::EndsEarly => page.next = page.next.filter(|_| after.is_none()),
            _ => {}
        }
        Ok(page)
    }

    async fn family(&self, id: &FamilyId) -> Result<Option<WholeFamily>, StoreError> {
        let found = self.inner.family(id).await?;
        let Some(found) = found.filter(|_| self.flaw == Flaw::LeavesOutShrunk) else {
            return self.inner.family(id).await;
        };
        let members = found.members().iter().filter(|member| !member.shrunk).cloned().collect();
        WholeFamily::new(found.family().clone(), members).map(Some).map_err(|error| StoreError::corrupt(None, error))
    }

    async fn restore(&self, family: &WholeFamily) -> Result<Restored, StoreError> {
        let (mut row, mut members) = (family.family().clone(), family.members().to_vec());
        for member in &mut members {
            match self.flaw {
                Flaw::ForgetsNoticed => member.noticed.clear(),
                Flaw::ForgetsUse => member.last_used_at = None,
                Flaw::VersionsBeginAnew => member.version = counterfoil::types::Version::FIRST,
                Flaw::ForgetsNonce => member.superseded.iter_mut().for_each(|superseded| superseded.nonce = None),
                Flaw::ForgetsRevocation => member.revoked = None,
                _ => {}
            }
        }
        match self.flaw {
            Flaw::IgnoresLabels => row.label_key = None,
            Flaw::ForgetsDetails => row.details = None,
            Flaw::ForgetsDevices => row.details.iter_mut().for_each(|details| details.device = None),
            _ => {}
        }
        let whole = WholeFamily::new(row.clone(), members.clone()).map_err(|error| StoreError::corrupt(None, error))?;
        Ok(match (self.inner.restore(&whole).await?, self.flaw) {
            (Restored::IdTaken(_), Flaw::RepeatIsDone) => Restored::Done,
            (Restored::LabelTaken(_), Flaw::OverwritesLabels) => {
                row.label_key = None;
                let whole = WholeFamily::new(row, members).map_err(|error| StoreError::corrupt(None, error))?;
                self.inner.restore(&whole).await?
            }
            (answer, _) => answer,
        })
    }
}

fn verdicts(flaw: Flaw) -> [Verdict; 3] {
    let store = || Arc::new(Flawed { inner: MemoryStore::default(), flaw });
    [
        block_on(families_are_walked(store(), store())),
        block_on(a_family_comes_back_as_it_was(store(), store())),
        block_on(restore_never_overwrites(store(), store())),
    ]
}

#[test]
fn the_store_in_memory_is_copied_by_its_families() {
    for verdict in verdicts(Flaw::None) {
        assert_eq!(verdict.map_err(|violation: Violation| violation.to_string()), Ok(Checked::Held));
    }
}

#[test]
fn each_planted_flaw_breaks_a_clause() {
    for flaw in FLAWS {
        let broken = verdicts(flaw).iter().filter(|verdict| verdict.is_err()).count();
        assert!(broken > 0, "{flaw:?} was not found");
    }
}
