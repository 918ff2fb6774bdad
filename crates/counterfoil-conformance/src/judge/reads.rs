//! Compares the results of reads with the model, record by record.

use counterfoil::store::{FamilyParts, TokenRecord};
use counterfoil::types::{FamilyId, RecordId};

use super::Call;
use super::compare::{differing_families, differing_options};
use super::steps::whole;
use crate::reference::Model;
use crate::scene::{ACTORS, Deed, Outcome, Scene};
use crate::violation::Violation;

/// A read operation, and those parts of its result that no state of the model has confirmed so far.
#[derive(Clone)]
pub(super) struct Read<'a> {
    deed: Deed,
    showed: Showed<'a>,
}

#[derive(Clone)]
enum Showed<'a> {
    /// The result of the read for each id: the record that was read, or `None` if there was none. An entry is removed
    /// when the model has a state in which the same read has the same result for this id. The entries that are left
    /// agreed with no state so far.
    Records(Vec<(RecordId, Option<&'a TokenRecord>)>),
    /// The result of a list of families for each id: the row that was listed, or `None` if there was none. Entries are
    /// removed as in `Records`.
    Families(Vec<(FamilyId, Option<&'a FamilyParts>)>),
    /// The result of a census: the number of records for each digest key. The judge tries the operations in different
    /// orders on the model. In each order, some records exist from the beginning to the end, and others exist only for
    /// a part of it. The number for a key must include all records of the first kind with this key, and may include
    /// records of the second kind.
    Counts {
        counts: &'a [(counterfoil::types::KeyId, u64)],
        always: Option<Vec<(RecordId, u32)>>,
        ever: Vec<(RecordId, u32)>,
    },
}

impl<'a> Read<'a> {
    /// Returns those of the calls that are reads, with their results.
    pub(super) fn all(calls: &'a [Call], scene: &Scene, ids: &[RecordId]) -> Vec<Self> {
        let read = |call: &'a Call| match &call.outcome {
            Outcome::Seen(records) => {
                let looked_at: &[RecordId] = if call.deed == Deed::Get { &[scene.tip] } else { ids };
                let showed = |id: &RecordId| records.iter().find(|record| record.record().id == *id);
                let records = looked_at.iter().map(|id| (*id, showed(id))).collect();
                Some(Self { deed: call.deed, showed: Showed::Records(records) })
            }
            Outcome::Families(rows) => {
                let showed = |id: FamilyId| (id, rows.iter().find(|row| row.id == id));
                let everyone: Vec<usize> = (0..ACTORS).collect();
                let rows = scene.families(&everyone).into_iter().map(showed).collect();
                Some(Self { deed: call.deed, showed: Showed::Families(rows) })
            }
            Outcome::Counted(counts) => {
                Some(Self { deed: call.deed, showed: Showed::Counts { counts, always: None, ever: Vec::new() } })
            }
            _ => None,
        };
        calls.iter().filter_map(read).collect()
    }

    /// Compares the result of the read with `model`, which is one state of the model. The judge calls this function for
    /// each state of an order of the operations. If the result for an id is the same in this state, its entry is
    /// removed. For a census, this function notes which records exist in this state.
    pub(super) fn look(&mut self, scene: &Scene, model: &Model) -> Result<(), Violation> {
        match &mut self.showed {
            Showed::Records(open) if open.is_empty() => {}
            Showed::Records(open) => {
                let (outcome, _) = whole(scene, model, self.deed, 0)?;
                let Outcome::Seen(records) = outcome else { return Ok(()) };
                open.retain(|(id, showed)| {
                    let shows = records.iter().find(|record| record.record().id == *id);
                    !differing_options(*showed, shows).is_empty()
                });
            }
            Showed::Families(open) => {
                let owner = &scene.person;
                let rows = model.list_families(&owner.realm, &owner.owner, None, usize::MAX).items;
                open.retain(|(id, showed)| {
                    let shows = rows.iter().find(|row| row.id == *id);
                    !differing_families(*showed, shows).is_empty()
                });
            }
            Showed::Counts { always, ever, .. } => {
                let counted: Vec<(RecordId, u32)> =
                    model.records.iter().map(|record| (record.id, record.key_id.number())).collect();
                ever.extend(counted.iter().filter(|entry| !ever.contains(entry)).copied().collect::<Vec<_>>());
                match always {
                    None => *always = Some(counted),
                    Some(always) => always.retain(|entry| counted.contains(entry)),
                }
            }
        }
        Ok(())
    }

    /// Returns one line for each part of the result that agrees with no state of the model. For a census, a part is the
    /// number of records of one digest key. For any other read, it is the result for one id.
    pub(super) fn unexplained(&self, scene: &Scene, model: &Model) -> Vec<String> {
        match &self.showed {
            Showed::Records(open) if open.is_empty() => Vec::new(),
            Showed::Records(open) => {
                let Ok((Outcome::Seen(records), _)) = whole(scene, model, self.deed, 0) else { return Vec::new() };
                let line = |(id, showed): &(RecordId, Option<&TokenRecord>)| {
                    let shows = records.iter().find(|record| record.record().id == *id);
                    let fields = differing_options(*showed, shows).join(", ");
                    format!("{:?} showed a moment that never was, {id:?}: {fields} (in the end)", self.deed)
                };
                open.iter().map(line).collect()
            }
            Showed::Families(open) => {
                let owner = &scene.person;
                let rows = model.list_families(&owner.realm, &owner.owner, None, usize::MAX).items;
                let line = |(id, showed): &(FamilyId, Option<&FamilyParts>)| {
                    let fields = differing_families(*showed, rows.iter().find(|row| row.id == *id)).join(", ");
                    format!("{:?} showed a moment that never was, {id:?}: {fields} (in the end)", self.deed)
                };
                open.iter().map(line).collect()
            }
            Showed::Counts { counts, always, ever } => {
                let count = |of: &[(RecordId, u32)], key: u32| of.iter().filter(|entry| entry.1 == key).count() as u64;
                let own = [scene.key().number(), scene.key().number() + 1];
                let wrong = |key: &u32| {
                    let found =
                        counts.iter().find(|(counted, _)| counted.number() == *key).map_or(0, |(_, count)| *count);
                    let least = always.as_deref().map_or(0, |always| count(always, *key));
                    !(least..=count(ever, *key)).contains(&found)
                };
                own.iter().filter(|key| wrong(key)).map(|key| format!("the census of key {key} is wrong")).collect()
            }
        }
    }
}
