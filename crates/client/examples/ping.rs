//! A bot that answers `!ping` in the lobby and in direct messages, also those that were sent while it was away.
//! Usage: `cargo run -p chat-client --example ping -- HOST:PORT`, or with the address line of another machine.

use std::error::Error;
use std::path::PathBuf;

use chat_client::store::Writer;
use chat_client::{Client, Config, Effect, Endpoint, Request};
use chat_proto::command::{Kind, Links};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = std::env::args().nth(1).ok_or("usage: ping HOST:PORT, or ping LINE")?;
    run(server, "ping_rs.state".into()).await
}

/// Answers until something fails. Its state is in `directory`.
pub(crate) async fn run(server: String, directory: PathBuf) -> Result<(), Box<dyn Error>> {
    let endpoint: Endpoint = server.parse()?;
    let (name, server, directory) = ("ping_rs".parse()?, endpoint.to_string(), Some(directory));
    let invite = endpoint.secret.clone();
    let config = Config { name, server, directory, writer: Writer::Thread, invite, machine: None };
    let mut bot = Client::start(config, endpoint.dial()?).await?;
    loop {
        for effect in bot.next().await? {
            let message = match effect {
                Effect::Received(message) => message,
                Effect::WrongKey(wrong) => return Err(wrong.into()),
                _ => continue,
            };
            let (room, seq) = (message.room, message.seq);
            if message.text.as_str() == "!ping" {
                let (room, text) = (room.clone(), "pong".to_owned());
                bot.request(Request::Say {
                    room,
                    kind: Kind::Text,
                    text,
                    links: Links::default(),
                })?;
            }
            // After the answer: if the bot ends before, it receives the message again.
            bot.request(Request::Read { room, seq })?;
        }
    }
}
