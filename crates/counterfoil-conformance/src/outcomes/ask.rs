//! Calls the operations that have a row in the table of `WRITING-A-STORE.md`. Each answer of the store becomes one of
//! the words of this table.

use counterfoil::store::{
    Applied, Change, Inserted, Listing, Page, Progress, Revoke, Rotated, StoreError, TokenRecord, TokenStore,
};
use counterfoil::types::{KeyId, TokenKind, Version};

use super::state::{Case, MARK};
use crate::purge::purge;
use crate::sample::{
    EXPIRES, GONE, at, describe_as, details, digest_of, edit_details, member_id, most, renewing, revoked, slide,
    supersede,
};
use crate::violation::Violation;

/// An operation, with the name of its row in the table of `WRITING-A-STORE.md`. The purge is the last operation,
/// because it removes records of all owners.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Get,
    Edit,
    EditDetails,
    Expiry,
    Rekey,
    End,
    OtherVersion,
    Supersede,
    SupersedeLabelled,
    SupersedeCapped,
    Slide,
    RevokeOne,
    RevokeFamily,
    InsertSameId,
    InsertBeside,
    Touch,
    Claim,
    Settle,
    ListAll,
    ListStanding,
    ListFamilies,
    Due,
    Purge,
}

impl Operation {
    pub(super) const ALL: [Self; 23] = [
        Self::Get,
        Self::Edit,
        Self::EditDetails,
        Self::Expiry,
        Self::Rekey,
        Self::End,
        Self::OtherVersion,
        Self::Supersede,
        Self::SupersedeLabelled,
        Self::SupersedeCapped,
        Self::Slide,
        Self::RevokeOne,
        Self::RevokeFamily,
        Self::InsertSameId,
        Self::InsertBeside,
        Self::Touch,
        Self::Claim,
        Self::Settle,
        Self::ListAll,
        Self::ListStanding,
        Self::ListFamilies,
        Self::Due,
        Self::Purge,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Edit => "apply Edit",
            Self::EditDetails => "apply Edit of details",
            Self::Expiry => "apply Expiry",
            Self::Rekey => "apply Rekey",
            Self::End => "apply End",
            Self::OtherVersion => "apply, other version",
            Self::Supersede => "rotate Supersede",
            Self::SupersedeLabelled => "rotate Supersede, labelled",
            Self::SupersedeCapped => "rotate Supersede, full cap",
            Self::Slide => "rotate Slide",
            Self::RevokeOne => "revoke One",
            Self::RevokeFamily => "revoke Family",
            Self::InsertSameId => "join with its id",
            Self::InsertBeside => "join beside it",
            Self::Touch => "touch",
            Self::Claim => "claim",
            Self::Settle => "settle as sent",
            Self::ListAll => "list All",
            Self::ListStanding => "list Standing",
            Self::ListFamilies => "list_families",
            Self::Due => "due",
            Self::Purge => "purge at gone_at",
        }
    }

    /// Calls the operation on the record of the case. Returns the word that the table uses for this answer.
    pub(super) async fn ask(self, store: &dyn TokenStore, case: &Case) -> Result<String, Violation> {
        let (id, version) = (&case.id, case.version);
        match self {
            Self::Get => word(store.get(id).await, |found| record_word(found.as_ref())),
            Self::Edit => apply(store, case, version, &describe_as("x")).await,
            Self::EditDetails => apply(store, case, version, &edit_details(Some(details(1)))).await,
            Self::Expiry => {
                let change =
                    Change::Expiry { expires_at: Some(at(EXPIRES)), gone_at: Some(at(GONE)), notice: Some(MARK) };
                apply(store, case, version, &change).await
            }
            Self::Rekey => {
                let digest = digest_of(&member_id(case.draft.family.id));
                apply(store, case, version, &Change::Rekey { digest, key_id: KeyId::new(9) }).await
            }
            Self::End => {
                let change = Change::End { honoured_until: at(100), gone_at: at(GONE) };
                apply(store, case, version, &change).await
            }
            Self::OtherVersion => apply(store, case, Version::new(77), &describe_as("x")).await,
            Self::Supersede => rotate(store, case, (false, None)).await,
            Self::SupersedeLabelled => rotate(store, case, (true, None)).await,
            Self::SupersedeCapped => {
                case.person.refresh().found(store).await?;
                rotate(store, case, (false, Some(1))).await
            }
            Self::Slide => {
                let step = slide(at(EXPIRES + 5), at(GONE));
                word(store.rotate(id, &step, &[], at(100)).await, rotated_word)
            }
            Self::RevokeOne => {
                let answer = store.revoke(Revoke::One(id), revoked(at(100)), at(GONE), most(1)).await;
                word(answer, progress_word)
            }
            Self::RevokeFamily => {
                let family = case.person.family(case.draft.family.id);
                word(store.revoke(family, revoked(at(100)), at(GONE), most(1)).await, progress_word)
            }
            Self::InsertSameId => Ok(inserted_word(&case.join(store, Some(*id)).await?)),
            Self::InsertBeside => Ok(inserted_word(&case.join(store, None).await?)),
            Self::Touch => touch(store, case).await,
            Self::Claim => word(store.claim(id, MARK, at(200)).await, |found| {
                if found.is_some() { "record" } else { "None" }.into()
            }),
            Self::Settle => settle(store, case).await,
            Self::ListAll => {
                let page = list(store, case.person.listing(TokenKind::RefreshToken)).await?;
                Ok(page_word(&page, case))
            }
            Self::ListStanding => {
                let page = list(store, case.person.standing(TokenKind::RefreshToken, at(100))).await?;
                Ok(page_word(&page, case))
            }
            Self::ListFamilies => families(store, case).await,
            Self::Due => Ok(page_word(&store.due(at(100), None, most(100_000)).await?, case)),
            Self::Purge => gone(store, case).await,
        }
    }
}

/// Returns the word that the table uses for an answer of a store. The error `Corrupt` has a word too. Any other error
/// is a violation.
fn word<T>(answer: Result<T, StoreError>, word: impl FnOnce(T) -> String) -> Result<String, Violation> {
    match answer {
        Ok(answer) => Ok(word(answer)),
        Err(StoreError::Corrupt { .. }) => Ok("Corrupt".into()),
        Err(other) => Err(other.into()),
    }
}

fn record_word(found: Option<&TokenRecord>) -> String {
    match found {
        None => "None",
        Some(record) if record.revoked().is_some() => "revoked record",
        Some(_) => "record",
    }
    .into()
}

async fn apply(store: &dyn TokenStore, case: &Case, expect: Version, change: &Change) -> Result<String, Violation> {
    word(store.apply(&case.id, expect, change, at(100)).await, |applied| {
        match applied {
            Applied::Done(_) => "Done",
            Applied::Stale(_) => "Stale",
            Applied::LabelTaken(_) => "LabelTaken",
            Applied::Missing => "Missing",
        }
        .into()
    })
}

/// Rotates the record with these conditions: whether the family needs its label, and the cap on the owner's live
/// families.
async fn rotate(
    store: &dyn TokenStore,
    case: &Case,
    (labelled, cap): (bool, Option<u32>),
) -> Result<String, Violation> {
    let next = case.draft.successor(case.id, case.generation + 1);
    let step = renewing(supersede(case.version, next.id, at(100)), labelled, cap);
    word(store.rotate(&case.id, &step, std::slice::from_ref(&next), at(100)).await, rotated_word)
}

fn rotated_word(rotated: Rotated) -> String {
    match rotated {
        Rotated::Done => "Done",
        Rotated::Missing => "Missing",
        Rotated::FamilyEnded => "FamilyEnded",
        Rotated::Stale(_) => "Stale",
        Rotated::IdTaken(_) => "IdTaken",
        Rotated::LabelLost => "LabelLost",
        Rotated::OwnerFull => "OwnerFull",
        Rotated::PaceReached { .. } => "PaceReached",
        Rotated::FamilyFull { .. } => "FamilyFull",
    }
    .into()
}

fn inserted_word(inserted: &Inserted) -> String {
    match inserted {
        Inserted::Done => "Done",
        Inserted::FamilyEnded => "FamilyEnded",
        Inserted::FamilyMoved => "FamilyMoved",
        Inserted::IdTaken(_) => "IdTaken",
        _ => "another answer",
    }
    .into()
}

fn progress_word(progress: Progress) -> String {
    if progress.changed > 0 { "changed" } else { "nothing" }.into()
}

/// Touches the record, and then reads it to find out whether the touch was written. Returns `written` if it was, and
/// `nothing` otherwise. If the row is damaged, returns `Corrupt`, which is the answer of the read.
async fn touch(store: &dyn TokenStore, case: &Case) -> Result<String, Violation> {
    store.touch(&[(case.id, at(100))]).await?;
    word(store.get(&case.id).await, |found| {
        let used = found.and_then(|record| record.record().last_used_at);
        if used == Some(at(100)) { "written" } else { "nothing" }.into()
    })
}

async fn settle(store: &dyn TokenStore, case: &Case) -> Result<String, Violation> {
    let held = match store.settle(&case.id, MARK, None, Some((at(50), 1))).await {
        Err(StoreError::Corrupt { .. }) => return Ok("Corrupt".into()),
        answer => answer?,
    };
    word(store.get(&case.id).await, |found| {
        let noted = found.is_some_and(|record| record.record().noticed.contains(&(at(50), 1)));
        format!("{held}{}", if noted { ", noted" } else { "" })
    })
}

async fn list(store: &dyn TokenStore, of: Listing<'_>) -> Result<Page<TokenRecord>, Violation> {
    Ok(store.list(of, None, most(100)).await?)
}

fn page_word(page: &Page<TokenRecord>, case: &Case) -> String {
    let shown = page.items.iter().any(|record| record.record().id == case.id);
    match (shown, page.corrupt > 0) {
        (true, _) => "shown",
        (false, true) => "counted",
        (false, false) => "hidden",
    }
    .into()
}

/// Lists the families of the record's owner. Returns whether the family of the record is among them.
async fn families(store: &dyn TokenStore, case: &Case) -> Result<String, Violation> {
    let page = store.list_families(&case.person.realm, &case.person.owner, None, most(100)).await?;
    let shown = page.items.iter().any(|family| family.id == case.draft.family.id);
    Ok(if shown { "shown" } else { "hidden" }.into())
}

async fn gone(store: &dyn TokenStore, case: &Case) -> Result<String, Violation> {
    purge(store, at(GONE), at(GONE), at(0)).await?;
    word(store.get(&case.id).await, |found| if found.is_some() { "kept" } else { "gone" }.into())
}
