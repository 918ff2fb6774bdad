//! Packs the files of a key-value engine into one file. An engine reserves space, so its files consist mostly of zeros.
//! The packed file does not contain the long runs of zeros, only their lengths.
//!
//! The packed file contains for each file: the length of its name, the name, and pieces. A piece stands for a run of
//! zeros and the bytes that follow it. It contains the number of zeros, the number of bytes that follow, and these
//! bytes. A piece with two zeros as its numbers marks the end of a file. Each number has four bytes, the most
//! significant byte first.

use std::path::{Path, PathBuf};

/// The length of a run of zeros at which a new piece begins.
const RUN: usize = 16;

/// Packs the file at `path`, or all files in the folder at `path`. If `path` is a file, its name in the packed file is
/// empty.
pub(crate) fn pack(path: &Path) -> Vec<u8> {
    let (mut files, mut packed) = (Vec::new(), Vec::new());
    walk(path, &mut files);
    files.sort();
    for file in files {
        let name = file.strip_prefix(path).expect("within").to_str().expect("a text");
        let bytes = std::fs::read(&file).expect("a file");
        push(&mut packed, name.len());
        packed.extend(name.as_bytes());
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            let zeros = rest.iter().take_while(|byte| **byte == 0).count();
            let (_, others) = rest.split_at(zeros);
            let length = others.windows(RUN).position(|run| run == [0; RUN]).unwrap_or(others.len());
            let (piece, behind) = others.split_at(length);
            push(&mut packed, zeros);
            push(&mut packed, length);
            packed.extend(piece);
            rest = behind;
        }
        packed.extend([0; 8]);
    }
    packed
}

fn push(packed: &mut Vec<u8>, number: usize) {
    packed.extend(u32::try_from(number).expect("a short file").to_be_bytes());
}

fn walk(path: &Path, files: &mut Vec<PathBuf>) {
    if !path.is_dir() {
        return files.push(path.to_owned());
    }
    for entry in std::fs::read_dir(path).expect("a folder") {
        walk(&entry.expect("an entry").path(), files);
    }
}

/// Restores what [`pack`] packed: one file at `path`, or all files in the folder at `path`.
pub(crate) fn unpack(packed: &[u8], path: &Path) {
    let mut rest = packed;
    while !rest.is_empty() {
        let length = number(&mut rest);
        let name = std::str::from_utf8(bytes(&mut rest, length)).expect("a name");
        let file = if name.is_empty() { path.to_owned() } else { path.join(name) };
        let mut content = Vec::new();
        loop {
            let (zeros, length) = (number(&mut rest), number(&mut rest));
            if (zeros, length) == (0, 0) {
                break;
            }
            content.resize(content.len() + zeros, 0);
            content.extend(bytes(&mut rest, length));
        }
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        std::fs::write(&file, content).expect("written");
    }
}

fn number(rest: &mut &[u8]) -> usize {
    let four = bytes(rest, 4).try_into().expect("four bytes");
    usize::try_from(u32::from_be_bytes(four)).expect("a small number")
}

fn bytes<'a>(rest: &mut &'a [u8], length: usize) -> &'a [u8] {
    let (own, behind) = rest.split_at(length);
    *rest = behind;
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_come_back_as_they_were() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        let files = [
            ("a", vec![]),
            ("b/c", vec![0; 100]),
            ("b/d", [vec![7; 33], vec![0; 4_096], vec![1, 0, 2], vec![0; RUN]].concat()),
        ];
        for (name, bytes) in &files {
            std::fs::create_dir_all(from.join(name).parent().expect("a folder")).expect("a folder");
            std::fs::write(from.join(name), bytes).expect("written");
        }
        unpack(&pack(&from), &to);
        unpack(&pack(&from.join("b/d")), &folder.path().join("alone"));
        for (name, bytes) in &files {
            assert_eq!(std::fs::read(to.join(name)).expect("a file"), *bytes, "{name}");
        }
        assert_eq!(std::fs::read(folder.path().join("alone")).expect("a file"), files[2].1);
    }
}
