//! Checks the details of a family, which are the addresses from which its credential can be used, the host's metadata,
//! and the device on which a person signed in (clause 64 of `TokenStore`).

mod edits;
mod kept;
mod race;
mod sample;
mod values;

use counterfoil::store::{FamilyDetails, TokenStore};
use counterfoil::types::RecordId;

use crate::reference::details_text;
use crate::sample::must_get;
use crate::subject::Subject;
use crate::violation::{Checked, Verdict, Violation, ensure};

pub use sample::{details, edit_details};

/// Checks the details of a family (clause 64 of `TokenStore`). An edit of the details through the newest record must
/// change the family, so that `get` shows the new details with each record of the family. An edit through any other
/// record must give `Stale`. All other calls must keep the details as they are, even if they run concurrently with
/// edits.
pub async fn details_follow_the_newest(subject: &Subject) -> Verdict {
    values::come_back(&*subject.fresh().await).await?;
    edits::by_the_newest(&*subject.fresh().await).await?;
    edits::by_no_other(&*subject.fresh().await).await?;
    edits::together_or_not_at_all(&*subject.fresh().await).await?;
    kept::by_every_other_call(&*subject.fresh().await).await?;
    race::edits_beside_rotations(subject).await?;
    Ok(Checked::Held)
}

/// Checks that each of these records, and the listings of its owner, show these details. `when` names the call before
/// the check, for the message.
async fn shown(
    store: &dyn TokenStore,
    ids: &[RecordId],
    wanted: Option<&FamilyDetails>,
    when: &str,
) -> Result<(), Violation> {
    for id in ids {
        let found = must_get(store, id).await?;
        let is = found.family().details.as_deref();
        ensure!(
            is == wanted,
            "after {when}, {id:?} must show the details {}, but shows {}",
            details_text(wanted),
            details_text(is)
        );
    }
    Ok(())
}
