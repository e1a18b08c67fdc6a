//! The example of `chat-client` is a bot that answers all messages, also those that were sent while it was away.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

#[allow(dead_code, reason = "its main is not called")]
#[path = "../../crates/client/examples/ping.rs"]
mod ping;

use chat_server::Config;
use e2e::native::Native;
use e2e::server::Server;
use e2e::within;
use serde_json::{Value, json};
use tokio::task::{AbortHandle, LocalSet};

/// Starts the bot, and waits until it joins the lobby. Returns the number of its user.
async fn start(
    ana: &mut Native,
    server: &Server,
    directory: &std::path::Path,
) -> (AbortHandle, Value) {
    let (address, directory) = (server.address.to_string(), directory.to_owned());
    let bot = tokio::task::spawn_local(async move { ping::run(address, directory).await.unwrap() });
    let joined = ana.until("joined").await;
    assert_eq!(joined["user"]["name"], "ping_rs", "{joined}");
    (bot.abort_handle(), joined["user"]["id"].clone())
}

/// Waits until the bot answers.
async fn until_answered(ana: &mut Native) {
    let answer = within("an answer of the bot", ana.until("message")).await;
    assert_eq!((&answer["from"]["name"], &answer["text"]), (&json!("ping_rs"), &json!("pong")));
}

#[tokio::test]
async fn a_bot_answers_also_what_it_has_missed() {
    let directory = tempfile::tempdir().unwrap();
    let test = async {
        let server = Server::start(Config::default());
        let mut ana = Native::join(server.address, "ana").await;
        let (bot, id) = start(&mut ana, &server, directory.path()).await;
        ana.send(&json!({"type": "say", "room": "@ping_rs", "text": "!ping"})).await;
        until_answered(&mut ana).await;
        bot.abort();
        assert_eq!(ana.until("left").await["user"]["id"], id);
        ana.send(&json!({"type": "say", "room": "#lobby", "text": "!ping"})).await;
        let (_bot, again) = start(&mut ana, &server, directory.path()).await;
        assert_eq!(again, id, "the same user after a restart");
        until_answered(&mut ana).await;
    };
    LocalSet::new().run_until(test).await;
}
