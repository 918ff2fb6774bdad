//! Stores whose keys confuse two names.

use counterfoil::Realm;
use counterfoil::store::{Cursor, InsertInto, Inserted, Listing, Page, Revoke, TokenStore};
use counterfoil::types::OwnerId;
use counterfoil_conformance::ReferenceStore;

use super::overrides;

/// The index with the wrong key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Index {
    Labels,
    Lists,
    Revocations,
}

/// A store in which one index has a wrong key. The function makes the key from the realm, the owner and, in the index
/// of labels, the label.
pub(crate) struct Keyed(pub fn(&[&str]) -> String, pub Index);

impl Keyed {
    /// Returns all owners whose key equals the key of this owner.
    fn alike(&self, inner: &ReferenceStore, realm: &Realm, owner: &OwnerId) -> Vec<(Realm, OwnerId)> {
        let key = (self.0)(&[realm.as_str(), owner.as_str()]);
        let mut all = inner.with(|model| {
            let like = model.families.iter().filter(|one| (self.0)(&[one.realm.as_str(), one.owner.as_str()]) == key);
            like.map(|one| (one.realm.clone(), one.owner.clone())).collect::<Vec<_>>()
        });
        all.sort_unstable();
        all.dedup();
        all
    }
}

overrides!(
    Keyed,
    self,
    insert,
    |inner, home, new, now| {
        let InsertInto::Found { family, .. } = home else { return inner.insert(home, new, now).await };
        if let Some(label) = family.label_key.as_ref().filter(|_| self.1 == Index::Labels) {
            let key = (self.0)(&[family.realm.as_str(), family.owner.as_str(), label.as_str()]);
            let holder = inner.with(|model| {
                let holds = |one: &&counterfoil::store::FamilyParts| {
                    let label = one.label_key.as_ref().map(|label| label.as_str());
                    label.is_some_and(|label| (self.0)(&[one.realm.as_str(), one.owner.as_str(), label]) == key)
                        && one.gone_at.is_none_or(|gone_at| now < gone_at)
                };
                model.families.iter().find(holds).map(|one| one.id)
            });
            if let Some(holder) = holder.filter(|holder| *holder != family.id) {
                return Ok(Inserted::LabelTaken(holder));
            }
        }
        inner.insert(home, new, now).await
    },
    list,
    |inner, of, after, limit| {
        let Listing::Owner { realm, owner, kind, show } = of else { return inner.list(of, after, limit).await };
        if self.1 != Index::Lists {
            return inner.list(of, after, limit).await;
        }
        let mut items = Vec::new();
        for (realm, owner) in self.alike(inner, realm, owner) {
            let of = Listing::Owner { realm: &realm, owner: &owner, kind, show };
            items.extend(inner.with(|model| model.list(of, after, usize::MAX)).items);
        }
        items.sort_unstable_by_key(|item| std::cmp::Reverse((item.record().created_at, item.record().id)));
        let more = items.len() > limit.get() as usize;
        items.truncate(limit.get() as usize);
        let last = items.last().map(|item| Cursor { at: item.record().created_at, id: item.record().id });
        Ok(Page { items, next: last.filter(|_| more), corrupt: 0 })
    },
    revoke,
    |inner, what, revoked, gone_at, limit| {
        let Revoke::Owner { realm, owner } = what else { return inner.revoke(what, revoked, gone_at, limit).await };
        if self.1 == Index::Revocations {
            for (realm, owner) in self.alike(inner, realm, owner) {
                let what = Revoke::Owner { realm: &realm, owner: &owner };
                let _ = inner.revoke(what, revoked, gone_at, limit).await?;
            }
        }
        inner.revoke(what, revoked, gone_at, limit).await
    }
);
