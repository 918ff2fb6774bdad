//! The settings as plain numbers. Verifications read them without waiting for a lock.
//!
//! This is a seqlock. The version is changed before and after each write of the numbers. If the version is even, and
//! equal before and after a read, all numbers are from one write. A reader takes no lock and writes nothing. If a write
//! is in progress, or the numbers are too old, the caller uses the snapshot instead.

use std::sync::atomic::{AtomicU64, Ordering, fence};
use std::time::Duration;

use crate::types::duration::whole_micros;
use crate::types::settings::{Settings, WORDS};
use crate::types::time::Timestamp;

/// The settings as numbers. Only the holder of the snapshot's lock writes them.
#[derive(Default)]
pub(crate) struct Quick {
    /// The version. It is odd during a write, and 0 if nothing has been written yet.
    version: AtomicU64,
    /// The instant at which the settings were read.
    read_at: AtomicU64,
    words: [AtomicU64; WORDS],
}

impl Quick {
    /// Returns the settings if they were read from the store less than `age` ago. `None` if they are older, were never
    /// read, or are being written at this moment.
    #[inline]
    pub(crate) fn read(&self, age: Duration, now: Timestamp) -> Option<Settings> {
        let version = self.version.load(Ordering::Acquire);
        let read_at = self.read_at.load(Ordering::Relaxed);
        let words = std::array::from_fn(|at| self.words[at].load(Ordering::Relaxed));
        fence(Ordering::Acquire);
        let whole = version != 0 && version.is_multiple_of(2) && self.version.load(Ordering::Relaxed) == version;
        let fresh = now.micros().checked_sub(read_at).is_some_and(|since| since < whole_micros(age));
        if whole && fresh { Settings::from_words(words) } else { None }
    }

    /// Writes the settings and the instant at which they were read.
    pub(crate) fn write(&self, settings: &Settings, read_at: Timestamp) {
        let version = self.version.load(Ordering::Relaxed);
        self.version.store(version.wrapping_add(1), Ordering::Relaxed);
        fence(Ordering::Release);
        self.read_at.store(read_at.micros(), Ordering::Relaxed);
        self.words.iter().zip(settings.words()).for_each(|(own, word)| own.store(word, Ordering::Relaxed));
        self.version.store(version.wrapping_add(2), Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;
    use crate::types::settings::{SettingName, SettingUnit};

    /// Settings in which each number is `turn`. A switch is on if `turn` is odd.
    fn all_at(turn: u32) -> Settings {
        let mut settings = Policy::default().settings();
        for &name in SettingName::ALL {
            let number = if name.unit() == SettingUnit::Switch { turn % 2 } else { turn };
            settings.set_number(name, number.into());
        }
        settings
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
                    let turn = u32::try_from(read.number(SettingName::NoticeLeadDays)).expect("small");
                    assert_eq!(read, all_at(turn));
                }
            }
        });
    }
}
