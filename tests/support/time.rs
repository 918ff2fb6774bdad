//! When the host starts, and the smallest step of its clock.

use counterfoil::Timestamp;
use counterfoil::types::Span;

/// 2023-11-14 22:13:20 UTC.
pub fn start() -> Timestamp {
    Timestamp::from_micros(1_700_000_000_000_000).expect("in range")
}

pub fn micro() -> Span {
    Span::from_micros(1).expect("small")
}

/// The last instant before.
pub fn just_before(at: Timestamp) -> Timestamp {
    at.minus(micro())
}

/// The longest time that is shorter.
pub fn just_under(span: Span) -> Span {
    Span::from_micros(span.micros() - 1).expect("not zero")
}

/// The shortest time that is longer.
pub fn just_over(span: Span) -> Span {
    Span::from_micros(span.micros() + 1).expect("in range")
}

/// So long after the start.
pub fn after_start(span: Span) -> Timestamp {
    start().plus(span).expect("in range")
}
