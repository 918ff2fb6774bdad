//! What reads showed, record by record.

use counterfoil::store::TokenRecord;
use counterfoil::types::RecordId;

use super::Call;
use super::compare::differing_options;
use super::steps::whole;
use crate::reference::Model;
use crate::scene::{Deed, Scene, Told};
use crate::violation::Violation;

/// A read, and the records that are not explained yet.
#[derive(Clone)]
pub(super) struct Read<'a> {
    deed: Deed,
    showed: Showed<'a>,
}

#[derive(Clone)]
enum Showed<'a> {
    /// Records by id; each entry leaves when a moment is found at which it read so.
    Records(Vec<(RecordId, Option<&'a TokenRecord>)>),
    /// Counts by key, between what was counted at every moment and what was at some.
    Counts {
        told: &'a [(counterfoil::types::KeyId, u64)],
        always: Option<Vec<(RecordId, u32)>>,
        ever: Vec<(RecordId, u32)>,
    },
}

impl<'a> Read<'a> {
    /// The reads of those calls.
    pub(super) fn all(calls: &'a [Call], scene: &Scene, ids: &[RecordId]) -> Vec<Self> {
        let read = |call: &'a Call| match &call.told {
            Told::Seen(records) => {
                let looked_at: &[RecordId] = if call.deed == Deed::Get { &[scene.tip] } else { ids };
                let showed = |id: &RecordId| records.iter().find(|record| record.record().id == *id);
                let records = looked_at.iter().map(|id| (*id, showed(id))).collect();
                Some(Self { deed: call.deed, showed: Showed::Records(records) })
            }
            Told::Counted(told) => {
                Some(Self { deed: call.deed, showed: Showed::Counts { told, always: None, ever: Vec::new() } })
            }
            _ => None,
        };
        calls.iter().filter_map(read).collect()
    }

    /// Looks at one more moment.
    pub(super) fn look(&mut self, scene: &Scene, model: &Model) -> Result<(), Violation> {
        match &mut self.showed {
            Showed::Records(open) if open.is_empty() => {}
            Showed::Records(open) => {
                let (told, _) = whole(scene, model, self.deed, 0)?;
                let Told::Seen(records) = told else { return Ok(()) };
                open.retain(|(id, showed)| {
                    let shows = records.iter().find(|record| record.record().id == *id);
                    !differing_options(*showed, shows).is_empty()
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

    /// A line for each record that no moment explains.
    pub(super) fn unexplained(&self, scene: &Scene, model: &Model) -> Vec<String> {
        match &self.showed {
            Showed::Records(open) if open.is_empty() => Vec::new(),
            Showed::Records(open) => {
                let Ok((Told::Seen(records), _)) = whole(scene, model, self.deed, 0) else { return Vec::new() };
                let line = |(id, showed): &(RecordId, Option<&TokenRecord>)| {
                    let shows = records.iter().find(|record| record.record().id == *id);
                    let fields = differing_options(*showed, shows).join(", ");
                    format!("{:?} showed a moment that never was, {id:?}: {fields} (in the end)", self.deed)
                };
                open.iter().map(line).collect()
            }
            Showed::Counts { told, always, ever } => {
                let count = |of: &[(RecordId, u32)], key: u32| of.iter().filter(|entry| entry.1 == key).count() as u64;
                let own = [scene.key().number(), scene.key().number() + 1];
                let wrong = |key: &u32| {
                    let found = told.iter().find(|(told, _)| told.number() == *key).map_or(0, |(_, count)| *count);
                    let least = always.as_deref().map_or(0, |always| count(always, *key));
                    !(least..=count(ever, *key)).contains(&found)
                };
                own.iter().filter(|key| wrong(key)).map(|key| format!("the census of key {key} is wrong")).collect()
            }
        }
    }
}
