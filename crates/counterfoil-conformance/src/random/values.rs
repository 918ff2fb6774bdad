//! Extreme numbers, instants and texts. They include the ends of each range, and the numbers at which a column with too
//! few bits overflows.

use counterfoil::client::{ClientKey, Grant};
use counterfoil::store::{Access, FamilyBody, FamilyDetails};
use counterfoil::types::{Description, Device, KeyId, TokenKind};
use counterfoil::{Scope, SubjectId, Timestamp};

use crate::dice::Dice;

/// The first instants, in microseconds, that do not fit into a column with too few bits. The first four do not fit into
/// 8, 16, 31 or 32 bits of microseconds. The last two do not fit into 31 or 32 bits of seconds.
const WIDTHS: [u64; 6] = [1 << 8, 1 << 16, 1 << 31, 1 << 32, (1 << 31) * 1_000_000, (1 << 32) * 1_000_000];

/// Returns the instant from which the clock of a sequence counts, in microseconds. `number` selects one of these
/// instants: an instant in the year 2023, an instant near each end of the range of instants, and an instant shortly
/// before each entry of [`WIDTHS`].
pub(super) fn epoch(number: u64) -> u64 {
    const TODAY: u64 = 1_700_000_000_000_000;
    let number = usize::try_from(number % 10).unwrap_or(0);
    match number {
        0 | 1 => TODAY,
        2 => 40,
        3 => Timestamp::MAX.micros() - 120,
        _ => WIDTHS[number - 4] - 60,
    }
}

/// Draws an instant that a store may handle wrongly. It is the first instant of the range, one of the last two, or
/// within a microsecond of an instant at which a column with too few bits overflows.
pub(super) fn far(dice: &mut Dice) -> Timestamp {
    let micros = match dice.below(8) {
        0 | 1 => 0,
        2 | 3 => Timestamp::MAX.micros(),
        4 => Timestamp::MAX.micros() - 1,
        5 => (1 << 52) + dice.below(3) - 1,
        _ => *dice.pick(&WIDTHS) + dice.below(3) - 1,
    };
    Timestamp::from_micros(micros).unwrap_or(Timestamp::MAX)
}

/// Draws a wrong number in place of the right number `stands`. It is larger than `stands`, and in most draws its low
/// bits are the same as those of `stands`. A store that keeps too few bits would take the two numbers for equal.
pub(super) fn off_by_a_width(dice: &mut Dice, stands: u64) -> u64 {
    stands + *dice.pick(&[1 << 8, 1 << 16, 1 << 32, 1 << 53, 257])
}

/// Draws the limit of a call: a number from 1 to 4, 257, 65,537, or the largest `u32`. A store that keeps only the low
/// 8 or 16 bits of a limit would take 257 or 65,537 for 1.
pub(super) fn limit(dice: &mut Dice) -> u32 {
    match dice.below(12) {
        0 => 257,
        1 => 65_537,
        2 => u32::MAX,
        _ => 1 + u32::try_from(dice.below(4)).unwrap_or(0),
    }
}

pub(super) fn stage(dice: &mut Dice) -> u8 {
    *dice.pick(&[0, 1, 2, 127, 128, 255])
}

pub(super) fn key_id(dice: &mut Dice) -> KeyId {
    KeyId::new(*dice.pick(&[0, 1, 1, 2, 255, 256, 65_536, 1 << 31, u32::MAX]))
}

pub(super) fn description(dice: &mut Dice) -> Option<Description> {
    let text = match dice.below(6) {
        0 => "\u{1f600}".repeat(Description::MAX),
        1 => format!("{}\n{}", "x".repeat(254), "y".repeat(245)),
        2 => String::new(),
        3 => "a\u{301} 'b' \"c\" \\d {e} %f".into(),
        _ => return None,
    };
    Description::new(&text).ok()
}

pub(super) fn scope(dice: &mut Dice) -> Option<Scope> {
    let text = match dice.below(6) {
        0 => "s".repeat(1_000),
        1 => "a a:b a:b:c A a! {a} a'b".into(),
        2 | 3 => "demo:read".into(),
        _ => return None,
    };
    text.parse().ok()
}

/// Draws the internal id of a client. All its bytes have the same value: 7, 0 or 255. In a third of the draws, the
/// lowest bit of the last byte is then changed. So some ids differ only in their last byte, and the smallest and the
/// largest possible id are drawn too.
pub(super) fn client(dice: &mut Dice) -> ClientKey {
    let mut bytes = [*dice.pick(&[7, 7, 7, 0, 0xff]); 16];
    if dice.chance(1, 3) {
        bytes[15] ^= 1;
    }
    ClientKey::from_bytes(bytes)
}

/// Draws the details of a family. Returns `None` in half of the draws.
pub(super) fn details(dice: &mut Dice) -> Option<Box<FamilyDetails>> {
    let mut details = *crate::sample::details(u32::try_from(dice.below(300)).unwrap_or(0));
    match dice.below(8) {
        0 => {}
        1 => (details.allowed_sources, details.device) = (None, None),
        2 => {
            let text = format!(r#"{{"b":"{}","a":1.0}}"#, "\u{1f600}".repeat(250));
            (details.metadata, details.allowed_sources) = (text.parse().ok(), None);
        }
        3 => (details.metadata, details.device) = (None, Device::new(Some(&"\u{e9}".repeat(Device::MAX)), None).ok()),
        _ => return None,
    }
    Some(Box::new(details))
}

/// Draws the family body, which is the part of a family that depends on its kind.
pub(super) fn body(dice: &mut Dice, kind: TokenKind, client: Option<ClientKey>, at: Timestamp) -> FamilyBody {
    let absolute_end = if dice.chance(1, 4) { Timestamp::MAX } else { at };
    match (kind, client) {
        (_, Some(client)) => FamilyBody::SignIn {
            client,
            client_id: (*dice.pick(&["sample", "Sample", "~"])).parse().expect("a client id"),
            epoch: *dice.pick(&[0, 3, 255, 1 << 32, (1 << 53) + 1]),
            grant: *dice.pick(&[None, Some(Grant::Password), Some(Grant::RefreshToken)]),
            remember: dice.chance(1, 2),
            opened_at: at,
            absolute_end,
        },
        (TokenKind::SecurityCode, _) => FamilyBody::Code {
            created_by: SubjectId::new("root ").expect("a subject"),
            access: if dice.chance(1, 2) {
                Access::SuperAdministrator
            } else {
                Access::SameAsUser(SubjectId::new(&"\u{e9}".repeat(127)).expect("a subject"))
            },
            named: dice.chance(1, 2).then(|| "AD\\bill \"posters\" {x}".into()),
        },
        (TokenKind::ConsoleSession, _) => FamilyBody::Session { authenticated_at: at, absolute_end },
        _ => FamilyBody::Alone,
    }
}
