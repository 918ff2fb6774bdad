//! The mark of a leak: the owner of the record must get a notice that its secret was found. The functions are pure.
//!
//! The mark is the notice mark of the record ([`NoticeMark`]) with a reserved stage. It is written before the
//! credential is ended. So if the process stops in between, the notice worker finds the mark, ends the credential and
//! sends the notice. A mark that was sent is remembered among the sent notices of the record, so a second report sends
//! none.

use crate::record::record_parts::RecordParts;
use crate::record::state::NoticeMark;
use crate::types::time::Timestamp;

/// The stage of a notice about a leak. The stages of expiry notices are smaller: a schedule has at most eight.
pub(crate) const LEAKED: u8 = u8::MAX;

/// The mark of a notice about a leak that must be sent at `at`.
pub(crate) const fn leak_mark(at: Timestamp) -> NoticeMark {
    NoticeMark { at, stage: LEAKED }
}

/// Whether this is the mark of a notice about a leak.
pub(crate) const fn is_leak(mark: NoticeMark) -> bool {
    mark.stage == LEAKED
}

/// The mark of a notice about a leak that was not sent yet. A write that plans the notices of a record anew, and a
/// rotation, must keep it.
pub(crate) fn pending_leak(record: &RecordParts) -> Option<NoticeMark> {
    record.notice.filter(|mark| is_leak(*mark))
}

/// Whether a notice about a leak of this record is pending or was sent.
pub(crate) fn is_leak_told(record: &RecordParts) -> bool {
    pending_leak(record).is_some() || record.noticed.iter().any(|(_, stage)| *stage == LEAKED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::record_parts::RecordParts;
    use crate::record::samples::{at, t0};

    #[test]
    fn life_5_a_pending_and_a_sent_notice_of_a_leak_are_told_and_an_expiry_notice_is_not() {
        let mut record = RecordParts::BLANK;
        assert!(!is_leak_told(&record));
        record.notice = Some(NoticeMark { at: at(1), stage: 7 });
        record.remember_notice(t0(), 7);
        assert!(!is_leak_told(&record) && pending_leak(&record).is_none());
        record.notice = Some(leak_mark(at(1)));
        assert!(is_leak_told(&record) && pending_leak(&record) == record.notice);
        record.notice = None;
        record.remember_notice(t0(), LEAKED);
        assert!(is_leak_told(&record) && pending_leak(&record).is_none());
    }
}
