//! Clocks that measure an age. They do not tell the time of day: the bound on staleness depends on elapsed time only.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What the two clocks of a machine show at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AgeReading {
    /// The time since a fixed moment. It never goes back, and it goes on while the machine is suspended.
    pub running: Duration,
    /// The wall clock, as the time since 1970. It can be set forward and back.
    pub wall: Duration,
}

impl AgeReading {
    /// A reading of both clocks.
    #[must_use]
    pub const fn new(running: Duration, wall: Duration) -> Self {
        Self { running, wall }
    }

    /// The time since `earlier`: the greater of what the two clocks say. A wall clock that went back says zero.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Duration {
        self.running.saturating_sub(earlier.running).max(self.wall.saturating_sub(earlier.wall))
    }

    pub(crate) fn to_nanos(self) -> [u64; 2] {
        [nanos(self.running), nanos(self.wall)]
    }

    pub(crate) const fn from_nanos([running, wall]: [u64; 2]) -> Self {
        Self::new(Duration::from_nanos(running), Duration::from_nanos(wall))
    }
}

/// At least 1, because 0 means "never" in [`Moment`].
fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX).max(1)
}

/// Reads the clocks that measure the age of data in memory. Tests supply a clock that they set.
///
/// ```
/// use std::time::Duration;
///
/// use counterfoil_cache::{AgeClock, AgeReading, SystemAge};
///
/// let (earlier, later) = (SystemAge::default().read(), SystemAge::default().read());
/// assert!(later.since(&earlier) < Duration::from_secs(60));
///
/// // The wall clock was set back by a day. Ten seconds have passed.
/// let day = Duration::from_secs(86_400);
/// let earlier = AgeReading::new(Duration::from_secs(5), day * 2);
/// let later = AgeReading::new(Duration::from_secs(15), day);
/// assert_eq!(later.since(&earlier), Duration::from_secs(10));
/// ```
pub trait AgeClock: Send + Sync + 'static {
    /// Reads both clocks. The call is fast and cannot fail.
    fn read(&self) -> AgeReading;
}

/// The clocks of the operating system. On Linux and Android, the running clock is `CLOCK_BOOTTIME`, which goes on while
/// the machine is suspended. On other systems it is [`std::time::Instant`], which can stop in a suspend. There the wall
/// clock measures the suspend.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemAge;

#[cfg(any(target_os = "linux", target_os = "android"))]
impl AgeClock for SystemAge {
    fn read(&self) -> AgeReading {
        use rustix::time::{ClockId, clock_gettime};
        let read = |clock| {
            let time = clock_gettime(clock);
            let nanos = u32::try_from(time.tv_nsec).unwrap_or(0);
            u64::try_from(time.tv_sec).map_or(Duration::ZERO, |seconds| Duration::new(seconds, nanos))
        };
        AgeReading::new(read(ClockId::Boottime), read(ClockId::Realtime))
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
impl AgeClock for SystemAge {
    #[expect(clippy::disallowed_methods, reason = "this is where the age of data in memory comes from")]
    fn read(&self) -> AgeReading {
        use std::sync::OnceLock;
        use std::time::{Instant, SystemTime};
        static START: OnceLock<Instant> = OnceLock::new();
        let running = START.get_or_init(Instant::now).elapsed();
        let wall = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
        AgeReading::new(running, wall)
    }
}

/// A reading that one thread replaces while others read it. It begins as "never".
#[derive(Debug, Default)]
pub(crate) struct Moment([AtomicU64; 2]);

impl Moment {
    /// Replaces the reading. All that this thread wrote before is visible to a thread that reads one of the two new
    /// values.
    pub(crate) fn set(&self, reading: AgeReading) {
        for (place, nanos) in self.0.iter().zip(reading.to_nanos()) {
            place.store(nanos, Ordering::Release);
        }
    }

    /// The age of the reading. `None` if it was never set.
    ///
    /// The two values are written one after the other. A thread that reads one old and one new value gets the greater
    /// of two ages, of which one is that of the old reading. So the result is too great, never too small.
    pub(crate) fn age(&self, now: AgeReading) -> Option<Duration> {
        let [running, wall] = [0, 1].map(|index| self.0[index].load(Ordering::Acquire));
        (running != 0 && wall != 0).then(|| now.since(&AgeReading::from_nanos([running, wall])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(running: u64, wall: u64) -> AgeReading {
        AgeReading::new(Duration::from_secs(running), Duration::from_secs(wall))
    }

    #[test]
    fn the_age_is_the_greater_of_both_differences() {
        for (earlier, later, age) in [
            ((10, 1_000), (13, 1_003), 3),
            ((10, 1_000), (10, 1_009), 9), // The running clock stopped in a suspend.
            ((10, 1_000), (14, 400), 4),   // The wall clock was set back.
            ((10, 1_000), (14, 9_000), 8_000),
        ] {
            let age_is = seconds(later.0, later.1).since(&seconds(earlier.0, earlier.1));
            assert_eq!(age_is, Duration::from_secs(age), "{earlier:?} {later:?}");
        }
    }

    #[test]
    fn a_moment_has_no_age_before_it_is_set() {
        let moment = Moment::default();
        assert_eq!(moment.age(seconds(0, 0)), None);
        moment.set(seconds(0, 0));
        assert_eq!(moment.age(seconds(0, 0)), Some(Duration::ZERO));
        moment.0[0].store(0, Ordering::Release);
        assert_eq!(moment.age(seconds(9, 9)), None, "a half that was never written");
    }

    #[test]
    fn a_half_written_moment_is_never_younger_than_the_old_one() {
        for half in [0, 1] {
            let moment = Moment::default();
            moment.set(seconds(10, 1_000));
            let old = moment.age(seconds(15, 1_005));
            moment.0[half].store(seconds(14, 1_004).to_nanos()[half], Ordering::Release);
            assert_eq!(moment.age(seconds(15, 1_005)), old, "half {half}");
        }
    }

    #[test]
    fn the_clocks_of_the_system_go_on() {
        let earlier = SystemAge.read();
        assert!(earlier.wall > Duration::from_secs(1_600_000_000) && earlier.running > Duration::ZERO);
        let later = SystemAge.read();
        assert!(later.running >= earlier.running);
    }
}
