//! The settings as plain numbers, for verification, which cannot wait for a lock.
//!
//! The numbers are written between two updates of a version (a seqlock). A reader that finds the same even version
//! before and after has read one complete write. A reader takes no lock and writes nothing. If a write is in
//! progress, or the numbers are older than requested, the reader falls back to the snapshot.

use std::sync::atomic::{AtomicU64, Ordering, fence};
use std::time::Duration;

use crate::types::duration::whole_micros;
use crate::types::settings::Settings;
use crate::types::time::Timestamp;

/// Only the holder of the snapshot's lock writes.
#[derive(Default)]
pub(crate) struct Quick {
    /// Odd during a write. 0: nothing written yet.
    version: AtomicU64,
    words: [AtomicU64; 8],
}

impl Quick {
    /// The settings, if they were read at most `age` ago.
    pub(crate) fn read(&self, age: Duration, now: Timestamp) -> Option<Settings> {
        let version = self.version.load(Ordering::Acquire);
        let words: [u64; 8] = std::array::from_fn(|at| self.words[at].load(Ordering::Relaxed));
        fence(Ordering::Acquire);
        let whole = version != 0 && version.is_multiple_of(2) && self.version.load(Ordering::Relaxed) == version;
        let [read_at, on, access, inactivity, absolute, days, code, lead] = words;
        let fresh = now.micros().checked_sub(read_at).is_some_and(|since| since < whole_micros(age));
        if !(whole && fresh) {
            return None;
        }
        Some(Settings {
            personal_access_tokens: on == 1,
            access_lifetime: Duration::from_micros(access),
            refresh_inactivity: Duration::from_micros(inactivity),
            refresh_absolute: Duration::from_micros(absolute),
            pat_max_days: u16::try_from(days).ok()?,
            code_lifetime: Duration::from_micros(code),
            notice_lead: Duration::from_micros(lead),
        })
    }

    /// Writes the settings and when they were read.
    pub(crate) fn write(&self, settings: &Settings, read_at: Timestamp) {
        let words = [
            read_at.micros(),
            u64::from(settings.personal_access_tokens),
            whole_micros(settings.access_lifetime),
            whole_micros(settings.refresh_inactivity),
            whole_micros(settings.refresh_absolute),
            u64::from(settings.pat_max_days),
            whole_micros(settings.code_lifetime),
            whole_micros(settings.notice_lead),
        ];
        let version = self.version.load(Ordering::Relaxed);
        self.version.store(version.wrapping_add(1), Ordering::Relaxed);
        fence(Ordering::Release);
        self.words.iter().zip(words).for_each(|(own, word)| own.store(word, Ordering::Relaxed));
        self.version.store(version.wrapping_add(2), Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;

    fn all_at(seconds: u32) -> Settings {
        let duration = Duration::from_secs(u64::from(seconds));
        Settings {
            personal_access_tokens: seconds % 2 == 1,
            access_lifetime: duration,
            refresh_inactivity: duration,
            refresh_absolute: duration,
            pat_max_days: u16::try_from(seconds % 60_000).expect("small"),
            code_lifetime: duration,
            notice_lead: duration,
        }
    }

    #[test]
    fn what_was_written_is_read_until_it_is_too_old() {
        let (quick, settings, age) = (Quick::default(), Policy::default().settings(), Duration::from_secs(1));
        let at = |micros| Timestamp::from_micros(micros).expect("a time");
        assert_eq!(quick.read(age, at(0)), None, "nothing is there yet");
        quick.write(&settings, at(5));
        assert_eq!(quick.read(age, at(5)), Some(settings));
        assert_eq!(quick.read(age, at(1_000_004)), Some(settings));
        assert_eq!(quick.read(age, at(1_000_005)), None, "equality is reached");
        assert_eq!(quick.read(age, at(4)), None, "read in the future: the clock was put back");
    }

    #[test]
    fn a_reader_beside_a_writer_sees_one_writing_whole_or_none() {
        let quick = Quick::default();
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| (0..50_000).for_each(|turn| quick.write(&all_at(turn), Timestamp::EPOCH)));
            while !writer.is_finished() {
                if let Some(read) = quick.read(Duration::from_secs(1), Timestamp::EPOCH) {
                    let turn = u32::try_from(read.notice_lead.as_secs()).expect("small");
                    assert_eq!(read, all_at(turn));
                }
            }
        });
    }
}
