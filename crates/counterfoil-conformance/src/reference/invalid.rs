//! Checks requests that contradict the stored state (clause 48).

use counterfoil::store::{InsertInto, NewRecord, ParentUpdate, StoreError, check_members};
use counterfoil::types::RecordId;

use super::Model;

impl Model {
    /// Checks the records of a join against the row of their family.
    ///
    /// # Errors
    ///
    /// [`StoreError::Invalid`] if a record names another realm or owner than the family.
    pub fn check_home(&self, home: InsertInto<'_>, new: &[NewRecord]) -> Result<(), StoreError> {
        match home {
            InsertInto::Found { .. } => Ok(()),
            InsertInto::Join { family, generation, .. } => {
                let family = self.family(family).filter(|family| family.generation == generation);
                family.map_or(Ok(()), |family| check_members("insert", new, family))
            }
        }
    }

    /// Checks the records of a rotation against the family of the parent.
    ///
    /// # Errors
    ///
    /// [`StoreError::Invalid`] if a record names another realm or owner than the family, or a generation that is too
    /// new. The newest allowed one is the family's generation after the rotation.
    pub fn check_parent(&self, parent: &RecordId, step: &ParentUpdate, new: &[NewRecord]) -> Result<(), StoreError> {
        let Some(family) = self.family(parent.family()) else { return Ok(()) };
        let more = u64::from(matches!(step, ParentUpdate::Supersede { .. }));
        let mut after = family.clone();
        after.generation += more;
        check_members("rotate", new, &after)
    }
}
