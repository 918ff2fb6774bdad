//! Broken stores that read a limit or an instant of a request through a column with too few bits, and broken stores
//! that execute only the first part of a call.

use counterfoil::SubjectId;
use counterfoil::Timestamp;
use counterfoil::store::{
    Access, FamilyBody, InsertInto, Listing, NoticeMark, Pace, Page, ParentUpdate, Progress, Revoke, Revoked, Show,
    StoreError, TokenStore,
};
use counterfoil::types::LabelKey;

use super::{Case, cases};
use crate::broken::keeping::{Keeping, cut, micros};
use crate::broken::overrides;

/// Names the instant of a request that a broken store reads incorrectly.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Argument {
    /// The argument `now` of an insert, a change or a rotation.
    Now,
    /// The instant `since` of a pace.
    Since,
    /// The argument `now` of a read of due notices.
    Due,
    /// The instant `now` of a listing of standing records.
    Standing,
    /// The argument `now` of a purge.
    Gone,
    Unsent,
    Windows,
    /// The argument `lease_until` of a claim, and the instant of the next notice in a settlement.
    Lease,
    /// The instant at which a revocation takes place.
    Revoked,
}

/// A broken store that changes the named instant of each request with this function, as a column with too few bits
/// would.
struct Asking(Argument, fn(Timestamp) -> Timestamp);

impl Asking {
    fn at(&self, argument: Argument, at: Timestamp) -> Timestamp {
        if self.0 == argument { (self.1)(at) } else { at }
    }

    fn pace(&self, pace: Option<Pace>) -> Option<Pace> {
        pace.map(|pace| Pace { since: self.at(Argument::Since, pace.since), ..pace })
    }
}

overrides!(
    Asking,
    self,
    insert,
    |inner, home, new, now| {
        let home = match home {
            InsertInto::Found { family, cap, pace } => InsertInto::Found { family, cap, pace: self.pace(pace) },
            join => join,
        };
        inner.insert(home, new, self.at(Argument::Now, now)).await
    },
    apply,
    |inner, id, expect, change, now| inner.apply(id, expect, change, self.at(Argument::Now, now)).await,
    rotate,
    |inner, parent, step, new, now| {
        let mut step = *step;
        if let ParentUpdate::Supersede { pace, .. } = &mut step {
            *pace = self.pace(*pace);
        }
        inner.rotate(parent, &step, new, self.at(Argument::Now, now)).await
    },
    revoke,
    |inner, what, revoked, gone_at, limit| {
        let revoked = Revoked { at: self.at(Argument::Revoked, revoked.at), ..revoked };
        inner.revoke(what, revoked, gone_at, limit).await
    },
    list,
    |inner, of, after, limit| {
        let of = match of {
            Listing::Owner { realm, owner, kind, show: Show::Standing { now } } => {
                Listing::Owner { realm, owner, kind, show: Show::Standing { now: self.at(Argument::Standing, now) } }
            }
            other => other,
        };
        inner.list(of, after, limit).await
    },
    due,
    |inner, now, after, limit| inner.due(self.at(Argument::Due, now), after, limit).await,
    claim,
    |inner, id, held, until| inner.claim(id, held, self.at(Argument::Lease, until)).await,
    settle,
    |inner, id, held, next, sent| {
        let next = next.map(|next| NoticeMark { at: self.at(Argument::Lease, next.at), ..next });
        inner.settle(id, held, next, sent).await
    },
    purge,
    |inner, now, unsent, windows, limit| {
        let (now, unsent) = (self.at(Argument::Gone, now), self.at(Argument::Unsent, unsent));
        inner.purge(now, unsent, self.at(Argument::Windows, windows), limit).await
    }
);

/// Names a method that has the argument `limit`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Call {
    List,
    Due,
    Purge,
    Owner,
}

/// A broken store in which one method treats its argument `limit` incorrectly.
struct AtMost(Call, Wrong);

enum Wrong {
    /// Reads `limit + 1` rows, to find out whether there are more. If the limit is `u32::MAX`, this sum is 0, so
    /// nothing is read.
    LookAheadOverflows,
    /// Reads the limit as a signed number, and fails if it is negative.
    Signed,
    /// Reads at most this number of rows. If the limit is larger, the method says that there are no more rows, which
    /// can be wrong.
    EndsAt(u32),
}

impl AtMost {
    /// Returns two values. The first is the limit that the method uses instead of `limit`, or `None` if the method does
    /// nothing. The second is true if the method must say that there are no more rows, even if there are.
    fn limit(
        &self,
        call: Call,
        limit: std::num::NonZeroU32,
    ) -> Result<(Option<std::num::NonZeroU32>, bool), StoreError> {
        if self.0 != call {
            return Ok((Some(limit), false));
        }
        match self.1 {
            Wrong::LookAheadOverflows => Ok((Some(limit).filter(|limit| limit.get() < u32::MAX), false)),
            Wrong::Signed if i32::try_from(limit.get()).is_err() => Err(StoreError::unavailable("a negative limit")),
            Wrong::Signed => Ok((Some(limit), false)),
            Wrong::EndsAt(most) => {
                let narrow = std::num::NonZeroU32::new(most).map_or(limit, |most| limit.min(most));
                Ok((Some(narrow), narrow < limit))
            }
        }
    }
}

/// Makes an empty page that says that it is the last one.
fn no_page<T>() -> Page<T> {
    Page { items: Vec::new(), next: None, corrupt: 0 }
}

const NOTHING: Progress = Progress { changed: 0, more: false };

overrides!(
    AtMost,
    self,
    list,
    |inner, of, after, limit| {
        let (Some(limit), ends) = self.limit(Call::List, limit)? else { return Ok(no_page()) };
        let page = inner.list(of, after, limit).await?;
        Ok(Page { next: page.next.filter(|_| !ends), ..page })
    },
    due,
    |inner, now, after, limit| {
        let (Some(limit), ends) = self.limit(Call::Due, limit)? else { return Ok(no_page()) };
        let page = inner.due(now, after, limit).await?;
        Ok(Page { next: page.next.filter(|_| !ends), ..page })
    },
    revoke,
    |inner, what, revoked, gone_at, limit| {
        if !matches!(what, Revoke::Owner { .. }) {
            return inner.revoke(what, revoked, gone_at, limit).await;
        }
        let (Some(limit), ends) = self.limit(Call::Owner, limit)? else { return Ok(NOTHING) };
        let progress = inner.revoke(what, revoked, gone_at, limit).await?;
        Ok(Progress { more: progress.more && !ends, ..progress })
    },
    purge,
    |inner, now, unsent, windows, limit| {
        let (Some(limit), ends) = self.limit(Call::Purge, limit)? else { return Ok(NOTHING) };
        let progress = inner.purge(now, unsent, windows, limit).await?;
        Ok(Progress { more: progress.more && !ends, ..progress })
    }
);

/// A broken store that inserts at most this many of the new records of a call.
struct FirstOf(usize);

overrides!(
    FirstOf,
    self,
    insert,
    |inner, home, new, now| inner.insert(home, &new[..new.len().min(self.0)], now).await,
    rotate,
    |inner, parent, step, new, now| inner.rotate(parent, step, &new[..new.len().min(self.0)], now).await
);

fn in_milliseconds(at: Timestamp) -> Timestamp {
    micros(at.micros() / 1_000 * 1_000)
}

fn signed_seconds(at: Timestamp) -> Timestamp {
    at.min(micros(i32::MAX as u64 * 1_000_000))
}

fn in_fifty_two_bits(at: Timestamp) -> Timestamp {
    micros(at.micros() & ((1 << 52) - 1))
}

macro_rules! asking {
    ($($argument:ident => $check:ident,)*) => {{
        let mut all = Vec::new();
        $(all.extend(asking!(@ $argument $check: in_milliseconds signed_seconds in_fifty_two_bits));)*
        all
    }};
    (@ $argument:ident $check:ident: $($column:ident)*) => {
        [$(Case {
            name: concat!(stringify!($argument), " ", stringify!($column)),
            make: || std::sync::Arc::new(Asking(Argument::$argument, $column)),
            caught_by: stringify!($check),
        }),*]
    };
}

pub(super) fn sizes() -> Vec<Case> {
    let mut all: Vec<Case> = asking! {
        Now => equality_is_reached,
        Since => equality_is_reached,
        Due => equality_is_reached,
        Standing => equality_is_reached,
        Gone => equality_is_reached,
        Unsent => equality_is_reached,
        Windows => equality_is_reached,
        Lease => equality_is_reached,
        Revoked => get_is_exact,
    };
    all.extend(limits());
    all.extend(documents());
    all
}

fn limits() -> Vec<Case> {
    cases! {
        ListLookAheadOverflows => pages_are_stable: AtMost(Call::List, Wrong::LookAheadOverflows);
        ListWithSignedLimit => pages_are_stable: AtMost(Call::List, Wrong::Signed);
        DueLookAheadOverflows => due_is_complete: AtMost(Call::Due, Wrong::LookAheadOverflows);
        DueWithSignedLimit => due_is_complete: AtMost(Call::Due, Wrong::Signed);
        DueEndsAtAHundred => due_is_complete: AtMost(Call::Due, Wrong::EndsAt(100));
        DueEndsAtAThousand => due_is_complete: AtMost(Call::Due, Wrong::EndsAt(1_000));
        PurgeLookAheadOverflows => purge_keeps_the_living: AtMost(Call::Purge, Wrong::LookAheadOverflows);
        PurgeWithSignedLimit => purge_keeps_the_living: AtMost(Call::Purge, Wrong::Signed);
        PurgeEndsAtAHundred => purge_keeps_the_living: AtMost(Call::Purge, Wrong::EndsAt(100));
        PurgeEndsAtAThousand => purge_keeps_the_living: AtMost(Call::Purge, Wrong::EndsAt(1_000));
        OwnerLookAheadOverflows => owner_revoke_covers: AtMost(Call::Owner, Wrong::LookAheadOverflows);
        OwnerWithSignedLimit => owner_revoke_covers: AtMost(Call::Owner, Wrong::Signed);
        OwnerEndsAtAHundred => owner_revoke_covers: AtMost(Call::Owner, Wrong::EndsAt(100));
        InsertsTwo => insert_all_or_nothing: FirstOf(2);
        Inserts16 => insert_all_or_nothing: FirstOf(16);
        Inserts64 => insert_all_or_nothing: FirstOf(64);
        Inserts90 => insert_all_or_nothing: FirstOf(90);
    }
}

fn documents() -> Vec<Case> {
    cases! {
        CreatorsCutAt64 => get_is_exact: Keeping(|_, family| {
            if let FamilyBody::Code { created_by, .. } = &mut family.body {
                *created_by = SubjectId::new(&cut(created_by.as_str(), 64)).unwrap_or_else(|_| created_by.clone());
            }
        });
        NamesOfCodesCutAt100 => get_is_exact: Keeping(|_, family| {
            if let FamilyBody::Code { named, .. } = &mut family.body {
                *named = named.as_ref().map(|name| cut(name, 100).into());
            }
        });
        NamesOfCodesAreForgotten => get_is_exact: Keeping(|_, family| {
            if let FamilyBody::Code { named, .. } = &mut family.body {
                *named = None;
            }
        });
        CodesOfAUserAreAdministrators => get_is_exact: Keeping(|_, family| {
            if let FamilyBody::Code { access, .. } = &mut family.body {
                *access = Access::SuperAdministrator;
            }
        });
        SessionsEndInSeconds => get_is_exact: Keeping(|_, family| {
            if let FamilyBody::Session { absolute_end, .. } = &mut family.body {
                *absolute_end = micros(absolute_end.micros() / 1_000_000 * 1_000_000);
            }
        });
        SessionsAsSignedSeconds => get_is_exact: Keeping(|_, family| {
            if let FamilyBody::Session { authenticated_at, .. } = &mut family.body {
                *authenticated_at = signed_seconds(*authenticated_at);
            }
        });
        GrantsAreForgotten => get_is_exact: Keeping(|_, family| {
            if let FamilyBody::SignIn { grant, .. } = &mut family.body {
                *grant = None;
            }
        });
        RememberIsForgotten => get_is_exact: Keeping(|_, family| {
            if let FamilyBody::SignIn { remember, .. } = &mut family.body {
                *remember = false;
            }
        });
        ClientIdsOfFamiliesCutAt64 => get_is_exact: Keeping(|_, family| {
            if let FamilyBody::SignIn { client_id, .. } = &mut family.body
                && let Ok(short) = cut(client_id.as_str(), 64).parse()
            {
                *client_id = short;
            }
        });
        LabelKeysCutAt255 => get_is_exact: Keeping(|_, family| {
            family.label_key = family.label_key.as_ref().map(|key| LabelKey::from_stored(&cut(key.as_str(), 255)));
        });
        LabelKeysCutAt900Bytes => get_is_exact: Keeping(|_, family| {
            family.label_key = family.label_key.as_ref().map(|key| {
                let kept = &key.as_str().as_bytes()[..key.as_str().len().min(900)];
                LabelKey::from_stored(&String::from_utf8_lossy(kept))
            });
        });
    }
}
