//! The states of a record for which the table of `WRITING-A-STORE.md` has a column.

use counterfoil::Timestamp;
use counterfoil::store::{Inserted, NoticeMark, ParentUpdate, Revoke, Rotated, TokenStore};
use counterfoil::types::{RecordId, Version};

use crate::database::Database;
use crate::fixture::Row;
use crate::purge::purge;
use crate::sample::{Draft, GONE, Person, at, member_id, most, revoked, supersede};
use crate::violation::{Violation, ensure_is};

/// A state of a record, with the name of its column in the table of `WRITING-A-STORE.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Live,
    Expired,
    Overlapping,
    Superseded,
    Shrunk,
    Revoked,
    Ended,
    Damaged,
    Absent,
}

impl State {
    pub(crate) const ALL: [Self; 9] = [
        Self::Live,
        Self::Expired,
        Self::Overlapping,
        Self::Superseded,
        Self::Shrunk,
        Self::Revoked,
        Self::Ended,
        Self::Damaged,
        Self::Absent,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Expired => "expired",
            Self::Overlapping => "overlapping",
            Self::Superseded => "superseded",
            Self::Shrunk => "shrunk",
            Self::Revoked => "revoked",
            Self::Ended => "family revoked",
            Self::Damaged => "damaged",
            Self::Absent => "absent",
        }
    }
}

/// The notice with which the record was inserted.
pub(crate) const MARK: NoticeMark = NoticeMark { at: Timestamp::EPOCH, stage: 1 };

/// A record in the state that is tested, and the values that calls on this record need. The owner of the record has no
/// other record, except the successor of a superseded record. For [`State::Absent`], `id` belongs to no record.
pub(crate) struct Case {
    pub(crate) person: Person,
    pub(crate) draft: Draft,
    pub(crate) id: RecordId,
    /// The record's stored version.
    pub(crate) version: Version,
    /// The generation of the record's family, which a join must name.
    pub(crate) generation: u64,
}

impl Case {
    /// Inserts a record and makes the calls that bring it into the state `state`. Returns `None` if this state needs
    /// the hook `damage` and the fixture does not implement it.
    pub(crate) async fn new(database: &Database, state: State) -> Result<Option<Self>, Violation> {
        let person = Person::somebody();
        let mut draft = person.refresh().noticed(MARK.at, MARK.stage);
        if state == State::Expired {
            draft = draft.ending(Some(at(50)), Some(at(GONE)));
        }
        let id = draft.found(&**database).await?;
        let mut case = Self { person, draft, id, version: Version::FIRST, generation: 0 };
        match state {
            State::Live | State::Expired => {}
            State::Overlapping => case.rotate(&**database, at(500)).await?,
            State::Superseded => case.rotate(&**database, at(30)).await?,
            State::Shrunk => {
                case.rotate(&**database, at(30)).await?;
                purge(&**database, at(31), at(31), at(31)).await?;
            }
            State::Revoked => {
                let _ = database.revoke(Revoke::One(&id), revoked(at(20)), at(GONE), most(1)).await?;
            }
            State::Ended => {
                let family = case.person.family(case.draft.family.id);
                let _ = database.revoke(family, revoked(at(20)), at(GONE), most(1)).await?;
            }
            State::Damaged if !database.damage(Row::Record(&id)).await => return Ok(None),
            State::Damaged => {}
            State::Absent => case.id = member_id(case.draft.family.id),
        }
        Ok(Some(case))
    }

    async fn rotate(&mut self, store: &dyn TokenStore, window: Timestamp) -> Result<(), Violation> {
        let next = self.draft.successor(self.id, 1);
        let mut step = supersede(Version::FIRST, next.id, at(20));
        if let ParentUpdate::Supersede { honoured_until, .. } = &mut step {
            *honoured_until = Some(window);
        }
        let answer = store.rotate(&self.id, &step, std::slice::from_ref(&next), at(20)).await?;
        ensure_is!(answer, Rotated::Done, "a rotation must go through");
        (self.version, self.generation) = (Version::new(1), 1);
        Ok(())
    }

    /// Tries to insert an access token into the record's family. If `id` is given, the token gets this id, otherwise a
    /// new one.
    pub(crate) async fn join(&self, store: &dyn TokenStore, id: Option<RecordId>) -> Result<Inserted, Violation> {
        let mut access = self.draft.access(self.generation);
        access.id = id.unwrap_or(access.id);
        Ok(store.insert(self.draft.join(self.generation), std::slice::from_ref(&access), at(100)).await?)
    }
}
