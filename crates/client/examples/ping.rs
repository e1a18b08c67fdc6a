//! A bot that answers `!ping` in the lobby and in direct messages, also those that were sent while it was away.
//! Usage: `cargo run -p chat-client --example ping -- HOST:PORT`

use std::error::Error;
use std::path::PathBuf;

use chat_client::store::Writer;
use chat_client::{Client, Config, Effect, Request, ServerAddress, Tcp};
use chat_proto::command::{Kind, Links};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = std::env::args().nth(1).ok_or("usage: ping HOST:PORT")?;
    run(server, "ping_rs.state".into()).await
}

/// Answers until something fails. Its state is in `directory`.
pub(crate) async fn run(server: String, directory: PathBuf) -> Result<(), Box<dyn Error>> {
    let dial = Tcp::new(server.parse::<ServerAddress>()?);
    let (name, directory) = ("ping_rs".parse()?, Some(directory));
    let mut bot =
        Client::start(Config { name, server, directory, writer: Writer::Thread }, dial).await?;
    loop {
        for effect in bot.next().await? {
            let Effect::Received(message) = effect else { continue };
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
