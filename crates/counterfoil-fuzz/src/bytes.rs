//! Functions that split and fill the input of a fuzz target.

/// Splits off the first byte, by which a target chooses one of several variants. Returns the value of this byte, and
/// the rest. For an empty input, the value is 0.
pub(crate) fn choice(data: &[u8]) -> (usize, &[u8]) {
    data.split_first().map_or((0, &[][..]), |(first, rest)| (usize::from(*first), rest))
}

/// Removes one piece from the beginning of `data`, and returns it. `data` begins with the length of the piece in two
/// bytes, which are removed too. If `data` is shorter than this length, returns the rest of `data`.
pub(crate) fn counted<'a>(data: &mut &'a [u8]) -> &'a [u8] {
    let Some((length, rest)) = data.split_first_chunk::<2>() else { return std::mem::take(data) };
    let (own, rest) = rest.split_at(rest.len().min(usize::from(u16::from_be_bytes(*length))));
    *data = rest;
    own
}

/// Replaces each placeholder in `data` by its value. The service generates random values, such as tokens. A file of the
/// corpus cannot contain these values, so the file contains placeholders.
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
