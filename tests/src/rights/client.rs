//! The client of a user of a group: it says something from time to time, and sends the orders that the group gives it.

use std::io;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines, ReadHalf, WriteHalf, split};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep, timeout};

use super::board::Board;
use super::order::User;
use super::{Connect, SILENCE_MAX};

/// The nonce of the `ping` after `hello`. Those after commands are greater.
const READY: u64 = 1;

/// Messages of the lobby are of the others: they are not looked at.
const OF_LOBBY: &str = r##"{"type":"message","room":"#lobby""##;

/// A command, and where its answer goes.
pub(super) struct Command {
    pub(super) command: Value,
    pub(super) reply: oneshot::Sender<Reply>,
}

/// The answer to a command.
#[derive(Debug)]
pub(super) struct Reply {
    /// The code if it was refused.
    pub(super) refused: Option<String>,
    /// All events that have come since the command was sent.
    pub(super) events: Vec<Value>,
}

/// A command that waits for the `pong` after it; a `say`, which is answered later, for its answer.
struct PendingCommand {
    nonce: u64,
    is_say: bool,
    reply: oneshot::Sender<Reply>,
    events: Vec<Value>,
}

/// A connection.
pub(super) struct Connection<S> {
    incoming: Lines<BufReader<ReadHalf<S>>>,
    outgoing: WriteHalf<S>,
}

impl<S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin> Connection<S> {
    pub(super) fn new(stream: S) -> Self {
        let (incoming, outgoing) = split(stream);
        Self { incoming: BufReader::new(incoming).lines(), outgoing }
    }

    pub(super) async fn send(&mut self, commands: &[Value]) -> io::Result<()> {
        let lines: String = commands.iter().map(|command| format!("{command}\n")).collect();
        self.outgoing.write_all(lines.as_bytes()).await?;
        self.outgoing.flush().await
    }

    /// The next event other than a message of the lobby. It may be dropped while it waits.
    pub(super) async fn next(&mut self) -> io::Result<Value> {
        loop {
            let line = self.incoming.next_line().await?;
            let line = line.ok_or(io::ErrorKind::UnexpectedEof)?;
            let start = line.find('{').unwrap_or(0);
            if !line[start..].starts_with(OF_LOBBY) {
                return serde_json::from_str(&line[start..])
                    .map_err(|_| io::ErrorKind::InvalidData.into());
            }
        }
    }
}

/// Runs the client of a user, which reconnects again and again.
pub(super) async fn run<C: Connect>(
    connect: &C,
    board: &Mutex<Board>,
    user: User,
    mut commands: mpsc::Receiver<Command>,
) {
    loop {
        // Commands for an earlier connection have no answer.
        while commands.try_recv().is_ok() {}
        if let Ok(stream) = connect.connect().await {
            // An error is a lost connection, as a storm causes.
            let _ = serve(Connection::new(stream), board, user, &mut commands).await;
        }
        board.lock().unwrap().users[user].is_online = false;
        let pause = board.lock().unwrap().pause();
        sleep(pause).await;
    }
}

async fn serve<S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin>(
    mut connection: Connection<S>,
    board: &Mutex<Board>,
    user: User,
    commands: &mut mpsc::Receiver<Command>,
) -> io::Result<()> {
    let hello = board.lock().unwrap().hello(user);
    connection.send(&[hello, json!({"type": "ping", "nonce": READY})]).await?;
    let mut waiting: Option<PendingCommand> = None;
    let (mut is_ready, mut nonce, mut welcome) = (false, READY, Value::Null);
    let mut silent = Duration::ZERO;
    loop {
        let pause = board.lock().unwrap().pause();
        let event = tokio::select! {
            biased; // the same in each run of a seed
            command = commands.recv(), if is_ready && waiting.is_none() => {
                let Some(Command { command, reply }) = command else { return Ok(()) };
                nonce += 1;
                let is_say = command["type"] == "say";
                connection.send(&[command, json!({"type": "ping", "nonce": nonce})]).await?;
                waiting = Some(PendingCommand { nonce, is_say, reply, events: Vec::new() });
                continue;
            }
            event = timeout(SILENCE_MAX, connection.next()) => event??,
            () = sleep(pause), if is_ready => {
                silent += pause;
                let say = board.lock().unwrap().say(user);
                let ping = || (silent > SILENCE_MAX / 2).then(|| json!({"type": "ping"}));
                if let Some(command) = say.or_else(ping) {
                    connection.send(&[command]).await?;
                }
                if silent > SILENCE_MAX {
                    return Err(io::ErrorKind::TimedOut.into());
                }
                continue;
            }
        };
        silent = Duration::ZERO;
        match event["type"].as_str().unwrap_or_default() {
            "welcome" => welcome = event,
            "pong" if event["nonce"] == READY => {
                let again = {
                    let mut board = board.lock().unwrap();
                    board.welcome(user, &welcome);
                    board.say_again(user)
                };
                is_ready = true;
                connection.send(&again).await?;
            }
            "pong" => {
                let is_it = |waiting: &mut PendingCommand| {
                    !waiting.is_say && event["nonce"] == waiting.nonce
                };
                waiting.take_if(is_it).into_iter().for_each(PendingCommand::answer);
            }
            "ping" => connection.send(&[json!({"type": "pong", "nonce": event["nonce"]})]).await?,
            "message" => board.lock().unwrap().read(user, &event),
            "accepted" | "refused" if !event["n"].is_null() => {
                board.lock().unwrap().said(user, &event);
            }
            "goodbye" => return Err(io::ErrorKind::ConnectionAborted.into()),
            "refused" if !is_ready => {
                board.lock().unwrap().kept_out(user, &event);
                return Err(io::ErrorKind::ConnectionRefused.into());
            }
            kind => {
                let is_answer = ["accepted", "refused"].contains(&kind);
                if let Some(waiting) = &mut waiting {
                    waiting.events.push(event);
                }
                let is_it = |waiting: &mut PendingCommand| waiting.is_say && is_answer;
                waiting.take_if(is_it).into_iter().for_each(PendingCommand::answer);
            }
        }
    }
}

impl PendingCommand {
    fn answer(self) {
        let Self { reply, events, .. } = self;
        let refused = events.iter().find(|event| event["type"] == "refused");
        let refused = refused.and_then(|event| event["code"].as_str()).map(str::to_owned);
        // Fails only if the group has been dropped.
        let _ = reply.send(Reply { refused, events });
    }
}
