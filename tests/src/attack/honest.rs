//! The honest users.

use std::net::SocketAddr;
use std::time::Duration;

use chat_proto::ServerKey;
use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::native::Native;

/// Time between two messages: a busy room.
const BETWEEN: Duration = Duration::from_millis(20);

/// How the texts of Ana begin.
const MARK: &str = "honest ";

/// Two users who talk in the lobby.
pub(super) struct HonestUsers {
    ana: Native,
    bob: Native,
    /// Messages that were accepted.
    accepted: u64,
    /// Those of them that Bob did not hear next.
    unheard: usize,
}

/// The key of the server.
pub(super) async fn key(address: SocketAddr) -> ServerKey {
    let mut asks = Native::connect(address).await;
    asks.send(&json!({"type": "about"})).await;
    asks.expect("about").await["key"].as_str().unwrap().parse().unwrap()
}

/// Connects, within TLS if there is a `key`.
async fn connect(address: SocketAddr, key: Option<ServerKey>) -> Native {
    match key {
        Some(key) => Native::connect_tls(address, key).await,
        None => Native::connect(address).await,
    }
}

/// Joins as a newcomer. Returns how long it took; `None` if it is refused.
pub(super) async fn newcomer(address: SocketAddr, key: Option<ServerKey>) -> Option<Duration> {
    let began = Instant::now();
    let mut zoe = connect(address, key).await;
    zoe.send(&json!({"type": "hello", "version": 1, "name": "zoe"})).await;
    let answer = zoe.next().await?;
    (answer["type"] == "welcome").then(|| began.elapsed())
}

impl HonestUsers {
    pub(super) async fn join(address: SocketAddr, key: Option<ServerKey>) -> Self {
        let ana = connect(address, key).await.hello("ana").await;
        let bob = connect(address, key).await.hello("bob").await;
        Self { ana, bob, accepted: 0, unheard: 0 }
    }

    /// Ana says `messages` messages, one after another. Returns the time that each took until Bob had it.
    pub(super) async fn talk(&mut self, messages: u32) -> Vec<Duration> {
        let mut times = Vec::new();
        for _ in 0..messages {
            let n = self.accepted + 1;
            let text = format!("{MARK}{n}");
            let began = Instant::now();
            self.ana.say_accepted(n, &text).await;
            self.accepted = n;
            let heard = loop {
                let (author, heard) = self.bob.next_message().await;
                if author == "ana" {
                    break heard;
                }
            };
            times.push(began.elapsed());
            self.unheard += usize::from(heard != text);
            sleep(BETWEEN).await;
        }
        times
    }

    /// Ana says as many messages as she says when they talk without and then with an attack, and they leave.
    pub(super) async fn write(mut self, messages: u32) {
        for n in 1..=2 * u64::from(messages) {
            self.ana.say_accepted(n, &format!("{MARK}{n}")).await;
        }
    }

    /// Reads the room again. Returns how many accepted messages were not heard, or are not there in their order.
    pub(super) async fn lost(&mut self) -> usize {
        let mut stored = Vec::new();
        let mut before = None;
        loop {
            let mut asked = json!({"type": "history", "room": "#lobby", "limit": 200});
            if let Some(before) = before {
                asked["before"] = before;
            }
            self.bob.send(&asked).await;
            let page = self.bob.until("history").await;
            let messages = page["messages"].as_array().unwrap();
            let of_ana = messages.iter().filter(|message| message["from"]["name"] == "ana").rev();
            stored.extend(of_ana.map(|message| message["text"].as_str().unwrap().to_owned()));
            before = messages.first().map(|first| first["seq"].clone());
            if page["more"] != true || before.is_none() {
                break;
            }
        }
        let expected: Vec<_> = (1..=self.accepted).rev().map(|n| format!("{MARK}{n}")).collect();
        let wrong =
            if stored == expected { 0 } else { expected.len().abs_diff(stored.len()).max(1) };
        self.unheard + wrong
    }
}
