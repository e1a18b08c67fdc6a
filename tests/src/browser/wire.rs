//! The Chrome DevTools Protocol: commands with numbers, their results, and events.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::DEADLINE;

/// A connection to a browser. Its clones use the same one.
#[derive(Debug, Clone)]
pub(super) struct Wire {
    commands: Arc<tokio::sync::Mutex<SplitSink<WebSocketStream<TcpStream>, Message>>>,
    last: Arc<AtomicU64>,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug, Default)]
struct Shared {
    /// The tasks that wait for the result of a command.
    waiting: HashMap<u64, oneshot::Sender<Value>>,
    /// All events so far; a test is short.
    events: Vec<Value>,
}

impl Wire {
    /// Connects to a browser that listens at this `ws://` address.
    pub(super) async fn connect(address: &str) -> Self {
        let host = address.trim_start_matches("ws://").split('/').next().unwrap();
        let stream = TcpStream::connect(host).await.unwrap();
        let (socket, _) = tokio_tungstenite::client_async(address, stream).await.unwrap();
        let (commands, results) = socket.split();
        let shared = Arc::<Mutex<Shared>>::default();
        tokio::spawn(read(results, shared.clone()));
        Self { commands: Arc::new(commands.into()), last: Arc::default(), shared }
    }

    /// Sends a command, to the browser or in the session of a page. Returns its result.
    ///
    /// # Panics
    /// Panics if the browser refuses it, or does not answer.
    pub(super) async fn call(&self, session: Option<&str>, method: &str, params: Value) -> Value {
        let id = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let mut command = json!({"id": id, "method": method, "params": params});
        if let Some(session) = session {
            command["sessionId"] = session.into();
        }
        let (sender, answer) = oneshot::channel();
        self.shared.lock().unwrap().waiting.insert(id, sender);
        self.commands.lock().await.send(Message::text(command.to_string())).await.unwrap();
        let answer = timeout(DEADLINE, answer).await;
        let mut answer =
            answer.unwrap_or_else(|_| panic!("no answer: {command}")).expect("the browser runs");
        assert!(answer["error"].is_null(), "{}: {command}", answer["error"]);
        answer["result"].take()
    }

    /// The events in the session of a page so far.
    pub(super) fn events(&self, session: &str) -> Vec<Value> {
        let shared = self.shared.lock().unwrap();
        shared.events.iter().filter(|event| event["sessionId"] == session).cloned().collect()
    }
}

async fn read(mut results: SplitStream<WebSocketStream<TcpStream>>, shared: Arc<Mutex<Shared>>) {
    while let Some(Ok(message)) = results.next().await {
        let Ok(text) = message.to_text() else { continue };
        let Ok(value) = serde_json::from_str::<Value>(text) else { continue };
        let mut shared = shared.lock().unwrap();
        match value["id"].as_u64() {
            Some(id) => {
                if let Some(waiting) = shared.waiting.remove(&id) {
                    let _ = waiting.send(value);
                }
            }
            None => shared.events.push(value),
        }
    }
    // Drops the senders of all who wait, which tells them that the browser has ended.
    shared.lock().unwrap().waiting.clear();
}
