//! Searches with a scripted server: what it is asked, and which of its answers is shown.

use std::sync::LazyLock;

use chat_proto::command::SearchOrder;
use chat_proto::event::{Hit, MessageKind};
use chat_proto::{RoomName, Seq, Text, Timestamp};

use super::*;
use crate::fixture::user;

fn found(query: &str, text: &str) -> Event {
    let hit = Hit {
        room: RoomName::lobby(),
        seq: Seq::FIRST,
        from: user(3, "ana"),
        at: Timestamp::from_millis(0),
        kind: MessageKind::Text,
        text: Text::new(text).unwrap(),
        marks: Vec::new(),
    };
    let (query, order) = (query.to_owned(), SearchOrder::Newest);
    Event::Found { query, order, hits: vec![hit], next: None, indexed: None }
}

/// The time of the paused clock, as what the program takes for the time of the day.
fn clock() -> Timestamp {
    static START: LazyLock<std::time::Instant> = LazyLock::new(std::time::Instant::now);
    let start = *START;
    let since = Instant::now().into_std().duration_since(start);
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
}

async fn receive_query(server: &mut Server) -> String {
    let query = |command| match command {
        Command::Search { query, .. } => Some(query),
        _ => None,
    };
    receive_that(server, "a search", query).await
}

#[tokio::test(start_paused = true)]
async fn the_server_is_asked_after_a_pause_and_an_old_answer_is_not_shown() {
    let (server, client) = tokio::io::duplex(64 * 1024);
    let mut bob = Client::start(Options { clock, ..options() }, Once(Some(client)), 80, 20);
    let (mut server, _) = accept_client(server).await;
    sees(&mut bob, "You're in #lobby").await;
    bob.presses(KeyCode::Char('f'), KeyModifiers::CONTROL).await;
    bob.types("migr").await;
    assert_eq!(receive_query(&mut server).await, "migr", "not the letters before");
    bob.types("a").await;
    sees(&mut bob, "Find › migra").await;
    send_event(&mut server, &found("migr", "an old answer")).await;
    assert_eq!(receive_query(&mut server).await, "migra");
    send_event(&mut server, &found("migra", "the migration")).await;
    let screen = sees(&mut bob, "ana  the migration").await;
    assert!(!screen.contains("an old answer"), "{screen}");
    drop(server);
    let screen = sees(&mut bob, "Offline").await;
    assert!(screen.contains("the migration"), "what was found stays:\n{screen}");
}
