//! One server or cluster for all tests of a binary. Each store under test has a [`Space`] of its own on the server or
//! cluster.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use counterfoil::Realm;
use counterfoil::types::{FamilyId, OwnerId, RecordId};
use counterfoil_conformance::SiblingRow;
use counterfoil_redis::redis::{self, Client, Commands as _, Connection};
use counterfoil_redis::{Options, RedisStore};
use counterfoil_testkit::servers::redis::{RedisCluster, RedisServer};

/// A Redis server. It is stopped when the process ends.
pub static SERVER: LazyLock<RedisServer> = LazyLock::new(RedisServer::start);
/// A Redis cluster. It is stopped when the process ends.
pub static CLUSTER: LazyLock<RedisCluster> = LazyLock::new(RedisCluster::start);
/// A Valkey server. It is stopped when the process ends.
pub static VALKEY: LazyLock<RedisServer> = LazyLock::new(RedisServer::start_valkey);
static SPACES: AtomicU32 = AtomicU32::new(0);

/// A server or a cluster for tests. Each store under test has a [`Space`] of its own on it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Backend {
    Single,
    Cluster,
    Valkey,
}

static SINGLE_NODES: LazyLock<Mutex<Vec<Connection>>> = LazyLock::new(|| connections(&[SERVER.url()]));
static VALKEY_NODES: LazyLock<Mutex<Vec<Connection>>> = LazyLock::new(|| connections(&[VALKEY.url()]));
static CLUSTER_NODES: LazyLock<Mutex<Vec<Connection>>> = LazyLock::new(|| connections(&CLUSTER.urls()));

fn connections(urls: &[String]) -> Mutex<Vec<Connection>> {
    let open = |url: &String| Client::open(url.as_str()).and_then(|client| client.get_connection());
    Mutex::new(urls.iter().map(|url| open(url).expect("a connection")).collect())
}

impl Backend {
    fn urls(self) -> Vec<String> {
        match self {
            Self::Single => vec![SERVER.url()],
            Self::Cluster => CLUSTER.urls(),
            Self::Valkey => vec![VALKEY.url()],
        }
    }

    /// Calls `act` with a connection to each node.
    pub fn each<T>(self, act: impl FnMut(&mut Connection) -> T) -> Vec<T> {
        let nodes = match self {
            Self::Single => &SINGLE_NODES,
            Self::Cluster => &CLUSTER_NODES,
            Self::Valkey => &VALKEY_NODES,
        };
        nodes.lock().unwrap_or_else(PoisonError::into_inner).iter_mut().map(act).collect()
    }
}

/// Returns the rules that the README lists for the server's user, in the syntax of `ACL SETUSER`.
fn told_rules() -> Vec<&'static str> {
    let rule = include_str!("../../README.md").lines().find_map(|line| line.strip_prefix("ACL SETUSER counterfoil "));
    rule.expect("the README says what a user needs").split(' ').collect()
}

/// Returns the commands that the rules of the README allow.
pub fn told_rights() -> Vec<&'static str> {
    told_rules().into_iter().filter_map(|rule| rule.strip_prefix('+')).collect()
}

/// A user of the server who can access only the keys with one prefix. The prefix is the name of the user. So each store
/// under test has keys of its own.
pub struct Space {
    backend: Backend,
    name: String,
}

impl Space {
    /// Makes an empty space. The user of the space has exactly the rights that the README lists, but only for the keys
    /// of this space.
    pub fn new(backend: Backend) -> Self {
        let name = format!("store-{}", SPACES.fetch_add(1, Ordering::Relaxed));
        let space = Self { backend, name };
        let keys = format!("~{}:*", space.name);
        let rules = told_rules();
        let rules = rules.iter().map(|rule| match *rule {
            ">password" => ">secret",
            "~counterfoil:*" => &keys,
            other => other,
        });
        space.acl(&rules.collect::<Vec<_>>());
        space
    }

    /// Changes the rights of the space's user.
    pub fn acl(&self, rules: &[&str]) {
        self.backend.each(|node| {
            let mut command = redis::cmd("ACL");
            command.arg("SETUSER").arg(&self.name).arg(rules).exec(node).expect("the user may be changed");
        });
    }

    /// The prefix of the keys in this space.
    pub fn prefix(&self) -> &str {
        &self.name
    }

    /// The URLs of the nodes. Each URL contains the name and the password of the space's user.
    pub fn urls(&self) -> Vec<String> {
        let user = format!("redis://{}:secret@", self.name);
        self.backend.urls().iter().map(|url| url.replace("redis://", &user)).collect()
    }

    pub fn options(&self) -> Options {
        Options::new().prefix(&self.name).deadline(Duration::from_secs(4))
    }

    pub async fn open(&self) -> RedisStore {
        self.open_with(self.options()).await
    }

    pub async fn open_with(&self, options: Options) -> RedisStore {
        match self.backend {
            Backend::Single | Backend::Valkey => {
                RedisStore::open(self.urls()[0].as_str(), options).await.expect("a store")
            }
            Backend::Cluster => RedisStore::open_cluster(self.urls(), options).await.expect("a store"),
        }
    }

    /// If `down` is true, closes the connections of the space's user and refuses new ones. Otherwise allows connections
    /// again.
    pub fn lock_out(&self, down: bool) {
        self.acl(&[if down { "off" } else { "on" }]);
        if down {
            self.cut();
        }
    }

    /// Closes the connections of the space's user.
    pub fn cut(&self) {
        self.backend.each(|node| {
            let _: i64 = redis::cmd("CLIENT").arg("KILL").arg("USER").arg(&self.name).query(node).expect("killed");
        });
    }

    /// Returns the Redis key of the family to which a record belongs.
    pub fn family_key(&self, id: &RecordId) -> Vec<u8> {
        self.family_key_of(&id.family())
    }

    fn family_key_of(&self, family: &FamilyId) -> Vec<u8> {
        let mut key = format!("{}:{{{:02x}}}:f:", self.name, family.shard()).into_bytes();
        key.extend_from_slice(family.as_bytes());
        key
    }

    /// Overwrites a family's row with data that does not decode. Returns false if there is no such row.
    pub fn damage_family(&self, family: &FamilyId) -> bool {
        let key = self.family_key_of(family);
        self.overwrite(&key, b"i")
    }

    /// Replaces the text `part` by `by` in a field of a family's row. Returns false if the field does not contain
    /// `part`.
    pub fn replace_in_family(&self, family: &FamilyId, field: &str, part: &str, by: &str) -> bool {
        let key = self.family_key_of(family);
        let replace = |node: &mut Connection| {
            let Ok(Some(text)) = node.hget::<_, _, Option<String>>(&key, field) else { return false };
            text.contains(part) && node.hset::<_, _, _, i64>(&key, field, text.replace(part, by)).is_ok()
        };
        self.backend.each(replace).contains(&true)
    }

    /// Overwrites the row of a client, of settings or of a counter with data that does not decode. Returns false if
    /// there is no such row.
    pub fn damage_sibling(&self, row: SiblingRow<'_>) -> bool {
        let of_realm = |letter: &str, realm: &Realm| {
            let shard = counterfoil::token::shard(realm, &OwnerId::realm());
            format!("{}:{{{shard:02x}}}:{letter}:{}", self.name, realm.as_str()).into_bytes()
        };
        match row {
            SiblingRow::Client(realm, id) => self.overwrite(&of_realm("cd", realm), id.as_str().as_bytes()),
            SiblingRow::Settings(realm) => self.overwrite(&of_realm("p", realm), b"d"),
            SiblingRow::Counter(key) => {
                let shard = key.as_bytes()[0];
                self.overwrite(format!("{}:{{{shard:02x}}}:a", self.name).as_bytes(), key.as_bytes())
            }
            SiblingRow::Alias(alias) => self.damage_alias(alias.as_bytes()),
        }
    }

    /// Replaces the entry of an alias in the index by a value that does not decode. Returns false if there is no such
    /// entry.
    fn damage_alias(&self, alias: &[u8; 32]) -> bool {
        let key = format!("{}:{{{:02x}}}:i", self.name, alias[0]);
        let damage = |node: &mut Connection| {
            let all: Vec<Vec<u8>> = node.zrangebylex(&key, "-", "+").unwrap_or_default();
            let Some(member) = all.iter().find(|member| member.starts_with(alias)) else { return false };
            let removed = node.zrem::<_, _, i64>(&key, member).is_ok();
            removed && node.zadd::<_, _, _, i64>(&key, [alias.as_slice(), b"x"].concat(), 0).is_ok()
        };
        self.backend.each(damage).contains(&true)
    }

    /// Overwrites an existing field with a value that does not decode. Returns false if there is no such field.
    fn overwrite(&self, key: &[u8], field: &[u8]) -> bool {
        let there = |node: &mut Connection| node.hexists::<_, _, bool>(key, field).unwrap_or(false);
        let damage = |node: &mut Connection| there(node) && node.hset::<_, _, _, i64>(key, field, "x").is_ok();
        self.backend.each(damage).contains(&true)
    }

    /// Overwrites a record with data that does not decode. Returns false if there is no such record.
    pub fn damage(&self, id: &RecordId) -> bool {
        self.overwrite(&self.family_key(id), &[&b"b"[..], &id.member()].concat())
    }
}
