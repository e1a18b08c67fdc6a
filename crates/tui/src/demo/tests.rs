use std::time::Duration;

use chat_client::store::Writer;
use chat_proto::Timestamp;
use crossterm::event::{KeyCode, KeyModifiers};
use tokio::time::timeout;

use super::{Demo, SERVER};
use crate::Options;
use crate::fixture::{DEADLINE, name, within};
use crate::testing::Client;

/// Thursday, 26 November 2026, half past five.
fn clock() -> Timestamp {
    Timestamp::from_millis(1_795_714_200_000)
}

fn demo(user: &str) -> Client {
    let writer = Writer::Task(Duration::ZERO);
    let options = Options { writer, clock, ..Options::new(name(user), SERVER) };
    Client::start(options, Demo::new(&name(user), clock), 100, 30)
}

async fn sees(client: &mut Client, text: &str) {
    if timeout(DEADLINE, client.sees(text)).await.is_err() {
        panic!("no {text:?} on\n{}", client.screen());
    }
}

#[tokio::test(start_paused = true)]
async fn the_demo_has_rooms_unread_messages_and_a_mention() {
    let mut ana = demo("ana");
    let screen =
        within("the rooms", ana.wait_until(|s| s.contains("@1") && s.contains("luis"))).await;
    for part in ["#lobby", "#dev", "#design", "#incidents", "#release", "DIRECT", "zoe"] {
        assert!(screen.contains(part), "no {part} on\n{screen}");
    }
    sees(&mut ana, "hi @ana! This is a demo").await;
}

#[tokio::test(start_paused = true)]
async fn somebody_answers() {
    let mut ana = demo("ana");
    sees(&mut ana, "#release").await;
    ana.types("hello\n").await;
    sees(&mut ana, "hello").await;
    sees(&mut ana, "good point, ana").await;
    ana.types("/msg mei hi\n").await;
    sees(&mut ana, "I was about to say the same").await;
}

#[tokio::test(start_paused = true)]
async fn the_others_type_before_they_write_and_the_rooms_are_numbered_from_the_top() {
    let mut ana = demo("ana");
    let screen = within("mei types", ana.wait_until(|s| s.contains("mei is typing"))).await;
    assert!(!screen.contains("This is a demo"), "{screen}");
    let rooms =
        ["1 #lobby", "2 #design", "3 #dev", "4 #incidents", "5 #release", "6 luis", "7 zoe"];
    assert!(rooms.iter().all(|room| screen.contains(room)), "{screen}");
    sees(&mut ana, "This is a demo").await;
}

#[tokio::test(start_paused = true)]
async fn a_user_called_as_one_of_the_script_is_another_user() {
    let mut bob = demo("bob");
    sees(&mut bob, "hi @bob! This is a demo").await;
    bob.presses(KeyCode::Char('3'), KeyModifiers::ALT).await;
    sees(&mut bob, "merged").await;
}

#[tokio::test(start_paused = true)]
async fn every_command_has_an_answer() {
    let mut ana = demo("ana");
    sees(&mut ana, "#release").await;
    ana.types("/rooms\n").await;
    sees(&mut ana, "#music").await;
    ana.types("musi\n").await;
    sees(&mut ana, "Nils Frahm").await;
    ana.types("/search frahm\n").await;
    sees(&mut ana, "1 of ").await;
    ana.presses(KeyCode::Esc, KeyModifiers::NONE).await;
    ana.types("/date 2020\n").await;
    sees(&mut ana, "The first message since 1 January 2020").await;
    ana.types("/topic only piano\n").await;
    sees(&mut ana, "only piano").await;
    ana.types("/leave\n").await;
    within("another room", ana.wait_until(|screen| !screen.contains("#music ›"))).await;
    ana.types("/join #lobby\n/leave\n").await;
    sees(&mut ana, "leave #lobby").await;
    within("the end", ana.quits()).await.unwrap();
}
