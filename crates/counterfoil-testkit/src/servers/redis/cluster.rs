//! A Redis cluster of three primaries with one replica each.

use std::path::Path;
use std::process::Command;

use super::node::{Folder, Maker, NODE_TIMEOUT, Node, patiently, settings};

/// A cluster of three primaries with one replica each, in append-only mode.
#[derive(Debug)]
pub struct RedisCluster {
    nodes: Vec<Node>,
    _folder: Folder,
}

impl RedisCluster {
    /// Starts a cluster and waits until every replica is connected.
    ///
    /// # Panics
    ///
    /// For the same reasons as [`RedisServer::start`](super::RedisServer::start), or if the six nodes do not form a
    /// cluster.
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

    /// The URLs of the nodes.
    #[must_use]
    pub fn urls(&self) -> Vec<String> {
        self.nodes.iter().map(|node| format!("redis://127.0.0.1:{}", node.port)).collect()
    }

    /// The number of nodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Always false. This method exists because there is a method `len`.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The folder that contains a node's data and its `log`.
    #[must_use]
    pub fn folder(&self, node: usize) -> &Path {
        &self.nodes[node].folder
    }

    /// Runs `redis-cli` on one node and returns its output.
    ///
    /// # Panics
    ///
    /// If `redis-cli` cannot be run.
    #[must_use]
    pub fn cli(&self, node: usize, arguments: &[&str]) -> String {
        self.nodes[node].cli(arguments)
    }

    /// The numbers of the nodes that are primaries now.
    ///
    /// # Panics
    ///
    /// If `redis-cli` cannot be run.
    #[must_use]
    pub fn primaries(&self) -> Vec<usize> {
        (0..self.nodes.len()).filter(|node| self.cli(*node, &["ROLE"]).starts_with("master")).collect()
    }

    /// Waits until all nodes agree on a complete cluster of three primaries, and every replica is connected. If a
    /// primary died before that, the cluster might not elect a replica in its place.
    ///
    /// # Panics
    ///
    /// If the cluster is not complete after a minute.
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

    /// Kills a node with `kill -9`.
    pub fn kill(&mut self, node: usize) {
        self.nodes[node].kill();
    }

    /// Starts a node again with its stored data.
    ///
    /// # Panics
    ///
    /// If the node does not start again.
    pub fn restart(&mut self, node: usize) {
        self.nodes[node].restart();
    }
}
