//! Checks that no call other than an edit of the details changes the details of a family.

use counterfoil::store::{Change, FamilyDetails, NoticeMark, Revoke, TokenStore};
use counterfoil::types::{KeyId, RecordId, Version};

use super::{details, edits, shown};
use crate::purge::purge;
use crate::sample::{
    Draft, EXPIRES, GONE, Person, at, describe_as, digest_of, member_id, most, relabel, revoked, slide,
};
use crate::violation::Violation;

/// Runs every call that changes a family or one of its records. After each call, all members must show the details
/// unchanged. Families with details in which only some parts have a value are tried too.
pub(super) async fn by_every_other_call(store: &dyn TokenStore) -> Result<(), Violation> {
    let mut some = details(7);
    some.metadata = None;
    for (owner, kept) in [("ann", Some(details(1))), ("bob", None), ("cat", Some(some))] {
        let ann = Person::new("default", owner);
        a_life(store, &ann, kept.as_deref()).await?;
        others_calls(store, &ann, kept.as_deref()).await?;
    }
    Ok(())
}

/// A family, its details, and its members so far.
struct Kept<'a> {
    store: &'a dyn TokenStore,
    draft: Draft,
    members: Vec<RecordId>,
    wanted: Option<&'a FamilyDetails>,
}

impl Kept<'_> {
    async fn after(&self, call: &str) -> Result<(), Violation> {
        shown(self.store, &self.members, self.wanted, call).await
    }

    async fn applied(&self, id: &RecordId, version: u64, change: &Change, call: &str) -> Result<(), Violation> {
        let answer = self.store.apply(id, Version::new(version), change, at(1)).await?;
        crate::violation::ensure_is!(answer, counterfoil::store::Applied::Done(_), "{call} must be done");
        self.after(call).await
    }
}

async fn a_life(store: &dyn TokenStore, ann: &Person, wanted: Option<&FamilyDetails>) -> Result<(), Violation> {
    let mark = NoticeMark { at: at(5), stage: 1 };
    let draft = ann.refresh().noticed(mark.at, mark.stage).labelled("one").with_access();
    let draft = draft.detailed(wanted.map(|wanted| Box::new(wanted.clone())));
    let root = draft.found(store).await?;
    let members = draft.records.iter().map(|record| record.id).collect();
    let mut kept = Kept { store, draft, members, wanted };
    let access = kept.members[1];
    kept.after("an insert").await?;
    store.touch(&[(root, at(3)), (access, at(3))]).await?;
    kept.after("a touch").await?;
    let _ = store.claim(&root, mark, at(6)).await?;
    kept.after("a claim").await?;
    let lease = NoticeMark { at: at(6), ..mark };
    let _ = store.settle(&root, lease, Some(mark), Some((at(9), 1))).await?;
    kept.after("a settlement").await?;
    let rekey = Change::Rekey { digest: digest_of(&member_id(kept.draft.family.id)), key_id: KeyId::new(2) };
    kept.applied(&root, 0, &rekey, "a new digest").await?;
    kept.applied(&root, 1, &describe_as("x"), "a new description").await?;
    kept.applied(&root, 2, &relabel("two"), "a new label").await?;
    let expiry =
        |micros| Change::Expiry { expires_at: Some(at(EXPIRES + micros)), gone_at: Some(at(GONE)), notice: None };
    kept.applied(&root, 3, &expiry(1), "a new expiry").await?;
    kept.applied(&access, 0, &expiry(2), "a new expiry of an access token").await?;
    let joined = kept.draft.access(0);
    let _ = store.insert(kept.draft.join(0), std::slice::from_ref(&joined), at(7)).await?;
    kept.members.push(joined.id);
    kept.after("a join").await?;
    let slid = kept.draft.access(0);
    let _ = store.rotate(&root, &slide(at(EXPIRES + 9), at(GONE + 9)), std::slice::from_ref(&slid), at(8)).await?;
    kept.members.push(slid.id);
    kept.after("a slide").await?;
    let next = edits::rotated(store, &kept.draft, root, 4, 1).await?;
    kept.members.push(next);
    kept.after("a rotation").await?;
    let end = Change::End { honoured_until: at(15), gone_at: at(GONE) };
    kept.applied(&root, 5, &end, "the end of an overlap").await?;
    let last = edits::rotated(store, &kept.draft, next, 0, 2).await?;
    kept.members.push(last);
    kept.after("a second rotation").await?;
    purge(store, at(16), at(16), at(15)).await?;
    kept.after("a purge that shrinks").await?;
    let _ = store.revoke(Revoke::One(&access), revoked(at(17)), at(GONE), most(1)).await?;
    kept.after("the revocation of an access token").await?;
    let _ = store.revoke(ann.family(kept.draft.family.id), revoked(at(18)), at(GONE), most(1)).await?;
    kept.after("the revocation of the family").await
}

/// Runs three calls that do not name a family with details but change its row: an insert that takes the family's label,
/// an insert that ends the family to make room, and the revocation of all families of its owner.
async fn others_calls(store: &dyn TokenStore, ann: &Person, wanted: Option<&FamilyDetails>) -> Result<(), Violation> {
    let make = |draft: Draft| draft.detailed(wanted.map(|wanted| Box::new(wanted.clone())));
    let gone = make(ann.pat().labelled("lent").ending(Some(at(30)), Some(at(40))));
    let id = gone.found(store).await?;
    let taker = ann.pat().labelled("lent").detailed(Some(details(8)));
    let _ = store.insert(taker.home(None), &taker.records, at(40)).await?;
    shown(store, &[id], wanted, "the loss of its label").await?;
    let old = make(ann.pat().used(at(1)));
    let old = old.found(store).await?;
    let coming = ann.pat().used(at(9)).detailed(Some(details(10)));
    let cap = crate::sample::make_room(1, at(41));
    let _ = store.insert(coming.bounded(Some(cap), None), &coming.records, at(41)).await?;
    shown(store, &[old, id], wanted, "its end to make room").await?;
    shown(store, &[coming.id()], Some(&*details(10)), "an insert that makes room").await?;
    let last = make(ann.pat());
    let last = last.found(store).await?;
    while store.revoke(ann.all(), revoked(at(50)), at(GONE), most(5)).await?.more {}
    shown(store, &[last, old, id], wanted, "the revocation of its owner").await
}
