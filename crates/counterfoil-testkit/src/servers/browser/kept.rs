//! The files that a browser leaves on the disk.

use std::path::{Path, PathBuf};

use super::Browser;

/// The first bytes of a compressed session file of Firefox. After them come the uncompressed length and one LZ4 block.
const PACKED: &[u8] = b"mozLz40\0";

impl Browser {
    /// Closes the browser as a person would, and searches the files of its profile (history, cache, sessions). Returns
    /// for each of the texts the files that contain it.
    ///
    /// # Panics
    ///
    /// If the profile cannot be read.
    #[must_use]
    pub fn files_with<const N: usize>(self, texts: [&str; N]) -> [Vec<PathBuf>; N] {
        self.close();
        let files = files(&self.driver.folder.join("profile"));
        texts.map(|text| {
            let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let holds = |bytes: &[u8], part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
            let with = files.iter().filter(|(_, bytes)| holds(bytes, text.as_bytes()) || holds(bytes, &wide));
            with.map(|(path, _)| path.clone()).collect()
        })
    }
}

/// All files below a folder, with their contents.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() && !path.is_symlink() {
            found.extend(files(&path));
        } else if let Ok(bytes) = std::fs::read(&path) {
            found.push((path, unpacked(&bytes).unwrap_or(bytes)));
        }
    }
    found
}

/// The uncompressed contents of a compressed session file. `None` if the file is of another kind or broken.
fn unpacked(file: &[u8]) -> Option<Vec<u8>> {
    let (_length, mut rest) = file.strip_prefix(PACKED)?.split_at_checked(4)?;
    let mut text = Vec::new();
    while let Some((&token, after)) = rest.split_first() {
        rest = after;
        let count = length(token >> 4, &mut rest)?;
        let (literals, after) = rest.split_at_checked(count)?;
        text.extend_from_slice(literals);
        rest = after;
        // The last sequence of the block has literals and no copied range, so the block ends after the literals.
        let Some((distance, after)) = rest.split_at_checked(2) else { break };
        rest = after;
        let from = text.len().checked_sub(usize::from(u16::from_le_bytes([distance[0], distance[1]])))?;
        let copied = length(token & 15, &mut rest)? + 4;
        // The copied range may reach beyond the present end of `text`. So the bytes are copied one by one.
        for at in from..from + copied {
            text.push(*text.get(at)?);
        }
    }
    Some(text)
}

/// Reads a length in the LZ4 format. Its first part is the four bits `half`. If they are 15, bytes from `rest` are
/// added to it, up to and including the first byte below 255. Returns `None` if `rest` ends before such a byte.
fn length(half: u8, rest: &mut &[u8]) -> Option<usize> {
    let mut length = usize::from(half);
    let mut more = half == 15;
    while more {
        let (&byte, after) = rest.split_first()?;
        (length, *rest, more) = (length + usize::from(byte), after, byte == 255);
    }
    Some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_firefox_packs_is_read() {
        let file = |block: &[u8]| [PACKED, &[9, 0, 0, 0], block].concat();
        // This block has three letters, then six more that are copied from three positions before, then one literal.
        assert_eq!(unpacked(&file(b"\x32abc\x03\0\x10!")).as_deref(), Some(&b"abcabcabc!"[..]));
        let long = [b"\xf0\x05".as_slice(), &[b'x'; 20]].concat();
        assert_eq!(unpacked(&file(&long)), Some(vec![b'x'; 20]));
        assert_eq!(unpacked(b"mozLz41\0"), None);
        assert_eq!(unpacked(&file(b"\x32abc\x09\0")), None, "from before the beginning");
    }
}
