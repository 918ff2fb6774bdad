//! The floor of the bench `authenticate`: a hand-written verification with the lowest possible cost.

use std::hint::black_box;

use crate::floor::Floor;
use crate::host::Tokens;
use crate::peer::Peer;
use crate::texts;

pub(crate) struct FloorPeer<'a> {
    floor: Floor,
    tokens: &'a Tokens,
}

impl<'a> FloorPeer<'a> {
    pub(crate) fn of(tokens: &'a Tokens) -> Self {
        Self { floor: Floor::of(tokens), tokens }
    }
}

impl Peer for FloorPeer<'_> {
    fn count(&self) -> usize {
        self.tokens.len()
    }

    fn text(&self, at: usize) -> &str {
        self.tokens.get(at)
    }

    #[inline]
    fn accepts(&self, text: &str) -> bool {
        black_box(self.floor.authenticate(text)).is_some()
    }

    fn refused(&self) -> Vec<(&'static str, String)> {
        let token = self.tokens.get(0);
        vec![
            ("wrong secret", texts::wrong_secret(token)),
            ("unknown id", texts::unknown_id(token)),
            ("wrong checksum", texts::malformed(token)),
        ]
    }
}
