//! The mark of a leak. It says that the owner of the record must get a notice, because the secret of the record was
//! found. The functions are pure.
//!
//! The mark is the notice mark of the record ([`NoticeMark`]) with a reserved stage. It is written before the
//! credential is ended. So if the process stops in between, the notice worker finds the mark, ends the credential and
//! sends the notice. After the notice is sent, the mark is stored among the sent notices of the record, so a second
//! report sends no notice.

use crate::record::record_parts::RecordParts;
use crate::record::state::NoticeMark;
use crate::types::time::Timestamp;

/// Which text of a credential was found. The second variant is the greater one. A greater value replaces a smaller one
/// in the mark, but a smaller value never replaces a greater one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Leak {
    /// A text that no longer works, because a rotation had replaced it. The credential still works with its new text.
    Replaced,
    /// A text that still works, or an old token of a sign-in. If one token of a sign-in was found, all of its tokens
    /// count as found.
    Working,
}

impl Leak {
    /// The stage of the notice. The stages of expiry notices are smaller: a schedule has at most eight.
    pub(crate) const fn stage(self) -> u8 {
        match self {
            Self::Replaced => u8::MAX - 1,
            Self::Working => u8::MAX,
        }
    }

    /// The leak whose notice has this stage. `None` for the stage of an expiry notice.
    pub(crate) fn of(stage: u8) -> Option<Self> {
        [Self::Replaced, Self::Working].into_iter().find(|leak| leak.stage() == stage)
    }

    /// The mark of a notice about the leak that must be sent at `at`.
    pub(crate) const fn mark(self, at: Timestamp) -> NoticeMark {
        NoticeMark { at, stage: self.stage() }
    }
}

/// Whether this is the mark of a notice about a leak.
pub(crate) fn is_leak(mark: NoticeMark) -> bool {
    Leak::of(mark.stage).is_some()
}

/// The mark of a notice about a leak that was not sent yet. A write that plans the notices of a record anew, and a
/// rotation, must keep it.
pub(crate) fn pending_leak(record: &RecordParts) -> Option<NoticeMark> {
    record.notice.filter(|mark| is_leak(*mark))
}

/// Whether a notice about this leak of the record, or about a greater one, is pending or was sent.
pub(crate) fn is_leak_told(record: &RecordParts, leak: Leak) -> bool {
    let tells = |stage: u8| Leak::of(stage).is_some_and(|told| told >= leak);
    record.notice.is_some_and(|mark| tells(mark.stage)) || record.noticed.iter().any(|(_, stage)| tells(*stage))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::record_parts::RecordParts;
    use crate::record::samples::{at, t0};

    #[test]
    fn life_5_a_pending_and_a_sent_notice_of_a_leak_are_told_and_an_expiry_notice_is_not() {
        for leak in [Leak::Replaced, Leak::Working] {
            let mut record = RecordParts::BLANK;
            assert!(!is_leak_told(&record, leak));
            record.notice = Some(NoticeMark { at: at(1), stage: 7 });
            record.remember_notice(t0(), 7);
            assert!(!is_leak_told(&record, leak) && pending_leak(&record).is_none());
            record.notice = Some(leak.mark(at(1)));
            assert!(is_leak_told(&record, leak) && pending_leak(&record) == record.notice);
            record.notice = None;
            record.remember_notice(t0(), leak.stage());
            assert!(is_leak_told(&record, leak) && pending_leak(&record).is_none());
        }
    }

    #[test]
    fn life_5_the_leak_of_a_working_text_replaces_that_of_an_old_one_and_not_the_reverse() {
        let mut record = RecordParts::BLANK;
        for (leak, other) in [(Leak::Replaced, Leak::Working), (Leak::Working, Leak::Replaced)] {
            record.notice = Some(leak.mark(at(1)));
            assert_eq!(is_leak_told(&record, other), leak == Leak::Working);
        }
        assert_eq!([Leak::Replaced.stage(), Leak::Working.stage()], [254, 255], "the stages are stored");
    }
}
