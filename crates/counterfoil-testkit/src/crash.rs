//! Tests that a store loses no acknowledged write in a crash. The function [`load`] makes calls to the store and writes
//! each call and its answer to a journal. After the crash, [`examine`] compares the store with the journal.

mod examine;

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use counterfoil::store::{Inserted, NewRecord, Rotated, StoreError, TokenStore};
use counterfoil::types::{RecordId, Version};
use counterfoil_conformance::dice::Dice;
use counterfoil_conformance::sample::{Draft, GONE, Person, at, revoked, supersede};

use crate::contest::apart;

pub use examine::{Tally, examine};

/// The largest number of families that [`load`] uses at the same time. When it creates a further family, it makes no
/// more calls to the oldest one.
const IN_HAND: usize = 8;
/// The number of calls to the store after which [`load`] returns, even without a crash.
const CALLS: u32 = 20_000;

/// The file to which [`load`] writes one line for each call and one for each answer. It survives the process.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    /// Opens the file of the journal, and creates it if it does not exist.
    ///
    /// # Panics
    ///
    /// If the file cannot be opened.
    #[must_use]
    pub fn open(path: &Path) -> Self {
        let file = OpenOptions::new().create(true).append(true).open(path).expect("a journal");
        Self { path: path.to_owned(), file }
    }

    /// The size of the file in bytes.
    ///
    /// # Panics
    ///
    /// If the file no longer exists.
    #[must_use]
    pub fn size(&self) -> u64 {
        std::fs::metadata(&self.path).expect("a journal").len()
    }

    /// All complete lines. If the process was killed while it wrote the last line, this line is incomplete and is left
    /// out.
    ///
    /// # Panics
    ///
    /// If the file no longer exists.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let text = std::fs::read_to_string(&self.path).expect("a journal");
        text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')).map(str::to_owned).collect()
    }

    /// Writes a line with one system call, so that lines of several threads do not mix.
    fn write(&self, line: &str) {
        (&self.file).write_all(format!("{line}\n").as_bytes()).expect("the journal takes a line");
    }
}

/// When [`load`] writes the acknowledgement of a call to the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// After the store has answered the call. This is the correct time.
    WhenTold,
    /// Before [`load`] makes the call. This is wrong on purpose, as a control: if the process crashes during the call,
    /// the test must report that data was lost.
    TooEarly,
}

/// A family that [`load`] has created and can rotate or revoke.
#[derive(Clone)]
struct Family {
    draft: Draft,
    tip: RecordId,
    generation: u64,
}

/// The next call of [`load`] to the store, before it is made.
enum Call {
    Create(Family),
    Rotate(Family, Box<[NewRecord; 2]>),
    Revoke(Family),
}

/// Creates, rotates and revokes families until the store fails, and returns the store's error. Returns `None` if the
/// store did not fail during 20,000 calls. The ids are different for each `part`.
///
/// # Panics
///
/// If an answer of the store is impossible. Only this worker changes its families, so each answer is known beforehand.
pub async fn load(
    store: &dyn TokenStore,
    journal: &Journal,
    part: u16,
    worker: usize,
    says: Says,
) -> Option<StoreError> {
    let person = Person::new("default", &format!("part-{part}-worker-{worker}"));
    let mut dice = Dice::new(u64::from(part) << 8 | worker as u64);
    let mut families: Vec<Family> = Vec::new();
    for _ in 0..CALLS {
        let index = usize::try_from(dice.below(families.len() as u64)).expect("a index");
        let call = match (dice.below(10), families.get(index).cloned()) {
            (3..=7, Some(family)) => {
                let next = family.draft.successor(family.tip, family.generation + 1);
                let access = family.draft.access(family.generation + 1).with_parent(next.id);
                Call::Rotate(family, Box::new([next, access]))
            }
            (8.., Some(family)) => Call::Revoke(family),
            _ => {
                let draft = apart(person.refresh(), part).with_access();
                let tip = draft.id();
                Call::Create(Family { draft, tip, generation: 0 })
            }
        };
        journal.write(&format!("{worker} {}", call.line()));
        if says == Says::TooEarly {
            journal.write(&format!("{worker} done"));
        }
        if let Err(error) = call.run(store, &person).await {
            let done = !matches!(error, StoreError::Unavailable { maybe_done: false, .. });
            journal.write(&format!("{worker} {}", if done { "doubt" } else { "refused" }));
            return Some(error);
        }
        if says == Says::WhenTold {
            journal.write(&format!("{worker} done"));
        }
        match call {
            Call::Create(family) => families.push(family),
            Call::Rotate(family, new) => {
                families[index] = Family { tip: new[0].id, generation: new[0].generation, ..family };
            }
            Call::Revoke(_) => drop(families.remove(index)),
        }
        if families.len() > IN_HAND {
            families.remove(0);
        }
    }
    None
}

impl Call {
    fn line(&self) -> String {
        match self {
            Self::Create(family) => format!("create {} {}", family.tip, family.draft.records[1].id),
            Self::Rotate(family, new) => {
                format!("rotate {} {} {} {}", family.draft.id(), family.tip, new[0].id, new[1].id)
            }
            Self::Revoke(family) => format!("revoke {}", family.draft.id()),
        }
    }

    async fn run(&self, store: &dyn TokenStore, person: &Person) -> Result<(), StoreError> {
        match self {
            Self::Create(family) => {
                let done = store.insert(family.draft.home(Some(1_000_000)), &family.draft.records, at(1)).await?;
                assert_eq!(done, Inserted::Done);
            }
            Self::Rotate(family, new) => {
                let step = supersede(Version::FIRST, new[0].id, at(5));
                let done = store.rotate(&family.tip, &step, &new[..], at(5)).await?;
                assert!(matches!(done, Rotated::Done), "{done:?}");
            }
            Self::Revoke(family) => {
                let what = person.family(family.draft.family.id);
                let done = store.revoke(what, revoked(at(9)), at(GONE), NonZeroU32::MIN).await?;
                assert_eq!(done.changed, 1);
            }
        }
        Ok(())
    }
}
