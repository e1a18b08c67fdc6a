//! Sessions of one user that begin and end at the same instant: nobody is listed twice, or stays
//! listed after its last session, and each coming and going is sent once.

use chat_server::Server;
use serde_json::{Value, json};

use crate::peer::{Peer, daemon};

/// Rounds of each race: each takes another way through the threads.
const ROUNDS: u32 = 50;

fn hello(token: &Value) -> String {
    json!({"type": "hello", "version": 1, "name": "bob", "token": token}).to_string()
}

/// The events about the coming and going of others that a user who is there all the time is sent.
struct Witness {
    peer: Peer,
    /// Whether bob is there, as far as it was sent.
    bob_is_here: bool,
}

impl Witness {
    async fn new(daemon: &Server, bob_is_here: bool) -> Self {
        Self { peer: Peer::native(daemon, "ana").await, bob_is_here }
    }

    /// Takes the next coming or going, which must be news.
    async fn next(&mut self) {
        let event = self.peer.next().await.unwrap();
        assert_eq!(event["user"]["name"], "bob", "{event}");
        let is_here = match event["type"].as_str() {
            Some("joined") => true,
            Some("left") => false,
            _ => panic!("{event}"),
        };
        assert_ne!(is_here, self.bob_is_here, "sent twice: {event}");
        self.bob_is_here = is_here;
    }

    /// Takes what comes until bob is there or not, and nothing more.
    async fn until(&mut self, is_here: bool) {
        loop {
            self.peer.send(r##"{"type":"who","room":"#lobby"}"##).await;
            let users = loop {
                let event = self.peer.next().await.unwrap();
                match event["type"].as_str() {
                    Some("users") => break event["users"].clone(),
                    Some("joined" | "left") => {
                        assert_ne!(event["type"] == "joined", self.bob_is_here, "twice: {event}");
                        self.bob_is_here = event["type"] == "joined";
                    }
                    _ => panic!("{event}"),
                }
            };
            let is_bob = |user: &&Value| user["name"] == "bob";
            let bobs = users.as_array().unwrap().iter().filter(is_bob).count();
            assert!(bobs <= 1, "listed twice: {users}");
            if self.bob_is_here == is_here && bobs == usize::from(is_here) {
                return;
            }
            // The list is ahead of the news, or bob is still on the way.
            self.next().await;
        }
    }
}

async fn enter(daemon: &Server, token: &Value) -> Peer {
    let mut peer = Peer::connect(daemon);
    peer.send(&hello(token)).await;
    peer.expect("welcome").await;
    peer.expect("room").await;
    peer
}

async fn a_token(daemon: &Server, witness: &mut Witness) -> Value {
    let (bob, token) = Peer::with_token(daemon, "bob").await;
    witness.next().await;
    drop(bob);
    witness.next().await;
    token
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_sessions_that_begin_and_end_at_one_instant_are_one_user() {
    let daemon = daemon();
    let mut witness = Witness::new(&daemon, false).await;
    let token = a_token(&daemon, &mut witness).await;
    for _ in 0..ROUNDS {
        let (one, other) = tokio::join!(enter(&daemon, &token), enter(&daemon, &token));
        witness.until(true).await;
        let (one, other) = (tokio::spawn(async { drop(one) }), tokio::spawn(async { drop(other) }));
        one.await.unwrap();
        other.await.unwrap();
        witness.until(false).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_session_that_begins_while_the_last_one_ends_stays() {
    let daemon = daemon();
    let mut witness = Witness::new(&daemon, false).await;
    let token = a_token(&daemon, &mut witness).await;
    let mut bob = enter(&daemon, &token).await;
    for _ in 0..ROUNDS {
        let ends = tokio::spawn(async move {
            bob.send(r#"{"type":"bye"}"#).await;
            while bob.next().await.is_some() {}
        });
        bob = enter(&daemon, &token).await;
        ends.await.unwrap();
        witness.until(true).await;
    }
    drop(bob);
    witness.until(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_new_name_asked_for_twice_at_one_instant_is_one_users() {
    let daemon = daemon();
    let mut witness = Witness::new(&daemon, false).await;
    for round in 0..ROUNDS {
        let name = format!("new{round}");
        let hello = json!({"type": "hello", "version": 1, "name": name}).to_string();
        let ask = async || {
            let mut peer = Peer::connect(&daemon);
            peer.send(&hello).await;
            let answer = peer.next().await.unwrap();
            (peer, answer)
        };
        let ((one, first), (other, second)) = tokio::join!(ask(), ask());
        let mut answers = [&first["type"], &second["type"]].map(|kind| kind.as_str().unwrap());
        answers.sort_unstable();
        assert_eq!(answers, ["refused", "welcome"]);
        assert!(first["code"] == "name_taken" || second["code"] == "name_taken");
        assert_eq!(witness.peer.expect("joined").await["user"]["name"], json!(name));
        drop((one, other));
        assert_eq!(witness.peer.expect("left").await["user"]["name"], json!(name));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_new_token_sent_twice_at_one_instant_belongs_to_one_user() {
    let daemon = daemon();
    let mut witness = Witness::new(&daemon, false).await;
    for round in 0..ROUNDS {
        let (name, token) = (format!("new{round}"), format!("{round:064x}"));
        let hello =
            json!({"type": "hello", "version": 1, "name": name, "token": token, "new": true});
        let ask = async || {
            let mut peer = Peer::connect(&daemon);
            peer.send(&hello.to_string()).await;
            let welcome = peer.expect("welcome").await;
            (peer, welcome)
        };
        let ((one, first), (other, second)) = tokio::join!(ask(), ask());
        assert_eq!(first["id"], second["id"]);
        for welcome in [&first, &second] {
            assert_eq!((&welcome["name"], &welcome["token"]), (&json!(name), &json!(token)));
        }
        assert_eq!(witness.peer.expect("joined").await["user"]["name"], json!(name));
        drop((one, other));
        assert_eq!(witness.peer.expect("left").await["user"]["name"], json!(name));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_connection_that_ends_during_its_hello_leaves_nobody() {
    let daemon = daemon();
    let mut witness = Witness::new(&daemon, false).await;
    let token = a_token(&daemon, &mut witness).await;
    for round in 0..ROUNDS {
        let mut ended = Vec::new();
        for nth in 0..4 {
            let (daemon, hello) = (daemon.clone(), hello(&token));
            ended.push(tokio::spawn(async move {
                let mut peer = Peer::connect(&daemon);
                peer.send(&hello).await;
                for _ in 0..(round + nth) % 8 {
                    tokio::task::yield_now().await;
                }
            }));
        }
        for ended in ended {
            ended.await.unwrap();
        }
    }
    // The last of them may have yet to come in: one that stays is there for longer than all.
    let bob = enter(&daemon, &token).await;
    witness.until(true).await;
    drop(bob);
    witness.until(false).await;
}
