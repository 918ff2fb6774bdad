//! An adapter for a key-value server, as you would write it for your own server. An adapter is an implementation of
//! `Engine`. The server in this example resembles etcd: it reads ranges, and executes transactions that consist of
//! comparisons and changes.
//!
//! The adapter is complete except for the network and the method `pause`. Where your adapter calls the client library
//! of a real server, this one calls the in-memory `Server`.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use counterfoil::memory::MemoryDirectory;
use counterfoil::{Account, Counterfoil, KeyRing, Role, SubjectId};
use counterfoil_kv::{Engine, EngineError, Key, KvStore, Outcome, Value, Write};

/// An in-memory server, which takes the place of a real server and its client library.
#[derive(Default)]
struct Server(Mutex<BTreeMap<Vec<u8>, Vec<u8>>>);

enum Compare {
    Value(Vec<u8>, Vec<u8>),
    Absent(Vec<u8>),
}

enum Change {
    Put(Vec<u8>, Vec<u8>),
    Delete(Vec<u8>),
}

type Wire<T> = Result<T, std::io::Error>;

impl Server {
    /// Returns the values of the keys, all read in one transaction.
    async fn read(&self, keys: &[Vec<u8>]) -> Wire<Vec<Option<Vec<u8>>>> {
        let pairs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(keys.iter().map(|key| pairs.get(key).cloned()).collect())
    }

    /// Returns the pairs of a range, in the order of their keys.
    async fn range(&self, from: &[u8], until: &[u8], limit: usize) -> Wire<Vec<(Vec<u8>, Vec<u8>)>> {
        let pairs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let range = pairs.range(from.to_vec()..until.to_vec());
        Ok(range.take(limit).map(|(key, value)| (key.clone(), value.clone())).collect())
    }

    /// Applies the changes if all comparisons are true. Returns whether the changes were applied.
    async fn transact(&self, compare: Vec<Compare>, change: Vec<Change>) -> Wire<bool> {
        let mut pairs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let holds = |compare: &Compare| match compare {
            Compare::Value(key, value) => pairs.get(key) == Some(value),
            Compare::Absent(key) => !pairs.contains_key(key),
        };
        let all = compare.iter().all(holds);
        for change in change.into_iter().filter(|_| all) {
            match change {
                Change::Put(key, value) => drop(pairs.insert(key, value)),
                Change::Delete(key) => drop(pairs.remove(&key)),
            }
        }
        Ok(all)
    }
}

/// The adapter, which puts `prefix` before each key, so that several services can share one server.
struct OwnEngine {
    server: Arc<Server>,
    prefix: &'static [u8],
}

impl OwnEngine {
    fn outside(&self, key: &[u8]) -> Vec<u8> {
        [self.prefix, key].concat()
    }

    fn inside(&self, key: &[u8]) -> Key {
        key.strip_prefix(self.prefix).unwrap_or(key).to_vec()
    }
}

#[async_trait]
impl Engine for OwnEngine {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Value>>, EngineError> {
        let keys: Vec<_> = keys.iter().map(|key| self.outside(key)).collect();
        self.server.read(&keys).await.map_err(EngineError::not_done)
    }

    async fn scan(&self, from: &[u8], until: &[u8], limit: usize) -> Result<Vec<(Key, Value)>, EngineError> {
        let pairs = self.server.range(&self.outside(from), &self.outside(until), limit).await;
        let pairs = pairs.map_err(EngineError::not_done)?;
        Ok(pairs.into_iter().map(|(key, value)| (self.inside(&key), value)).collect())
    }

    async fn write(&self, write: Write) -> Result<Outcome, EngineError> {
        let compare = write.expect.into_iter().map(|(key, value)| match value {
            Some(value) => Compare::Value(self.outside(&key), value),
            None => Compare::Absent(self.outside(&key)),
        });
        let change = write.change.into_iter().map(|(key, value)| match value {
            Some(value) => Change::Put(self.outside(&key), value),
            None => Change::Delete(self.outside(&key)),
        });
        // The request was sent. Therefore, if there is no answer, the outcome is unknown.
        let held = self.server.transact(compare.collect(), change.collect()).await.map_err(EngineError::unknown)?;
        Ok(if held { Outcome::Applied } else { Outcome::Conflict })
    }

    // A real adapter also implements `pause`, which sleeps for a random time that grows with the number of conflicts.
}

async fn run() -> Result<(), Box<dyn Error>> {
    let server = Arc::new(Server::default());
    let store = KvStore::open(OwnEngine { server: Arc::clone(&server), prefix: b"tokens/" }).await?;
    let ann = Account::new(SubjectId::new("7")?, "ann", Role::Member);
    let people = Arc::new(MemoryDirectory::default());
    people.insert(ann.clone(), &["ann"], "a password");
    let counterfoil =
        Counterfoil::builder().store(store).directory(people).key_ring(KeyRing::generate_from_system()?).build()?;
    let session = counterfoil.open_session_for(&ann).await?;
    let principal = counterfoil.verify_session(session.token.expose_secret()).await?;
    println!("{} is signed in; the server holds:", principal.name());
    for (key, value) in server.range(b"", b"\xff", 100).await? {
        println!("  {:<70} {} bytes", key.escape_ascii().to_string(), value.len());
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    futures_executor::block_on(run()) // any executor works, because the library depends on none
}
