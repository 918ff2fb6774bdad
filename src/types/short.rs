//! Text that is cheap to copy if it is short. Up to 39 bytes are stored inline, longer texts on the heap.
//!
//! Each verification copies a record out of a store. Copies of a frequently used credential must not share a reference
//! count, because updating it costs as much as a lock. So owners, labels and scopes are copied as bytes. 39 bytes
//! suffice for a UUID, most labels and most names.

use std::fmt;
use std::hash::{Hash, Hasher};

use arrayvec::ArrayString;

const INLINE: usize = 39;

/// An immutable text. A text of at most 39 bytes is cheap to copy, because the copy needs no allocation and no
/// reference count. The copy of a longer text is allocated.
#[derive(Clone)]
pub(crate) enum Short {
    Inline(ArrayString<INLINE>),
    Heap(Box<str>),
}

impl Short {
    pub(crate) const EMPTY: Self = Self::Inline(ArrayString::new_const());

    pub(crate) fn new(text: &str) -> Self {
        match ArrayString::from(text) {
            Ok(inline) => Self::Inline(inline),
            Err(_) => Self::Heap(text.into()),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Inline(inline) => inline,
            Self::Heap(text) => text,
        }
    }
}

impl PartialEq for Short {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Short {}

impl PartialOrd for Short {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Short {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Hash for Short {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::Short;

    #[test]
    fn text_is_the_same_inline_and_on_the_heap() {
        for len in [0, 1, 38, 39, 40, 41, 500] {
            let text = "x".repeat(len);
            assert_eq!(Short::new(&text).as_str(), text);
            assert_eq!(Short::new(&text), Short::new(&text).clone());
        }
        assert!(Short::new("a") < Short::new(&"b".repeat(60)));
    }
}
