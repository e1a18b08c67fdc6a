//! Floods of commands, as a user sends them, but without end.

use std::io;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::enemy::Enemy;

/// Sessions of a flood.
const SESSIONS: u64 = 8;

/// Sessions that read nothing.
const SLOW_READERS: u64 = 50;

/// Bytes of a text, as long as it may be.
const TEXT_BYTES: usize = 16 * 1024;

/// Codes of limits. Any attack may be refused with one.
const LIMITS: [&str; 2] = ["too_fast", "busy"];

/// Codes of a command that is not understood, so that it attacks nothing.
const MISTAKES: [&str; 4] =
    [r#""bad_json""#, r#""bad_field""#, r#""unknown_type""#, r#""hello_first""#];

/// New users, each of whom goes at once.
pub(super) async fn names(enemy: Enemy) {
    greet(enemy, "welcome", |number| hello(json!({"name": format!("name{number}")}))).await;
}

/// Guessed tokens.
pub(super) async fn tokens(enemy: Enemy) {
    let guess = |number| {
        hello(json!({"name": format!("token{number}"), "token": format!("{number:032x}")}))
    };
    greet(enemy, "bad_token", guess).await;
}

/// Guessed passwords of one user.
pub(super) async fn passwords(enemy: Enemy) {
    let guess = |number| hello(json!({"name": "ana", "password": format!("guess {number:08}")}));
    greet(enemy, "bad_secret", guess).await;
}

/// Guessed codes.
pub(super) async fn codes(enemy: Enemy) {
    let guess = |number| {
        // A code has no 0 and no 1.
        let code = format!("{number:08o}").replace('0', "8").replace('1', "9");
        hello(json!({"name": format!("code{number}"), "link": code}))
    };
    greet(enemy, "bad_secret", guess).await;
}

fn hello(mut fields: Value) -> Value {
    fields["type"] = "hello".into();
    fields["version"] = 1.into();
    fields
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
        let (from, mut to) = stream.into_split();
        let answers = async {
            let mut lines = BufReader::new(from).lines();
            while let Some(line) = lines.next_line().await? {
                assert!(!MISTAKES.iter().any(|code| line.contains(code)), "{line}");
            }
            Err::<(), _>(io::Error::from(io::ErrorKind::UnexpectedEof))
        };
        let commands = async {
            loop {
                let number = enemy.next().await;
                let line = format!("{}\n", command(number));
                if let Err(error) = to.write_all(line.as_bytes()).await {
                    break Err::<(), _>(error);
                }
                enemy.hit();
            }
        };
        tokio::try_join!(answers, commands).map(|((), ())| ())
    })
    .await;
}

/// Sessions that ask for history, and read nothing.
pub(super) async fn slow_readers(enemy: Enemy) {
    sessions(SLOW_READERS, enemy, |enemy, mut stream| async move {
        loop {
            enemy.next().await;
            stream.write_all(format!("{}\n", history(0)).as_bytes()).await?;
            enemy.hit();
        }
    })
    .await;
}

/// Greets with a new connection each, and waits for the answer, which must be `expected` or a limit.
async fn greet(enemy: Enemy, expected: &'static str, hello: fn(u64) -> Value) {
    let greet = move |enemy: Enemy, number| async move {
        drop(one(&enemy, &hello(number), expected).await);
    };
    enemy.try_again(SESSIONS, greet).await;
}

/// Connects and greets. Returns the connection if the answer is `expected`; `None` if there is none, or it is a limit.
///
/// # Panics
/// Panics if the answer is another one: then this is not an attack.
async fn one(enemy: &Enemy, hello: &Value, expected: &str) -> Option<TcpStream> {
    let mut stream = enemy.connect().await.ok()?;
    stream.write_all(format!("{hello}\n").as_bytes()).await.ok()?;
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line).await.ok()?;
    // The daemon may have taken it for a classic client at first.
    let begin = line.iter().position(|byte| *byte == b'{')?;
    let event: Value = serde_json::from_slice(&line[begin..]).ok()?;
    let answer = event["code"].as_str().or(event["type"].as_str())?;
    if answer == expected {
        enemy.hit();
        return Some(reader.into_inner());
    }
    assert!(LIMITS.contains(&answer), "{hello} is answered by {event}");
    enemy.limited();
    None
}

/// Keeps a number of sessions, each of which goes on with `each` until it fails.
async fn sessions<F>(
    count: u64,
    enemy: Enemy,
    each: impl Fn(Enemy, TcpStream) -> F + Clone + Send + 'static,
) where
    F: Future<Output = io::Result<()>> + Send + 'static,
{
    let session = move |enemy: Enemy, number| {
        let each = each.clone();
        async move {
            let hello = hello(json!({"name": format!("enemy{number}")}));
            if let Some(stream) = one(&enemy, &hello, "welcome").await {
                let _ = each(enemy, stream).await;
            }
        }
    };
    enemy.try_again(count, session).await;
}
