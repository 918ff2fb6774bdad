//! Sends requests: calls scripts by their hash, sends reads in pipelines, and reads an index shard by shard.

use std::collections::BTreeMap;

use counterfoil::Timestamp;
use counterfoil::store::{StoreError, TokenRecord};
use counterfoil::types::{FamilyId, RecordId};
use futures_util::future::join_all;
use redis::{Cmd, Pipeline, Value};

use crate::error::{Silence, is_unknown_script, silent};
use crate::keys::Key;
use crate::row::{self, Bytes, FAMILY_FIELDS, MEMBER_FIELDS};
use crate::scripts::Script;
use crate::shared_connection::Does;
use crate::store::RedisStore;

/// The number of shards that are read at the same time. With a higher number, long reads would be faster. But if the
/// first shard alone fills a page, the reads of the other shards are wasted. A higher number would waste more reads.
pub(crate) const ABREAST: usize = 64;
/// The maximum number of times that one call runs its script. A script must run again if other callers changed the
/// state that it depends on.
pub(crate) const TURNS: u32 = 16;

/// A script's answer. It consists of a word that names the outcome, and of values.
pub(crate) struct Answer {
    pub(crate) word: String,
    pub(crate) rest: Vec<Value>,
}

impl Answer {
    /// Decodes the record in this answer. The first value of the answer contains its fields.
    pub(crate) fn record(&self, id: &RecordId) -> Result<TokenRecord, StoreError> {
        let fields = if let Some(Value::Array(fields)) = self.rest.first() { fields.as_slice() } else { &[] };
        row::record(id, fields)?.ok_or_else(|| shape("record"))
    }

    /// Decodes the id in this answer, which is the first value of the answer.
    pub(crate) fn id<const N: usize>(&self) -> Result<[u8; N], StoreError> {
        let bytes = self.rest.first().and_then(row::bytes).and_then(|bytes| bytes.try_into().ok());
        bytes.ok_or_else(|| shape("id"))
    }

    /// Decodes the family ids in this answer. The first value of the answer contains them, one after another.
    pub(crate) fn families(&self) -> Result<Vec<FamilyId>, StoreError> {
        let (families, []) = self.rest.first().and_then(row::bytes).unwrap_or_default().as_chunks::<10>() else {
            return Err(shape("families"));
        };
        Ok(families.iter().copied().map(FamilyId::from_bytes).collect())
    }

    /// Decodes the instant in this answer, which is the first value of the answer.
    pub(crate) fn instant(&self) -> Result<Timestamp, StoreError> {
        row::end_of(&self.id::<16>()?)
    }

    /// Returns the error for an answer with an outcome that the caller does not expect. Never returns `Ok`.
    pub(crate) fn unknown<T>(&self, op: &'static str) -> Result<T, StoreError> {
        Err(shape(op))
    }
}

/// Returns the error for an answer of the server that this crate cannot decode.
pub(crate) fn shape(op: &'static str) -> StoreError {
    StoreError::Unavailable { op, retry: false, maybe_done: true, source: Some(Box::new(Silence::Shape)) }
}

/// Returns the error for a call that ran its script the maximum number of times. Each time, other callers had changed
/// the state on which the script depends. Nothing was written. The caller can repeat the call.
pub(crate) fn lost(op: &'static str) -> StoreError {
    silent(op, false, Silence::Lost)
}

/// Makes a list of script arguments. Each argument is converted to bytes.
macro_rules! args {
    ($($arg:expr),* $(,)?) => {
        vec![$($crate::row::Bytes::from(&$arg[..])),*]
    };
}
pub(crate) use args;

fn invocation(command: &'static str, script: &str, keys: &[Key], arguments: &[Bytes]) -> Cmd {
    let size = keys.iter().chain(arguments).map(Vec::len).sum::<usize>() + script.len() + 16;
    let mut invocation = Cmd::with_capacity(3 + keys.len() + arguments.len(), size);
    invocation.arg(command).arg(script).arg(keys.len()).arg(keys).arg(arguments);
    invocation
}

impl RedisStore {
    /// Runs a script by its hash. If the server does not have this script, for example after a restart, a flush or a
    /// fail-over, the text of the script is sent.
    pub(crate) async fn script(
        &self,
        op: &'static str,
        script: &Script,
        keys: &[Key],
        arguments: &[Bytes],
    ) -> Result<Value, StoreError> {
        self.script_that(op, Does::Write, script, keys, arguments).await
    }

    /// Runs a script. `does` says whether the script writes.
    pub(crate) async fn script_that(
        &self,
        op: &'static str,
        does: Does,
        script: &Script,
        keys: &[Key],
        arguments: &[Bytes],
    ) -> Result<Value, StoreError> {
        let by_hash = invocation("EVALSHA", script.hash(), keys, arguments);
        match self.connection().try_command(op, does, &by_hash).await? {
            Err(error) if is_unknown_script(&error) => {
                let by_text = invocation("EVAL", script.text, keys, arguments);
                self.connection().command(op, does, &by_text).await
            }
            answer => answer.map_err(|error| self.connection().failure(op, does, error)),
        }
    }

    /// Runs a script that writes. If the store is configured to wait for replicas, this function waits for them.
    pub(crate) async fn waited(
        &self,
        op: &'static str,
        script: &Script,
        shard: u8,
        keys: &[Key],
        arguments: &[Bytes],
    ) -> Result<Value, StoreError> {
        let Some(wait_pool) = self.wait_pool() else { return self.script(op, script, keys, arguments).await };
        let (barrier, shared) = (self.keys().barrier(shard), self.connection());
        let by_hash = invocation("EVALSHA", script.hash(), keys, arguments);
        let answer = match wait_pool.command(op, shared, &barrier, &by_hash).await? {
            Err(error) if is_unknown_script(&error) => {
                let by_text = invocation("EVAL", script.text, keys, arguments);
                wait_pool.command(op, shared, &barrier, &by_text).await?
            }
            answer => answer,
        };
        answer.map_err(|error| shared.failure(op, Does::Write, error))
    }

    /// Decodes the answer of a script: a word that names the outcome, and the values after it.
    pub(crate) fn answer(op: &'static str, value: Value) -> Result<Answer, StoreError> {
        let Value::Array(values) = value else { return Err(shape(op)) };
        let mut values = values.into_iter();
        let word = values.next().as_ref().and_then(row::bytes).map(|word| String::from_utf8_lossy(word).into_owned());
        Ok(Answer { word: word.ok_or_else(|| shape(op))?, rest: values.collect() })
    }

    /// Decodes the answer of a script that returns only a number.
    pub(crate) fn count(op: &'static str, value: &Value) -> Result<u64, StoreError> {
        let Value::Int(count) = value else { return Err(shape(op)) };
        u64::try_from(*count).map_err(|_| shape(op))
    }

    /// Returns the command that reads one record.
    fn look(&self, id: &RecordId) -> Cmd {
        let (key, member) = (self.keys().family(&id.family()), id.member());
        let mut command = Cmd::with_capacity(2 + FAMILY_FIELDS.len() + MEMBER_FIELDS.len(), key.len() + 96);
        command.arg("HMGET").arg(&key);
        for field in FAMILY_FIELDS {
            command.arg(field.as_slice());
        }
        for letter in MEMBER_FIELDS {
            let mut field = [letter; 7];
            if let Some(name) = field.get_mut(1..) {
                name.copy_from_slice(&member);
            }
            command.arg(field.as_slice());
        }
        command
    }

    /// Reads one record together with the data of its family. Both are in one hash of Redis, so one command reads them.
    pub(crate) async fn pair(&self, op: &'static str, id: &RecordId) -> Result<Option<TokenRecord>, StoreError> {
        match self.connection().command(op, Does::Read, &self.look(id)).await? {
            Value::Array(fields) => row::record(id, &fields),
            _ => Err(shape(op)),
        }
    }

    /// Reads many records. If one record does not decode, the other records are still returned.
    pub(crate) async fn pairs(
        &self,
        op: &'static str,
        ids: &[RecordId],
    ) -> Result<Vec<Result<Option<TokenRecord>, StoreError>>, StoreError> {
        let mut shards: BTreeMap<u8, (Vec<usize>, Vec<Cmd>)> = BTreeMap::new();
        for (index, id) in ids.iter().enumerate() {
            let (indexes, commands) = shards.entry(id.shard()).or_default();
            indexes.push(index);
            commands.push(self.look(id));
        }
        let (indexes, groups): (Vec<_>, Vec<_>) = shards.into_values().unzip();
        let mut found: Vec<_> = ids.iter().map(|_| Ok(None)).collect();
        for (indexes, answers) in indexes.into_iter().zip(self.groups(op, groups).await?) {
            for (index, answer) in indexes.into_iter().zip(answers) {
                if let (Some(found), Some(id), Value::Array(fields)) = (found.get_mut(index), ids.get(index), answer) {
                    *found = row::record(id, &fields);
                }
            }
        }
        Ok(found)
    }

    /// Sends groups of reads. Returns the answers of each group, in the order of its commands. All keys of one group
    /// are in one slot. A single node receives one pipeline for all groups. A cluster receives one pipeline for each
    /// group.
    pub(crate) async fn groups(&self, op: &'static str, groups: Vec<Vec<Cmd>>) -> Result<Vec<Vec<Value>>, StoreError> {
        let lengths: Vec<usize> = groups.iter().map(Vec::len).collect();
        if lengths.iter().sum::<usize>() == 0 {
            return Ok(lengths.iter().map(|_| Vec::new()).collect());
        }
        let pipelines: Vec<Pipeline> = if self.connection().connector().is_cluster() {
            groups.into_iter().map(pipeline).collect()
        } else {
            vec![pipeline(groups.into_iter().flatten().collect())]
        };
        let mut all = Vec::new();
        for abreast in pipelines.chunks(ABREAST) {
            let answers = join_all(abreast.iter().map(|pipeline| async move {
                if pipeline.is_empty() { Ok(Vec::new()) } else { self.connection().reads(op, pipeline).await }
            }));
            for answers in answers.await {
                all.extend(answers?);
            }
        }
        let mut all = all.into_iter();
        Ok(lengths.into_iter().map(|length| all.by_ref().take(length).collect()).collect())
    }

    /// Reads an index shard by shard, beginning with shard `first`. Returns at most `most` members. `look` makes the
    /// command that reads the index of one shard.
    pub(crate) async fn walk(
        &self,
        op: &'static str,
        first: u8,
        most: usize,
        look: impl Fn(u8) -> Cmd + Send + Sync,
    ) -> Result<Vec<Bytes>, StoreError> {
        let mut found = Vec::new();
        let shards: Vec<u8> = (first..=u8::MAX).collect();
        for abreast in shards.chunks(ABREAST) {
            let groups = abreast.iter().map(|shard| vec![look(*shard)]).collect();
            for answer in self.groups(op, groups).await?.into_iter().flatten() {
                found.extend(members(answer));
            }
            if found.len() >= most {
                found.truncate(most);
                break;
            }
        }
        Ok(found)
    }
}

fn pipeline(commands: Vec<Cmd>) -> Pipeline {
    let mut pipeline = Pipeline::with_capacity(commands.len());
    for command in commands {
        pipeline.add_command(command);
    }
    pipeline
}

/// Returns the members of an index from the server's answer to a range command.
pub(crate) fn members(answer: Value) -> Vec<Bytes> {
    let Value::Array(members) = answer else { return Vec::new() };
    members
        .into_iter()
        .filter_map(|member| if let Value::BulkString(member) = member { Some(member) } else { None })
        .collect()
}
