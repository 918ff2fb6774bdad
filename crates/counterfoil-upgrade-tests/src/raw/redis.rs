//! Redis and Valkey: one command for each key, with escaped words.

use counterfoil_redis::redis::{Client, Connection, cmd};
use counterfoil_testkit::servers::redis::RedisServer;

fn connect(server: &RedisServer) -> Connection {
    Client::open(server.url()).and_then(|client| client.get_connection()).expect("a connection")
}

/// Writes each byte that is no visible ASCII character, and each percent sign, as a percent sign and two hex digits.
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

/// Returns the commands that write every key, in the order of the keys.
pub(crate) fn dump(server: &RedisServer) -> Vec<String> {
    let conn = &mut connect(server);
    let mut keys: Vec<Vec<u8>> = cmd("KEYS").arg("*").query(conn).expect("keys");
    keys.sort();
    keys.iter().map(|key| command(conn, key)).collect()
}

fn command(conn: &mut Connection, key: &[u8]) -> String {
    let kind: String = cmd("TYPE").arg(key).query(conn).expect("a type");
    let left: i64 = cmd("PTTL").arg(key).query(conn).expect("an answer");
    assert_eq!(left, -1, "no key has a time to live, or the dump would have to tell it");
    let (name, mut words): (&str, Vec<Vec<u8>>) = match kind.as_str() {
        "hash" => ("HSET", cmd("HGETALL").arg(key).query(conn).expect("a hash")),
        "set" => ("SADD", cmd("SMEMBERS").arg(key).query(conn).expect("a set")),
        "string" => ("SET", vec![cmd("GET").arg(key).query(conn).expect("a string")]),
        "zset" => ("ZADD", cmd("ZRANGE").arg(key).arg("0").arg("-1").arg("WITHSCORES").query(conn).expect("a zset")),
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

/// Runs the commands of a dump.
pub(crate) fn restore(server: &RedisServer, text: &str) {
    let conn = &mut connect(server);
    for line in text.lines() {
        let mut words = line.split(' ');
        let mut command = cmd(words.next().expect("a command"));
        words.for_each(|word| {
            command.arg(unescaped(word));
        });
        command.exec(conn).unwrap_or_else(|error| panic!("{error}: {line}"));
    }
}
