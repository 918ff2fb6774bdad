//! Helpers that read the bytes of a fuzzer.

/// Splits off the first byte, which is the number of a choice. For an empty input the choice is 0.
pub(crate) fn choice(data: &[u8]) -> (usize, &[u8]) {
    data.split_first().map_or((0, &[][..]), |(first, rest)| (usize::from(*first), rest))
}

/// Reads a length of two bytes, and then as many bytes as the length says. If fewer bytes are left, reads all of them.
pub(crate) fn counted<'a>(data: &mut &'a [u8]) -> &'a [u8] {
    let Some((length, rest)) = data.split_first_chunk::<2>() else { return std::mem::take(data) };
    let (own, rest) = rest.split_at(rest.len().min(usize::from(u16::from_be_bytes(*length))));
    *data = rest;
    own
}

/// Replaces each placeholder by its value. The placeholders exist because the service generates random values, which a
/// file of the corpus cannot contain.
pub(crate) fn filled(data: &[u8], known: &[(&str, &str)]) -> Vec<u8> {
    let mut filled = data.to_vec();
    for (name, value) in known {
        let mut from = 0;
        while let Some(at) = filled[from..].windows(name.len()).position(|window| window == name.as_bytes()) {
            filled.splice(from + at..from + at + name.len(), value.bytes());
            from += at + value.len();
        }
    }
    filled
}
