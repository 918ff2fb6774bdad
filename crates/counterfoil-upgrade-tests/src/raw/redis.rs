//! Dumps and restores the keys of Redis and Valkey. A dump has one line for each key: the command that writes the key.
//! Special characters in it are escaped.

use std::collections::BTreeSet;

use counterfoil_redis::redis::{Client, Cmd, Connection, FromRedisValue, Value, cmd};

/// Connections to a server, or to every node of a cluster, and the prefix of the keys there.
pub(crate) struct Nodes {
    connections: Vec<Connection>,
    prefix: String,
}

/// The prefix of the keys in a dump. A restore replaces it by the prefix of the database.
const PREFIX: &str = "counterfoil";

impl Nodes {
    pub(crate) fn connect(urls: &[String], prefix: &str) -> Self {
        let connect = |url: &String| Client::open(url.as_str()).and_then(|client| client.get_connection());
        let connections = urls.iter().map(|url| connect(url).expect("a connection")).collect();
        Self { connections, prefix: prefix.to_owned() }
    }

    /// Sends a command to one node after the other, and returns the first answer that is not an error. Only the node
    /// that has the key answers; the others return an error that names that node.
    fn ask<T: FromRedisValue>(&mut self, command: &Cmd) -> T {
        let answer = self.connections.iter_mut().find_map(|node| command.query(node).ok());
        answer.unwrap_or_else(|| panic!("no node answers {:?}", command.get_packed_command()))
    }

    /// Returns the commands that write every key, in the order of the keys.
    pub(crate) fn dump(&mut self) -> Vec<String> {
        let mut all = cmd("KEYS");
        all.arg(format!("{}:*", self.prefix));
        let keys = self.connections.iter_mut().flat_map(|node| all.query::<Vec<Vec<u8>>>(node).expect("keys"));
        let keys: BTreeSet<_> = keys.collect();
        keys.iter().map(|key| self.command(key)).collect()
    }

    /// Runs the commands of a dump. Replaces the prefix of each key in the dump by the prefix of these nodes.
    pub(crate) fn restore(&mut self, text: &str) {
        for line in text.lines() {
            let mut words = line.split(' ');
            let mut command = cmd(words.next().expect("a command"));
            let key = unescaped(words.next().expect("a key"));
            let rest = key.strip_prefix(PREFIX.as_bytes()).expect("the prefix");
            command.arg([self.prefix.as_bytes(), rest].concat());
            words.for_each(|word| {
                command.arg(unescaped(word));
            });
            let _written: Value = self.ask(&command);
        }
    }
}

/// Escapes bytes as text. A percent sign, and each byte that is not a visible ASCII character, becomes a percent sign
/// and two hex digits.
fn escaped(bytes: &[u8]) -> String {
    let letter = |byte: &u8| match byte.is_ascii_graphic() && *byte != b'%' {
        true => char::from(*byte).to_string(),
        false => format!("%{byte:02x}"),
    };
    bytes.iter().map(letter).collect()
}

fn unescaped(word: &str) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::new(), word.as_bytes());
    while let [first, behind @ ..] = rest {
        rest = behind;
        bytes.push(if *first == b'%' {
            let (digits, behind) = behind.split_at(2);
            rest = behind;
            u8::from_str_radix(std::str::from_utf8(digits).expect("digits"), 16).expect("a byte")
        } else {
            *first
        });
    }
    bytes
}

impl Nodes {
    fn command(&mut self, key: &[u8]) -> String {
        let kind: String = self.ask(cmd("TYPE").arg(key));
        let left: i64 = self.ask(cmd("PTTL").arg(key));
        assert_eq!(left, -1, "no key has a time to live, or the dump would have to tell it");
        let (name, mut words): (&str, Vec<Vec<u8>>) = match kind.as_str() {
            "hash" => ("HSET", self.ask(cmd("HGETALL").arg(key))),
            "set" => ("SADD", self.ask(cmd("SMEMBERS").arg(key))),
            "string" => ("SET", vec![self.ask(cmd("GET").arg(key))]),
            "zset" => ("ZADD", self.ask(cmd("ZRANGE").arg(key).arg("0").arg("-1").arg("WITHSCORES"))),
            other => panic!("{other}"),
        };
        if kind == "zset" {
            words.chunks_mut(2).for_each(|pair| pair.swap(0, 1));
        }
        let size = if kind == "hash" || kind == "zset" { 2 } else { 1 };
        let mut groups: Vec<_> = words.chunks(size).map(<[Vec<u8>]>::to_vec).collect();
        groups.sort();
        let words: Vec<_> = groups.concat().iter().map(|word| escaped(word)).collect();
        format!("{name} {} {}", escaped(key), words.join(" "))
    }
}
