//! Three primaries with a replica each.

use std::path::Path;
use std::process::Command;

use super::node::{Folder, Maker, NODE_TIMEOUT, Node, patiently, settings};

/// Three primaries with a replica each, in append-only mode.
#[derive(Debug)]
pub struct RedisCluster {
    nodes: Vec<Node>,
    _folder: Folder,
}

impl RedisCluster {
    /// Starts one and waits until every replica's link is up.
    ///
    /// # Panics
    ///
    /// As for [`RedisServer::start`](super::RedisServer::start), and where the six do not find together.
    #[must_use]
    pub fn start() -> Self {
        let folder = Folder::new();
        let arguments = settings(&[
            ("appendonly", "yes"),
            ("save", ""),
            ("cluster-enabled", "yes"),
            ("cluster-node-timeout", NODE_TIMEOUT),
            ("repl-diskless-sync-delay", "0"),
            ("enable-debug-command", "local"),
        ]);
        let nodes: Vec<Node> = (0..6).map(|_| Node::start(Maker::Redis, &folder.path, arguments.clone())).collect();
        let addresses = nodes.iter().map(|node| format!("127.0.0.1:{}", node.port));
        let made = Command::new("redis-cli")
            .args(["--cluster", "create"])
            .args(addresses)
            .args(["--cluster-replicas", "1", "--cluster-yes"])
            .output()
            .expect("redis-cli runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stdout));
        let cluster = Self { nodes, _folder: folder };
        cluster.settle();
        cluster
    }

    /// Where its nodes are.
    #[must_use]
    pub fn urls(&self) -> Vec<String> {
        self.nodes.iter().map(|node| format!("redis://127.0.0.1:{}", node.port)).collect()
    }

    /// How many nodes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Never.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The folder of a node.
    #[must_use]
    pub fn folder(&self, node: usize) -> &Path {
        &self.nodes[node].folder
    }

    /// What `redis-cli` prints for that node.
    ///
    /// # Panics
    ///
    /// Where it cannot be run.
    #[must_use]
    pub fn cli(&self, node: usize, arguments: &[&str]) -> String {
        self.nodes[node].cli(arguments)
    }

    /// The nodes that are primaries now.
    ///
    /// # Panics
    ///
    /// Where `redis-cli` cannot be run.
    #[must_use]
    pub fn primaries(&self) -> Vec<usize> {
        (0..self.nodes.len()).filter(|node| self.cli(*node, &["ROLE"]).starts_with("master")).collect()
    }

    /// Waits until every node agrees on a whole cluster of three primaries and every replica's link is up: before that
    /// nobody may be elected when the next one dies.
    ///
    /// # Panics
    ///
    /// Where that takes more than a minute.
    pub fn settle(&self) {
        assert!(
            patiently(|| self.is_settled()),
            "the cluster does not settle:\n{}",
            self.cli(0, &["CLUSTER", "NODES"])
        );
    }

    fn is_settled(&self) -> bool {
        let whole = |node: &Node| {
            let info = node.cli(&["CLUSTER", "INFO"]);
            let nodes = node.cli(&["CLUSTER", "NODES"]);
            info.contains("cluster_state:ok") && !nodes.contains("fail")
        };
        let (mut followed, mut linked) = (0, 0);
        for node in &self.nodes {
            let info = node.cli(&["INFO", "replication"]);
            followed += usize::from(
                info.contains("role:master") && info.contains("connected_slaves:1") && info.contains("state=online"),
            );
            linked += usize::from(info.contains("role:slave") && info.contains("master_link_status:up"));
        }
        followed == 3 && linked == 3 && self.nodes.iter().all(whole)
    }

    /// `kill -9` of a node.
    pub fn kill(&mut self, node: usize) {
        self.nodes[node].kill();
    }

    /// Starts a node again on what it kept.
    ///
    /// # Panics
    ///
    /// Where it does not come back.
    pub fn restart(&mut self, node: usize) {
        self.nodes[node].restart();
    }
}
