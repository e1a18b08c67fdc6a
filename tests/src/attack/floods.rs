//! Floods of commands, as a user sends them, but without end.

use std::io;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::enemy::Enemy;

/// Sessions of a flood.
const SESSIONS: u64 = 8;

/// Sessions that read nothing.
const SLOW_READERS: u64 = 50;

/// Bytes of a text, as long as it may be.
const TEXT_BYTES: usize = 16 * 1024;

/// New users, each of whom goes at once.
pub(super) async fn names(enemy: Enemy) {
    greet(enemy, |number| json!({"type": "hello", "version": 1, "name": format!("name{number}")}))
        .await;
}

/// Guessed tokens.
pub(super) async fn tokens(enemy: Enemy) {
    greet(
        enemy,
        |number| json!({"type": "hello", "version": 1, "token": format!("{number:032x}")}),
    )
    .await;
}

pub(super) fn rename(number: u64) -> Value {
    json!({"type": "rename", "name": format!("other{number}")})
}

pub(super) fn room(number: u64) -> Value {
    json!({"type": "join", "room": format!("#room{number}")})
}

pub(super) fn text(number: u64) -> Value {
    json!({"type": "say", "room": "#lobby", "n": number + 1, "text": "x".repeat(TEXT_BYTES)})
}

pub(super) fn history(_: u64) -> Value {
    json!({"type": "history", "room": "#lobby", "limit": 200})
}

pub(super) fn search(number: u64) -> Value {
    json!({"type": "search", "query": format!("honest -{number} h* x"), "limit": 20})
}

/// Sends commands with a few sessions, by the number of the command, and reads the answers.
pub(super) async fn flood(enemy: Enemy, command: fn(u64) -> Value) {
    sessions(SESSIONS, enemy, move |enemy, stream| async move {
        let (mut from, mut to) = stream.into_split();
        let mut answers = JoinSet::new();
        answers.spawn(async move {
            let mut bytes = vec![0; TEXT_BYTES];
            while from.read(&mut bytes).await.is_ok_and(|read| read > 0) {}
        });
        loop {
            let number = enemy.try_again().await;
            to.write_all(format!("{}\n", command(number)).as_bytes()).await?;
        }
    })
    .await;
}

/// Sessions that ask for history, and read nothing.
pub(super) async fn slow_readers(enemy: Enemy) {
    sessions(SLOW_READERS, enemy, |enemy, mut stream| async move {
        loop {
            enemy.try_again().await;
            stream.write_all(format!("{}\n", history(0)).as_bytes()).await?;
        }
    })
    .await;
}

/// Greets with a new connection each, and waits for the answer.
async fn greet(enemy: Enemy, hello: fn(u64) -> Value) {
    let mut tasks = JoinSet::new();
    for _ in 0..SESSIONS {
        let enemy = enemy.clone();
        tasks.spawn(async move {
            loop {
                let number = enemy.try_again().await;
                let _ = one(&enemy, &hello(number)).await;
            }
        });
    }
    tasks.join_all().await;
}

/// Connects and greets. Returns the connection after the beginning of the answer.
async fn one(enemy: &Enemy, hello: &Value) -> io::Result<TcpStream> {
    let mut stream = enemy.connect().await?;
    stream.write_all(format!("{hello}\n").as_bytes()).await?;
    stream.read_exact(&mut [0; 64]).await?;
    Ok(stream)
}

/// Keeps a number of sessions, each of which goes on with `each` until it fails.
async fn sessions<F>(
    count: u64,
    enemy: Enemy,
    each: impl Fn(Enemy, TcpStream) -> F + Clone + Send + 'static,
) where
    F: Future<Output = io::Result<()>> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    for _ in 0..count {
        let (enemy, each) = (enemy.clone(), each.clone());
        tasks.spawn(async move {
            loop {
                let number = enemy.try_again().await;
                let hello =
                    json!({"type": "hello", "version": 1, "name": format!("enemy{number}")});
                if let Ok(stream) = one(&enemy, &hello).await {
                    let _ = each(enemy.clone(), stream).await;
                }
            }
        });
    }
    tasks.join_all().await;
}
