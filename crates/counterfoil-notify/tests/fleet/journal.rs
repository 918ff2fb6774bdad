//! A transport that records messages in a file, which all processes of the test share. It writes one line for each
//! notice. All lines of a message are written at once.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use counterfoil_notify::{Digest, SendError, Transport};

pub struct Journal {
    file: File,
    process: usize,
    digests: AtomicU64,
    slowed: Duration,
}

/// A line of the journal: one notice of a message that was sent.
#[derive(Clone, Debug)]
pub struct Line {
    pub process: usize,
    pub digest: u64,
    pub id: String,
}

impl Journal {
    pub fn open(path: &Path, process: usize) -> Self {
        let file = OpenOptions::new().create(true).append(true).open(path).expect("a journal");
        Self { file, process, digests: AtomicU64::new(0), slowed: Duration::ZERO }
    }

    /// Sets how long `send` waits after it has written a message. If a process is killed during this wait, the message
    /// is sent, but its notices are not marked as sent.
    pub fn slowed(self, slowed: Duration) -> Self {
        Self { slowed, ..self }
    }
}

#[async_trait]
impl Transport for Journal {
    async fn send(&self, digest: &Digest<'_>) -> Result<(), SendError> {
        let number = self.digests.fetch_add(1, Ordering::Relaxed);
        let line = |notice: &counterfoil::notice::ClaimedNotice| format!("{} {number} {}\n", self.process, notice.id());
        let lines: String = digest.notices().iter().map(line).collect();
        (&self.file).write_all(lines.as_bytes()).map_err(|error| SendError::Down(Some(error.into())))?;
        tokio::time::sleep(self.slowed).await;
        Ok(())
    }
}

/// Returns all complete lines of the file.
pub fn read(path: &Path) -> Vec<Line> {
    let Ok(text) = std::fs::read_to_string(path) else { return Vec::new() };
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let line = |line: &str| {
        let [process, digest, id] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("a line: {line}") };
        let (process, digest) = (process.parse().expect("a number"), digest.parse().expect("a number"));
        Line { process, digest, id: id.to_owned() }
    };
    whole.lines().map(line).collect()
}
