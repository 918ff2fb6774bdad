//! Broken stores in which a column has too few bits or characters. These stores lose a part of a value, or compare only
//! a part of it.

use std::num::NonZeroU32;

use counterfoil::Timestamp;
use counterfoil::store::{
    Cap, FamilyBody, FamilyParts, InsertInto, NoticeMark, Pace, ParentUpdate, RecordParts, TokenStore,
};
use counterfoil::types::{RecordId, Version};
use counterfoil_conformance::ReferenceStore;

use super::overrides;

/// A broken store that applies this function to every stored row after each write. The function changes values as a
/// column with too few bits would. A second application of the function to the same row changes nothing.
pub(crate) struct Keeping(pub fn(&mut RecordParts, &mut FamilyParts));

impl Keeping {
    fn keep(&self, inner: &ReferenceStore) {
        inner.with(|model| {
            for record in &mut model.records {
                let family = model.families.iter_mut().find(|family| family.id == record.id.family());
                family.into_iter().for_each(|family| (self.0)(record, family));
            }
        });
    }
}

overrides!(
    Keeping,
    self,
    insert,
    |inner, home, new, now| {
        let answer = inner.insert(home, new, now).await;
        self.keep(inner);
        answer
    },
    apply,
    |inner, id, expect, change, now| {
        let answer = inner.apply(id, expect, change, now).await;
        self.keep(inner);
        answer
    },
    rotate,
    |inner, parent, step, new, now| {
        let answer = inner.rotate(parent, step, new, now).await;
        self.keep(inner);
        answer
    },
    touch,
    |inner, seen| {
        inner.touch(seen).await?;
        self.keep(inner);
        Ok(())
    },
    claim,
    |inner, id, held, until| {
        let answer = inner.claim(id, held, until).await;
        self.keep(inner);
        answer
    },
    settle,
    |inner, id, held, next, sent| {
        let answer = inner.settle(id, held, next, sent).await;
        self.keep(inner);
        answer
    }
);

/// Replaces every instant of the record and of the family with the instant that the function `column` returns for it.
pub(crate) fn instants(record: &mut RecordParts, family: &mut FamilyParts, column: fn(Timestamp) -> Timestamp) {
    let maybe = |at: &mut Option<Timestamp>| *at = at.map(column);
    (record.created_at, record.expiry_set_at) = (column(record.created_at), column(record.expiry_set_at));
    [&mut record.expires_at, &mut record.gone_at, &mut record.last_used_at].into_iter().for_each(maybe);
    record.notice = record.notice.map(|mark| NoticeMark { at: column(mark.at), ..mark });
    record.noticed.iter_mut().for_each(|(at, _)| *at = column(*at));
    if let Some(superseded) = &mut record.superseded {
        superseded.at = column(superseded.at);
        superseded.honoured_until = superseded.honoured_until.map(column);
    }
    [&mut family.live_until, &mut family.gone_at].into_iter().for_each(maybe);
    family.used_at = column(family.used_at);
    if let FamilyBody::SignIn { absolute_end, .. } = &mut family.body {
        *absolute_end = column(*absolute_end);
    }
}

/// Returns the instant with this number of microseconds, or the last possible instant if the number is too large.
pub(crate) fn micros(micros: u64) -> Timestamp {
    Timestamp::from_micros(micros).unwrap_or(Timestamp::MAX)
}

/// Returns the first `letters` characters of the text.
pub(crate) fn cut(text: &str, letters: usize) -> String {
    text.chars().take(letters).collect()
}

/// A broken store that accepts some wrong versions or generations, as if they were the stored ones.
pub(crate) struct Comparing {
    /// Returns true if the store accepts the number `asked`, which a request contains, although the number `stands` is
    /// stored.
    pub alike: fn(stands: u64, asked: u64) -> bool,
    /// If true, the store accepts wrong generations in joins. If false, it accepts wrong versions.
    pub generations: bool,
}

impl Comparing {
    fn version(&self, inner: &ReferenceStore, id: &RecordId, asked: Version) -> Version {
        let stands = inner.with(|model| model.record(id).map(|record| record.version));
        let alike = |stands: &Version| !self.generations && (self.alike)(stands.number(), asked.number());
        stands.filter(alike).unwrap_or(asked)
    }
}

overrides!(
    Comparing,
    self,
    insert,
    |inner, home, new, now| {
        let InsertInto::Join { family, generation, access_cap } = home else {
            return inner.insert(home, new, now).await;
        };
        let stands = inner.with(|model| model.family(family).map(|family| family.generation));
        let stands = stands.filter(|stands| self.generations && (self.alike)(*stands, generation));
        let generation = stands.unwrap_or(generation);
        inner.insert(InsertInto::Join { family, generation, access_cap }, new, now).await
    },
    apply,
    |inner, id, expect, change, now| inner.apply(id, self.version(inner, id, expect), change, now).await,
    rotate,
    |inner, parent, step, new, now| {
        let mut step = *step;
        if let ParentUpdate::Supersede { expect, .. } = &mut step {
            *expect = self.version(inner, parent, *expect);
        }
        inner.rotate(parent, &step, new, now).await
    }
);

/// A broken store that changes the number `limit` of each cap and of each pace (limit on a rate) with this function, as
/// a column with too few bits would.
pub(crate) struct Limiting(pub fn(u32) -> u32);

impl Limiting {
    fn limit(&self, limit: NonZeroU32) -> NonZeroU32 {
        NonZeroU32::new((self.0)(limit.get())).unwrap_or(NonZeroU32::MIN)
    }

    fn pace(&self, pace: Option<Pace>) -> Option<Pace> {
        pace.map(|pace| Pace { limit: self.limit(pace.limit), ..pace })
    }
}

overrides!(
    Limiting,
    self,
    insert,
    |inner, home, new, now| {
        let home = match home {
            InsertInto::Found { family, cap, pace } => {
                let cap = cap.map(|cap| Cap { limit: self.limit(cap.limit), ..cap });
                InsertInto::Found { family, cap, pace: self.pace(pace) }
            }
            InsertInto::Join { family, generation, access_cap } => {
                InsertInto::Join { family, generation, access_cap: access_cap.map(|cap| self.limit(cap)) }
            }
        };
        inner.insert(home, new, now).await
    },
    rotate,
    |inner, parent, step, new, now| {
        let mut step = *step;
        match &mut step {
            ParentUpdate::Supersede { cap, pace, access_cap, .. } => {
                (*pace, *access_cap) = (self.pace(*pace), access_cap.map(|cap| self.limit(cap)));
                *cap = cap.map(|cap| self.limit(cap));
            }
            ParentUpdate::Slide { access_cap, .. } => *access_cap = access_cap.map(|cap| self.limit(cap)),
        }
        inner.rotate(parent, &step, new, now).await
    }
);

/// The argument of a touch: ids of records, each with the instant at which the record was used.
type Batch = [(RecordId, Timestamp)];

/// A broken store whose method `touch` ignores a part of its batch. The function returns the part that the method
/// stores.
pub(crate) struct Touching(pub fn(&Batch) -> &Batch);

overrides!(Touching, self, touch, |inner, seen| inner.touch((self.0)(seen)).await);
