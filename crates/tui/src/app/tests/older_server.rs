//! A server of version 0.1.0, which sends the lines of that version's protocol page.

use tokio::io::AsyncWriteExt;

use super::*;

/// One example of each event.
const EVENTS: &str = include_str!("../../../../../tests/fixtures/protocol-0.1.0/events.jsonl");

/// What it answers to the question for its journal.
const NO_ABOUT: &str = r#"{"type":"refused","code":"unknown_type","text":"not known here"}"#;

async fn writes(server: &mut Server, line: &str) {
    let line = format!("{line}\n");
    within("a line written", server.get_mut().write_all(line.as_bytes())).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_server_of_version_0_1_0_is_understood() {
    let directory = tempfile::TempDir::new().unwrap();
    let mut options = Options { state: Some(directory.path().to_owned()), ..options() };
    // The room is large, and nobody in it has written anything.
    options.settings.flags.set("joins", "all").unwrap();
    let (server, client) = tokio::io::duplex(64 * 1024);
    let mut bob = Client::start(options, Once(Some(client)), 80, 30);
    let mut server = Framed::new(server, NativeCodec::<Command>::default());
    assert_eq!(receive(&mut server).await, Command::About);
    writes(&mut server, NO_ABOUT).await;
    let Command::Hello(hello) = receive(&mut server).await else { panic!("no hello") };
    assert_eq!((hello.token, hello.new), (None, false), "that server makes the token");

    let (welcome, rest) = EVENTS.split_once('\n').unwrap();
    let (room, rest) = rest.split_once('\n').unwrap();
    writes(&mut server, welcome).await;
    writes(&mut server, room).await;
    sees(&mut bob, "Welcome, bob. You're in #lobby.").await;
    bob.types("hello\n").await;
    assert_eq!(receive_say(&mut server).await, (None, Some(1), "hello".into()));
    let (rest, goodbye) = rest.trim_end().rsplit_once('\n').unwrap();
    for line in rest.lines() {
        writes(&mut server, line).await;
    }
    let ponged = |command| matches!(command, Command::Pong { .. }).then_some(());
    receive_that(&mut server, "a pong", ponged).await;
    let screen = sees(&mut bob, "You are now robert").await;
    for shown in ["bob   hi, from my phone", "→ eva joined", "← eva left", "bob   hello"] {
        assert!(screen.contains(shown), "{shown}:\n{screen}");
    }
    assert!(!screen.contains("doesn't understand"), "{screen}");
    writes(&mut server, goodbye).await;
    sees(&mut bob, "the server is restarting").await;
}
