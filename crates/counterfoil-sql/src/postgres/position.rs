//! The positions of the log of narrowing steps.
//!
//! The ids of transactions do not have the order of the commits: a transaction that got its id first can commit last.
//! So a position is not one id. It says which transactions a reader has seen.

use counterfoil::store::LogPosition;

/// The first byte of each form of a position.
const END: u8 = 1;
const WITHIN: u8 = 2;

/// A set of transactions whose steps a reader has seen: all before `stop`, without those in `running`.
///
/// `stop` is one more than the greatest transaction whose step was visible. It is not the end of the snapshot, because
/// a server that crashes can give the ids of later transactions out again. It does not do so for a transaction that was
/// visible, because its commit was on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) stop: i64,
    pub(super) running: Vec<i64>,
}

/// A step's place in the order of pages: its transaction, and its id.
pub(super) type Place = (i64, i64);

/// A position of a reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Position {
    /// The reader has seen these transactions.
    End(Seen),
    /// The reader reads the steps that are in `to` and not in `from`, page by page. It has seen those up to the place
    /// `last`. What becomes visible meanwhile is not in `to`, and the reader gets it afterwards.
    Within { from: Seen, to: Seen, last: Place },
}

impl Seen {
    /// All transactions. No step lies after this position.
    pub(super) const EVERYTHING: Self = Self { stop: i64::MAX, running: Vec::new() };

    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.stop.to_be_bytes());
        bytes.extend(u32::try_from(self.running.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend(self.running.iter().flat_map(|xid| xid.to_be_bytes()));
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        let stop = number(bytes)?;
        let (count, rest) = bytes.split_first_chunk()?;
        *bytes = rest;
        let count = usize::try_from(u32::from_be_bytes(*count)).ok()?;
        // Refuses a count that the bytes cannot contain before anything is allocated for it.
        if bytes.len() / 8 < count {
            return None;
        }
        let running = (0..count).map(|_| number(bytes)).collect::<Option<_>>()?;
        Some(Self { stop, running })
    }
}

fn number(bytes: &mut &[u8]) -> Option<i64> {
    let (number, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(i64::from_be_bytes(*number)).filter(|number| *number >= 0)
}

impl Position {
    pub(super) fn encode(&self) -> LogPosition {
        let mut bytes = Vec::new();
        match self {
            Self::End(seen) => {
                bytes.push(END);
                seen.write(&mut bytes);
            }
            Self::Within { from, to, last } => {
                bytes.push(WITHIN);
                from.write(&mut bytes);
                to.write(&mut bytes);
                bytes.extend(last.0.to_be_bytes());
                bytes.extend(last.1.to_be_bytes());
            }
        }
        LogPosition::from_bytes(bytes)
    }

    /// Returns `None` if the bytes are no position of this kind of store.
    pub(super) fn decode(position: &LogPosition) -> Option<Self> {
        let (form, mut bytes) = position.as_bytes().split_first()?;
        let bytes = &mut bytes;
        let position = match *form {
            END => Self::End(Seen::read(bytes)?),
            WITHIN => {
                let (from, to) = (Seen::read(bytes)?, Seen::read(bytes)?);
                Self::Within { from, to, last: (number(bytes)?, number(bytes)?) }
            }
            _ => return None,
        };
        bytes.is_empty().then_some(position)
    }

    /// Whether steps after this position were trimmed, or may have been, or the log is shorter than the position.
    /// `trimmed` is the place of the last step that was trimmed, and `end` is the present [`Seen::stop`]. `late` says
    /// whether a transaction that was running when the position was taken has ended since, and its step was trimmed.
    pub(super) fn is_lost(&self, trimmed: Place, end: i64, late: bool) -> bool {
        match self {
            Self::End(seen) => late || seen.stop > end || seen.stop <= trimmed.0,
            Self::Within { to, last, .. } => to.stop > end || *last < trimmed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(stop: i64, running: &[i64]) -> Seen {
        Seen { stop, running: running.to_vec() }
    }

    #[test]
    fn a_position_is_read_back_and_other_bytes_are_refused() {
        let within = Position::Within { from: seen(9, &[3, 7]), to: seen(20, &[]), last: (12, 5) };
        for position in [Position::End(seen(0, &[])), Position::End(seen(i64::MAX, &[1, 2, 3])), within] {
            let encoded = position.encode();
            assert_eq!(Position::decode(&encoded), Some(position));
            let bytes = encoded.as_bytes();
            for end in 0..bytes.len() {
                assert_eq!(Position::decode(&LogPosition::from_bytes(&bytes[..end])), None, "cut off at {end}");
            }
            let longer = [bytes, &[0]].concat();
            assert_eq!(Position::decode(&LogPosition::from_bytes(longer)), None);
        }
        let counts_too_many = [&[END][..], &[0; 8], &[0xFF; 4]].concat();
        let negative = [&[END][..], &[0xFF; 8], &[0; 4]].concat();
        for bytes in [counts_too_many, negative, b"garbage".to_vec()] {
            assert_eq!(Position::decode(&LogPosition::from_bytes(bytes)), None);
        }
    }

    #[test]
    fn a_position_is_lost_if_a_step_after_it_was_trimmed() {
        let lost = |position: &Position, trimmed| position.is_lost(trimmed, 50, false);
        let end = Position::End(seen(20, &[]));
        assert!(!lost(&end, (0, 0)) && !lost(&end, (19, 3)), "it has seen what was trimmed");
        assert!(lost(&end, (20, 1)) && lost(&end, (21, 1)));
        assert!(end.is_lost((19, 3), 50, true), "a late step");
        assert!(lost(&Position::End(seen(51, &[])), (0, 0)), "the log has become shorter");
        assert!(!lost(&Position::End(seen(50, &[])), (0, 0)));
        let within = Position::Within { from: seen(9, &[]), to: seen(20, &[]), last: (12, 5) };
        assert!(!lost(&within, (12, 5)) && lost(&within, (12, 6)));
    }
}
