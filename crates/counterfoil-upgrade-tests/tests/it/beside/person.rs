//! The requests of one person, and the model: the credentials that the person must have after these requests.

use std::collections::BTreeSet;
use std::sync::Arc;

use counterfoil_conformance::dice::Dice;
use reqwest::Method;
use serde_json::{Value, json};

use super::node::Node;

pub(crate) type Nodes = Vec<Arc<Node>>;

/// The largest number of tokens, of sign-ins and of security codes that a person has at the same time. With so few
/// credentials, a person reaches no limit of the policy.
const LIVE: usize = 30;

struct Token {
    id: String,
    text: String,
}

struct SignIn {
    reuses: bool,
    access: String,
    refresh: String,
    /// The refresh token that the last refresh replaced. It may be sent again within 30 s.
    parent: Option<String>,
}

/// A person, and the model of the person's credentials.
pub(crate) struct Person {
    dice: Dice,
    name: &'static str,
    password: &'static str,
    session: String,
    tokens: Vec<Token>,
    sign_ins: Vec<SignIn>,
    /// The security codes that are live. Only the person [`SUPER`] makes security codes.
    codes: Vec<Token>,
    /// The texts of ended credentials. No node may accept them.
    dead: Vec<String>,
    labels: u32,
    counts: Counts,
}

/// How often each operation was made, in the order of [`OPERATIONS`].
pub(crate) type Counts = [u32; 9];

/// The names of the operations that a person makes.
pub(crate) const OPERATIONS: [&str; 9] =
    ["issue", "rotate", "delete", "sign in", "refresh", "revoke", "verify", "list", "code"];

/// The person who makes security codes.
const SUPER: &str = "super@example.com";

fn text(answer: &Value, name: &str) -> String {
    answer[name].as_str().unwrap_or_else(|| panic!("no {name}: {answer}")).to_owned()
}

impl Person {
    pub(crate) async fn sign_in(seed: u64, name: &'static str, password: &'static str, node: &Node) -> Self {
        let (tokens, sign_ins, codes, dead) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (dice, session, counts) = (Dice::new(seed), String::new(), [0; 9]);
        let mut person = Self { dice, name, password, session, tokens, sign_ins, codes, dead, labels: 0, counts };
        person.session = person.opened(node, true).await.access;
        person
    }

    /// How often each operation was made.
    pub(crate) const fn counts(&self) -> Counts {
        self.counts
    }

    fn below(&mut self, count: usize) -> usize {
        let below = self.dice.below(count.try_into().expect("a small number"));
        usize::try_from(below).expect("a small number")
    }

    /// Makes a random operation on a random node.
    pub(crate) async fn step(&mut self, nodes: &Nodes) {
        let at = self.below(nodes.len());
        let (node, other) = (&nodes[at], &nodes[(at + 1) % nodes.len()]);
        let operation = match (self.below(12), self.tokens.len(), self.sign_ins.len()) {
            (0 | 1, ..LIVE, _) => 0,
            (0..=2, 1.., _) => 1,
            (3, 1.., _) => 2,
            (4 | 5, _, ..LIVE) => 3,
            (4..=6, _, 1..) => 4,
            (7, _, 1..) => 5,
            (8, ..) => 7,
            (9, ..) if self.name == SUPER => 8,
            _ => 6,
        };
        self.counts[operation] += 1;
        match operation {
            0 => self.issue(node).await,
            1 => self.rotate(node, other).await,
            2 => self.delete(node).await,
            3 => {
                let reuses = self.below(2) == 0;
                let opened = self.opened(node, reuses).await;
                self.sign_ins.push(opened);
            }
            4 => self.refresh(node, other).await,
            5 => self.revoke(node, other).await,
            7 => self.listed(node).await,
            8 => self.code(node, other).await,
            _ => self.verify(node).await,
        }
    }

    async fn issue(&mut self, node: &Node) {
        self.labels += 1;
        let body = json!({"label": format!("number {}", self.labels), "expires_in_days": 30});
        let (status, answer) = node.call(Method::POST, "me/tokens", &self.session, Some(body)).await;
        assert_eq!(status, 201, "{answer}");
        self.tokens.push(Token { id: text(&answer, "id"), text: text(&answer, "token") });
    }

    async fn rotate(&mut self, node: &Node, other: &Node) {
        let at = self.below(self.tokens.len());
        let path = format!("me/tokens/{}/rotate", self.tokens[at].id);
        let (status, answer) = node.call(Method::POST, &path, &self.session, Some(json!({}))).await;
        assert_eq!(status, 201, "{answer}");
        let new = Token { id: text(&answer, "id"), text: text(&answer, "token") };
        let old = std::mem::replace(&mut self.tokens[at], new);
        assert!(other.accepts(&self.tokens[at].text).await && !other.accepts(&old.text).await);
        self.dead.push(old.text);
    }

    async fn delete(&mut self, node: &Node) {
        let at = self.below(self.tokens.len());
        let token = self.tokens.swap_remove(at);
        let (status, answer) = node.call(Method::DELETE, &format!("me/tokens/{}", token.id), &self.session, None).await;
        assert_eq!(status, 204, "{answer}");
        self.dead.push(token.text);
    }

    async fn opened(&self, node: &Node, reuses: bool) -> SignIn {
        let fields = [("grant_type", "password"), ("username", self.name), ("password", self.password)];
        let (status, answer) = node.form("/token", reuses, &fields).await;
        assert_eq!(status, 200, "{answer}");
        SignIn { reuses, access: text(&answer, "access_token"), refresh: text(&answer, "refresh_token"), parent: None }
    }

    /// Refreshes a sign-in. In about half of the calls, the other node then gets the same request again, as after a
    /// lost answer.
    async fn refresh(&mut self, node: &Node, other: &Node) {
        let (at, repeats) = (self.below(self.sign_ins.len()), self.below(2) == 0);
        let sign_in = &mut self.sign_ins[at];
        let (status, answer) = refreshed(node, sign_in.reuses, &sign_in.refresh).await;
        assert_eq!(status, 200, "{answer}");
        let (access, refresh) = (text(&answer, "access_token"), text(&answer, "refresh_token"));
        assert_eq!(refresh == sign_in.refresh, sign_in.reuses);
        if repeats {
            let (status, again) = refreshed(other, sign_in.reuses, &sign_in.refresh).await;
            assert_eq!((status, &text(&again, "refresh_token")), (200, &refresh), "{again}");
            assert!(node.accepts(&text(&again, "access_token")).await);
        }
        if !sign_in.reuses {
            sign_in.parent = Some(sign_in.refresh.clone());
        }
        (sign_in.access, sign_in.refresh) = (access, refresh);
    }

    /// Ends a sign-in. If the model has a replaced refresh token of the sign-in, refreshes once more and then presents
    /// the replaced token. This replay ends the sign-in. Otherwise revokes the sign-in.
    async fn revoke(&mut self, node: &Node, other: &Node) {
        let at = self.below(self.sign_ins.len());
        let mut ended = self.sign_ins.swap_remove(at);
        if let Some(parent) = ended.parent.take() {
            let (status, answer) = refreshed(other, false, &ended.refresh).await;
            assert_eq!(status, 200, "{answer}");
            ended.access = text(&answer, "access_token");
            assert_eq!(refreshed(node, false, &parent).await.0, 400, "a replay");
        } else {
            let (status, answer) = node.form("/revoke", ended.reuses, &[("token", &ended.refresh)]).await;
            assert_eq!(status, 200, "{answer}");
        }
        assert_eq!(refreshed(other, ended.reuses, &ended.refresh).await.0, 400);
        self.dead.push(ended.access);
    }

    /// Makes a security code on `node`, or deletes one. After a deletion, `other` must refuse the code too.
    async fn code(&mut self, node: &Node, other: &Node) {
        if self.codes.is_empty() || self.codes.len() < LIVE && self.below(2) == 0 {
            let body = json!({"access": "same_as_user", "user": "ivan", "description": "of the load"});
            let (status, answer) = node.call(Method::POST, "security-codes", &self.session, Some(body)).await;
            assert_eq!(status, 201, "{answer}");
            self.codes.push(Token { id: text(&answer, "id"), text: text(&answer, "code") });
        } else {
            let at = self.below(self.codes.len());
            let code = self.codes.swap_remove(at);
            let path = format!("security-codes/{}", code.id);
            let (status, answer) = node.call(Method::DELETE, &path, &self.session, None).await;
            assert!(status == 204 && !other.accepts(&code.text).await, "{answer}");
            self.dead.push(code.text);
        }
    }

    async fn verify(&mut self, node: &Node) {
        let count = self.tokens.len() + self.sign_ins.len() + self.codes.len() + self.dead.len();
        let at = self.below(count.max(1));
        let live = self.tokens.iter().chain(&self.codes).map(|token| &token.text);
        let live = live.chain(self.sign_ins.iter().map(|sign_in| &sign_in.access));
        let all = live.map(|text| (text, true)).chain(self.dead.iter().map(|text| (text, false)));
        if let Some((text, is_live)) = all.into_iter().nth(at) {
            assert_eq!(node.accepts(text).await, is_live);
        }
    }

    /// Checks that a node lists exactly the live tokens of the model. For [`SUPER`], also checks the security codes.
    async fn listed(&self, node: &Node) {
        assert_eq!(self.ids(node, "me/tokens").await, self.tokens.iter().map(|token| token.id.clone()).collect());
        if self.name == SUPER {
            assert_eq!(self.ids(node, "security-codes").await, self.codes.iter().map(|code| code.id.clone()).collect());
        }
    }

    async fn ids(&self, node: &Node, list: &str) -> BTreeSet<String> {
        let (status, page) = node.call(Method::GET, &format!("{list}?limit=100"), &self.session, None).await;
        assert!(status == 200 && page["next"].is_null(), "{page}");
        page["items"].as_array().expect("a list").iter().map(|item| text(item, "id")).collect()
    }

    /// Checks that the lists of a node match the model, and that the node accepts the live credentials of the model and
    /// none of the ended ones.
    pub(crate) async fn compare(&self, node: &Node) {
        self.listed(node).await;
        for token in self.tokens.iter().chain(&self.codes) {
            assert!(node.accepts(&token.text).await, "{} of {}", token.id, self.name);
        }
        for sign_in in &self.sign_ins {
            assert!(node.accepts(&sign_in.access).await, "a sign-in of {}", self.name);
        }
        for text in &self.dead {
            assert!(!node.accepts(text).await, "a credential of {} that was ended is accepted", self.name);
        }
    }
}

async fn refreshed(node: &Node, reuses: bool, refresh: &str) -> (u16, Value) {
    node.form("/token", reuses, &[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await
}
