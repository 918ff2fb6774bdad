//! The forms in which pages show an instant.

use counterfoil::Timestamp;

/// An instant in all forms that a page shows.
#[derive(Clone, Debug)]
pub(crate) struct Moment {
    /// The distance from the present: `3 days ago`.
    pub(crate) relative: String,
    /// The instant to the minute: `22 Nov 2026, 05:40`.
    pub(crate) date: String,
    /// The instant to the second, with its time zone: `22 Nov 2026, 05:40:12 UTC`.
    pub(crate) exact: String,
    /// The value for the `datetime` attribute in HTML.
    pub(crate) machine: String,
}

/// The time between an instant and the present, in the largest unit that fits into it at least twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Distance {
    Now,
    Past(u64, Unit),
    Future(u64, Unit),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Seconds,
    Minutes,
    Hours,
    Days,
    Months,
    Years,
}

impl Distance {
    pub(crate) fn between(at: Timestamp, now: Timestamp) -> Self {
        let past = now.reached(at);
        let seconds = if past { now.since(at) } else { at.since(now) }.as_secs();
        let nearest = |unit: u64| (seconds + unit / 2) / unit;
        let (count, unit) = match seconds {
            0..45 => return Self::Now,
            45..7_200 => (nearest(60).max(1), Unit::Minutes),
            7_200..172_800 => (nearest(3_600), Unit::Hours),
            172_800..5_184_000 => (nearest(86_400), Unit::Days),
            5_184_000..63_072_000 => (nearest(2_592_000), Unit::Months),
            _ => (nearest(31_557_600), Unit::Years),
        };
        if past { Self::Past(count, unit) } else { Self::Future(count, unit) }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn distances_are_in_the_largest_unit_that_fits_twice() {
        let now = Timestamp::from_micros(1_795_305_600_000_000).expect("in range");
        let after = |seconds| Distance::between(now.plus_capped(Duration::from_secs(seconds)), now);
        assert_eq!(after(44), Distance::Now);
        assert_eq!(after(45), Distance::Future(1, Unit::Minutes));
        assert_eq!(after(7_199), Distance::Future(120, Unit::Minutes));
        assert_eq!(after(7_200), Distance::Future(2, Unit::Hours));
        assert_eq!(after(30 * 86_400), Distance::Future(30, Unit::Days));
        assert_eq!(after(180 * 86_400), Distance::Future(6, Unit::Months));
        assert_eq!(after(1_095 * 86_400), Distance::Future(3, Unit::Years));
        assert_eq!(Distance::between(Timestamp::EPOCH, now), Distance::Past(57, Unit::Years));
    }
}
