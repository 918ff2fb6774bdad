//! Checks whether a request contradicts the stored row of a family (clause 48 of `TokenStore`).

use counterfoil::store::{InsertInto, NewRecord, ParentUpdate, StoreError, check_members};
use counterfoil::types::RecordId;

use super::Model;

impl Model {
    /// Compares the new records of a join with the stored row of the family.
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

    /// Compares the new records of a rotation with the stored row of the parent's family.
    ///
    /// # Errors
    ///
    /// [`StoreError::Invalid`] if a record names another realm or owner than the family. Also if a record has a higher
    /// generation than the family will have after the rotation.
    pub fn check_parent(&self, parent: &RecordId, step: &ParentUpdate, new: &[NewRecord]) -> Result<(), StoreError> {
        let Some(family) = self.family(parent.family()) else { return Ok(()) };
        let more = u64::from(matches!(step, ParentUpdate::Supersede { .. }));
        let mut after = family.clone();
        after.generation += more;
        check_members("rotate", new, &after)
    }
}
