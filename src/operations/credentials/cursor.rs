//! The cursor of the inventory and of policy reports: the position at which a page ended.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::store::page::{Cursor, InvalidCursor};
use crate::types::ids::RecordId;
use crate::types::kind::TokenKind;
use crate::types::time::Timestamp;

/// The position at which a page of the inventory or of a policy report ended. A position in the inventory is valid only
/// with the filter of its page. A position in a report is valid only with the new policy of its page. Treat the text
/// form of a position as opaque.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CredentialCursor {
    /// Whether the position is in a list of one owner. If false, it is in a list of the whole realm.
    pub(in crate::operations) of_owner: bool,
    /// The kind whose list is continued.
    pub(in crate::operations) kind: TokenKind,
    /// The position of the last record that was read from this list. `None` if no record was read from it.
    pub(in crate::operations) after: Option<Cursor>,
}

/// The number of bytes of a position at the beginning of a list: one for the variant and one for the kind.
const BEGINNING: usize = 2;

/// The number of bytes of a position after a record: variant, kind, instant and id.
const WITHIN: usize = BEGINNING + 8 + 16;

impl fmt::Display for CredentialCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = Vec::with_capacity(WITHIN);
        bytes.extend([u8::from(self.of_owner), self.kind.byte()]);
        if let Some(after) = self.after {
            bytes.extend(after.at.micros().to_be_bytes());
            bytes.extend(after.id.as_bytes());
        }
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

impl FromStr for CredentialCursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        if text.len() > WITHIN * 2 {
            return Err(InvalidCursor);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidCursor)?;
        let (&[variant, kind], position) = bytes.split_first_chunk::<BEGINNING>().ok_or(InvalidCursor)?;
        let of_owner = match variant {
            0 => false,
            1 => true,
            _ => return Err(InvalidCursor),
        };
        let kind = TokenKind::from_byte(kind).ok_or(InvalidCursor)?;
        let after = if position.is_empty() { None } else { Some(within(position).ok_or(InvalidCursor)?) };
        Ok(Self { of_owner, kind, after })
    }
}

fn within(position: &[u8]) -> Option<Cursor> {
    let (at, id) = position.split_first_chunk::<8>()?;
    let at = Timestamp::from_micros(u64::from_be_bytes(*at))?;
    Some(Cursor { at, id: RecordId::from_bytes(id.try_into().ok()?) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sight_2_a_cursor_is_read_back_and_no_other_text_is_a_cursor() {
        let at = |micros| Cursor {
            at: Timestamp::from_micros(micros).expect("in range"),
            id: RecordId::from_bytes([7; 16]),
        };
        for kind in TokenKind::ALL {
            for (of_owner, after) in
                [(false, None), (true, None), (false, Some(at(0))), (true, Some(at((1 << 53) - 1)))]
            {
                let cursor = CredentialCursor { of_owner, kind, after };
                assert_eq!(cursor.to_string().parse(), Ok(cursor));
            }
        }
        let text = CredentialCursor { of_owner: true, kind: TokenKind::AccessToken, after: Some(at(9)) }.to_string();
        for foreign in ["", "AA", "AgE", "AAc", "!!!", &text[1..], &text[..34], &format!("{text}A"), &"A".repeat(5_000)]
        {
            assert_eq!(foreign.parse::<CredentialCursor>(), Err(InvalidCursor), "{foreign}");
        }
        let late = URL_SAFE_NO_PAD.encode([[0, 1].as_slice(), &(1_u64 << 53).to_be_bytes(), &[0; 16]].concat());
        assert_eq!(late.parse::<CredentialCursor>(), Err(InvalidCursor));
    }
}
